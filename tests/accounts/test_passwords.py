"""Passwords: hashed with Argon2 at full cost, and never rewritten by a sign-in."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from tests.people import PASSWORD, People

FULL = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.requirement("R-071")
def test_it_is_an_argon2_hash(people: People) -> None:
    assert identify_hasher(people.nils.password).algorithm == "argon2"
    assert PASSWORD not in people.nils.password


def test_the_product_hashes_at_full_cost() -> None:
    with override_settings(PASSWORD_HASHERS=FULL):
        assert get_hasher().memory_cost >= 65536  # type: ignore[attr-defined]  # Argon2's own


def test_a_sign_in_with_a_hash_of_another_cost_changes_no_row(people: People) -> None:
    before = people.nils.password
    with override_settings(PASSWORD_HASHERS=FULL):
        response = Client().post(reverse("sign-in"), {"username": "nils", "password": PASSWORD})
    assert response.status_code == 302
    assert User.objects.get(pk=people.nils.pk).password == before
