"""Nobody blinded can tell the arm: two trials that differ only in it look the same to them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.demo.plan import Course
from config.permissions import ROUTES
from tests.blinding import twins
from tests.blinding.twins import opens
from tests.conftest import Restorer
from tests.people import People
from tests.randomization.builders import seed_for
from tests.world import World, make_world

# What changes from one request to the next whatever the arm.
_NOISE = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|csrftoken=[^;]*|"X-CSRFToken": "[^"]*"'
    r'|"csrf": "[^"]*"|/(people|tokens)/\d+/|/(alerts|locks|unblinding)/[0-9a-f]{12}/'
    r'|"request_id": "[^"]*"'
    r'|<dd class="code">[0-9a-f]{12}<|· alert [0-9a-f]{12} ·'
    r"|taken down<br><time.*?</time>"
)
BLINDED = ("otto", "mona", "dora", "stan", "dag", "ada")
KNOWS = "tess"
WORDS = ("Mesenchymal stem cells", "Usual care", "B-001", "BM-1")
# Told to everybody: the protocol itself.
PUBLIC = {"protocol", "components", "api-schema"}


def pages(world: World, user: User) -> dict[str, str]:
    """What this person sees at every address that opens for them, by route and place.

    Where the table lets nobody of their roles in, no view runs and no datum is read.
    """
    client = Client()
    client.force_login(user)
    seen = {}
    for name in sorted(set(ROUTES) - PUBLIC):
        if not opens(user, ROUTES[name].get("GET")):
            continue
        for place, arguments in enumerate(world.addresses.get(name, [{}])):
            address = reverse(name, kwargs=arguments)
            response = client.get(address)
            body = b"".join(response) if response.streaming else response.content
            seen[f"{name} {place}"] = f"{response.status_code} {_NOISE.sub('', body.decode())}"
    return seen


def seen_when_first_is(arm: str, people: People) -> dict[str, dict[str, str]]:
    """What each sees of a trial whose participant is in this arm; the trial is undone."""
    with transaction.atomic():
        world = make_world(people, first=arm)
        seen = {name: pages(world, getattr(people, name)) for name in (*BLINDED, KNOWS)}
        transaction.set_rollback(True)
    return seen


def _first_difference(one: str, other: str) -> list[str]:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    return next(([a, b] for a, b in lines if a != b), [one[-200:], other[-200:]])


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[tuple[str, object]]:
    """Where two people's answers are not the same, with the first difference of each."""
    return [
        (address, _first_difference(one.get(address, ""), other.get(address, "")))
        for address in sorted(one.keys() | other.keys())
        if one.get(address) != other.get(address)
    ]


@pytest.mark.requirement("R-017")
def test_two_trials_that_differ_in_the_arm_look_the_same(people: People) -> None:
    """Every route of a small trial in which everything has happened, as everybody blinded."""
    cells = seen_when_first_is("cells", people)
    control = seen_when_first_is("control", people)
    for name in BLINDED:
        assert _differing(cells[name], control[name]) == [], name
        for address, page in cells[name].items():
            assert [word for word in WORDS if word in page] == [], (name, address)
    # Guards the above against pages that show nobody anything, and a walk that sees no difference.
    told = "".join(cells[KNOWS].values())
    assert "Mesenchymal stem cells" in told
    assert "B-001" in told
    assert _differing(cells[KNOWS], control[KNOWS]) != []


@pytest.mark.usefixtures("committed")
@pytest.mark.requirement("R-011")
@pytest.mark.requirement("R-017")
def test_a_crawl_of_two_demo_trials_that_differ_in_the_arms_meets_no_difference(
    request: pytest.FixtureRequest,
    put_back: Restorer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Links, forms that ask, every route, API, downloads, e-mails and log lines."""
    settings.CUTS_DIR = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: twins.NOW)
    first_rows, superuser_dsn = map(request.getfixturevalue, ("_first_rows", "superuser_dsn"))
    standing = twins.counters(superuser_dsn)
    per_route, found = int(os.environ.get("CRAWL_PER_ROUTE", "1")), []
    for arms in (("cells", "control", "cells"), ("control", "cells", "cells")):
        twins.restart(superuser_dsn, standing)
        # Each trial begins the file of its seals anew.
        settings.STATE_DIR = tmp_path / "-".join(arms)
        course = Course(enrolled=len(arms), list_seed=seed_for(*arms), recovering=twins.RECOVERING)
        found.append(twins.read(course, per_route=per_route))
        put_back(first_rows)
    one, other = found
    for name in twins.BLINDED:
        assert _differing(one.answers[name], other.answers[name]) == [], name
    assert one.mails == other.mails
    assert one.log == other.log
    assert len(one.answers["monitor"]) > 60
