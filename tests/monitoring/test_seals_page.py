"""The page of the seals: who reads it, and that no number of rows tells a blinded reader an arm."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from audit.events import record_event
from audit.models import Seal
from audit.verifying import VERIFIED
from tests.people import AT, People

pytestmark = pytest.mark.requirement("R-032")


def sealed(number: int, *, count: int = 7) -> Seal:
    """A seal as the sealer writes it; its hash is made up."""
    return Seal.objects.create(
        number=number, hash=f"{number:064x}", previous_hash=f"{number - 1:064x}" * (number > 1),
        sealed_at=AT, version="0", content={"audit_event": {"count": count}},
    )  # fmt: skip


def page(client: Client, person: object, query: str = "") -> str:
    """What somebody reads."""
    client.force_login(person)  # type: ignore[arg-type]  # one of the people
    answer = client.get(reverse("seals") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_number_time_and_hash_of_the_newest(client: Client, people: People) -> None:
    for number in range(1, 53):
        sealed(number)
    read = page(client, people.mona)
    assert f"{52:064x}" in read
    assert f"{3:064x}" in read
    assert f"{2:064x}" not in read
    assert f"{2:064x}" in page(client, people.mona, "?upto=2")
    assert reverse("seals") in client.get(reverse("trail")).content.decode()


def test_only_who_may_know_arms_reads_how_many_rows(client: Client, people: People) -> None:
    sealed(1, count=4242)
    assert "4242" not in page(client, people.mona)
    assert "4242" not in page(client, people.dora)
    assert "4242" in page(client, people.ivan)


def test_it_says_what_the_last_check_found(client: Client, people: People) -> None:
    assert "Not checked yet" in page(client, people.mona)
    for found in (0, 2):
        record_event(
            name=VERIFIED, actor=None, at=AT, system="x", data={"seal": 4, "findings": found}
        )
        read = page(client, people.mona)
        assert ("up to seal 4: everything is as it was sealed" in read) is (found == 0)
    assert "found 2 places" in read


def test_no_seal_yet_says_what_would_make_one(client: Client, people: People) -> None:
    assert "Nothing is sealed yet" in page(client, people.mona)


@pytest.mark.parametrize("place", ["x", "-1", "9" * 30, "²"])
def test_a_place_that_is_none_is_refused(client: Client, people: People, place: str) -> None:
    client.force_login(people.mona)
    assert client.get(reverse("seals"), {"upto": place}).status_code == 400
