"""Nobody blinded can tell the arm: two trials that differ only in it look the same to them."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.permissions import ROUTES
from tests.people import People
from tests.world import World, make_world

# What changes from one request to the next whatever the arm.
_NOISE = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|csrftoken=[^;]*|"X-CSRFToken": "[^"]*"'
    r'|"csrf": "[^"]*"|/people/\d+/|/(locks|unblinding)/[0-9a-f]{12}/|"request_id": "[^"]*"'
    r"|taken down<br><time.*?</time>"
)
WORDS = ("Mesenchymal stem cells", "Usual care", "B-001", "BM-1")
# Told to everybody: the protocol itself.
PUBLIC = {"protocol", "components", "api-schema"}


def pages(world: World, user: User) -> dict[str, str]:
    """What this person sees at every address that can be read, by route and place."""
    client = Client()
    client.force_login(user)
    seen = {}
    for name in sorted(set(ROUTES) - PUBLIC):
        if "GET" not in ROUTES[name]:
            continue
        for place, arguments in enumerate(world.addresses.get(name, [{}])):
            address = reverse(name, kwargs=arguments)
            response = client.get(address)
            body = b"".join(response) if response.streaming else response.content
            seen[f"{name} {place}"] = f"{response.status_code} {_NOISE.sub('', body.decode())}"
    return seen


def seen_when_first_is(arm: str, people: People, user: User) -> dict[str, str]:
    """The pages of a trial whose participant is in this arm; the trial is undone."""
    with transaction.atomic():
        seen = pages(make_world(people, first=arm), user)
        transaction.set_rollback(True)
    return seen


def _first_difference(one: str, other: str) -> list[str]:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    return next(([a, b] for a, b in lines if a != b), [one[-200:], other[-200:]])


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", ["otto", "mona", "dora", "stan", "dag", "ada"])
def test_two_trials_that_differ_in_the_arm_look_the_same(people: People, name: str) -> None:
    user = getattr(people, name)
    cells = seen_when_first_is("cells", people, user)
    control = seen_when_first_is("control", people, user)
    differ = [address for address in cells if cells[address] != control[address]]
    assert differ == [], _first_difference(cells[differ[0]], control[differ[0]])


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", ["otto", "mona", "dora", "stan", "dag", "ada"])
def test_no_page_names_an_arm_or_a_batch(people: People, name: str) -> None:
    for address, page in seen_when_first_is("cells", people, getattr(people, name)).items():
        assert [word for word in WORDS if word in page] == [], address


@pytest.mark.requirement("R-017")
def test_who_may_know_does_see_it(people: People) -> None:
    """Guards the tests above against pages that show nobody anything."""
    page = "".join(seen_when_first_is("cells", people, people.tess).values())
    assert "Mesenchymal stem cells" in page
    assert "B-001" in page
