"""The permission table, walked: every URL, every method, every role, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.permissions import ANYONE, ROUTES, SENT_FROM, SIGNED_IN, TOKEN, named_routes
from tests.people import ROLES
from tests.stage import Scene
from tests.world import World, make_world
from trial.access import may
from trial.roles import P

METHODS = ("GET", "POST")
# Pages of one view with nothing but another question at each address: asked for at one.
ONE_PAGE = {"unusual-one"}
# In nobody's line of the table.
NEVER = ("PUT", "DELETE")
# A cut that is still waiting, and a list not revealed, have nothing to hand out yet.
NOT_YET = {"allocation-list-file", "cut-file", "cut-zip", "api-cut-file"}
ENDS_SESSION = {"sign-in", "sign-out", "password"}
# Pages that say in words, with a 409, that the act does not fit what has happened so far.
ANSWERS = {200, 302, 303, 400, 404, 409, 422}
SCOPED = [
    "participant", "eligibility", "visit", "record", "adverse-event", "randomize", "treatment",
    "withdrawal", "death", "lost", "visit-new", "consent-new", "adverse-event-new",
    "participant-trail", "visit-trail", "record-trail", "site-trail", "infusion", "not-treated",
    "eligibility-sign", "record-sign", "screening-outcome", "verification", "visit-verification",
    "lock", "lock-ask", "casebook", "casebook-sign", "visit-book", "visit-sign",
    "query",
]  # fmt: skip


@pytest.fixture
def scene() -> Scene:
    """Made once for the walks in a row."""
    return make_world


@pytest.fixture
def world(staged: World) -> World:
    """One participant in whom everything has happened."""
    return staged


def places(world: World) -> Iterator[tuple[str, str]]:
    """Every route with an address in the world."""
    for name in sorted(ROUTES):
        for arguments in world.addresses.get(name, [{}]):
            yield name, reverse(name, kwargs=arguments)


def expected(name: str, method: str, user: User | None) -> set[int]:
    """The statuses the table allows for one request."""
    rule = ROUTES[name].get(method)
    if rule is None:
        return {302} if method == "GET" and name in SENT_FROM else {405}
    if rule == ANYONE:
        return ANSWERS
    if rule == TOKEN:
        return {401}
    if user is None:
        return {302}
    if rule == SIGNED_IN or (isinstance(rule, P) and may(user, rule)):
        return ANSWERS
    return {403}


def requests(
    world: World, user: User | None, methods: tuple[str, ...]
) -> Iterator[tuple[str, str, str]]:
    """Every request: all addresses of a route where a view answers, one where none is asked.

    A method that a route does not take is refused before it is asked who it is: asked of by one
    person, and by nobody signed in.
    """
    asked = set()
    for name, address in places(world):
        for method in methods:
            if method not in ROUTES[name] and user not in {None, world.people.ines}:
                continue
            everywhere = name not in ONE_PAGE and expected(name, method, user) is ANSWERS
            if everywhere or (name, method) not in asked:
                asked.add((name, method))
                yield name, method, address


def walk(world: World, user: User | None, methods: tuple[str, ...] = METHODS) -> list[str]:
    """Every request whose answer is not the table's."""
    client = Client(raise_request_exception=False)
    wrong, left = [], True
    for name, method, address in requests(world, user, methods):
        if user is not None and left:
            client.force_login(user)
        response = client.generic(method, address)
        left = name in ENDS_SESSION
        if response.status_code not in expected(name, method, user):
            wrong.append(f"{method} {address}: {response.status_code}")
    return wrong


def test_every_url_is_in_the_table_and_the_table_names_no_other() -> None:
    assert named_routes() == set(ROUTES)


def test_every_url_of_the_table_has_an_address_in_the_world(world: World) -> None:
    assert len({name for name, _ in places(world)}) == len(ROUTES)


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("name", [*ROLES, "zoe"])
def test_each_role_gets_what_the_table_says(world: World, name: str) -> None:
    assert walk(world, getattr(world.people, name)) == []


@pytest.mark.requirement("R-070")
def test_nobody_signed_in_gets_what_the_table_says(world: World) -> None:
    assert walk(world, None) == []


@pytest.mark.requirement("R-070")
def test_no_url_takes_another_method_whoever_asks(world: World) -> None:
    assert {method for rules in ROUTES.values() for method in rules} == set(METHODS)
    assert walk(world, world.people.ines, NEVER) == []
    assert walk(world, None, NEVER) == []


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("name", SCOPED)
def test_a_stranger_finds_nothing(world: World, client: Client, name: str) -> None:
    client.force_login(world.people.carl)
    for arguments in world.addresses[name]:
        address = reverse(name, kwargs=arguments)
        assert client.get(address).status_code == 404
        if rule := ROUTES[name].get("POST"):
            holds = isinstance(rule, P) and may(world.people.carl, rule)
            assert client.post(address).status_code == (404 if holds else 403)


@pytest.mark.requirement("R-070")
def test_the_right_people_do_see_the_pages(world: World, client: Client) -> None:
    """Guards the tests above against pages that answer everybody with an error."""
    reads: dict[str, Any] = {
        "participant": "ines", "record": "otto", "visit": "nils", "eligibility": "mona",
        "treatment": "tess", "adverse-event": "ivan", "participant-trail": "mona",
        "person": "ada", "cut": "stan",
    }  # fmt: skip
    for name, who in reads.items():
        client.force_login(getattr(world.people, who))
        for arguments in world.addresses[name]:
            assert client.get(reverse(name, kwargs=arguments)).status_code == 200, name
