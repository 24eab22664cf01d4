"""Nobody blinded can tell the arm: two trials that differ only in it look the same to them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from config.demo.plan import Course
from tests.blinding import twins
from tests.conftest import Restorer
from tests.randomization.builders import seed_for

# Everybody is in another arm, the arms have other numbers of people, and no order by arm is the
# same: what tells one person's arm, a count by arm, or a list in their order, differs.
ARMS = (("cells", "control", "control"), ("control", "cells", "cells"))
WORDS = ("Mesenchymal stem cells", "Usual care", "ISIS-0", "BM-0")
# A guess is asked for with all arms to choose from; a file of a cut says what the protocol says.
NAMES_EVERY_ARM = ("/guess/", "/api/v1/cuts/", "/cuts/CUT-0001/zip/")
# The board is told of how many treated it judges, not of whom.
TOLD_TO_THE_BOARD = {
    "/dsmb/stopping-rules/": [
        (
            '<p class="statement"> 0 of 1 treated</p>',
            '<p class="statement"> 0 of 2 treated, pause at 2</p>',
        )
    ]
}


def _lines_that_differ(one: str, other: str) -> list[tuple[str, str]]:
    lines = zip_longest(one.splitlines(), other.splitlines(), fillvalue="")
    return list(dict.fromkeys((a.strip(), b.strip()) for a, b in lines if a != b))


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, object]:
    """Where two people's answers are not the same, with the first lines that differ."""
    return {
        address: _lines_that_differ(one.get(address, ""), other.get(address, ""))[:5]
        for address in sorted(one.keys() | other.keys())
        if one.get(address) != other.get(address)
    }


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
    for arms in ARMS:
        twins.restart(superuser_dsn, standing)
        # Each trial begins the file of its seals anew.
        settings.STATE_DIR = tmp_path / "-".join(arms)
        course = Course(
            enrolled=len(arms), list_seed=seed_for(*arms), recovering=twins.RECOVERING,
            events=twins.EVENTS,
        )  # fmt: skip
        found.append(twins.read(course, per_route=per_route))
        put_back(first_rows)
    one, other = found
    for name in twins.BLINDED:
        told = TOLD_TO_THE_BOARD if name == "dsmb" else {}
        assert _differing(one.answers[name], other.answers[name]) == told, name
        for address, page in one.answers[name].items():
            if not any(one in address for one in NAMES_EVERY_ARM):
                assert [word for word in WORDS if word in page] == [], (name, address)
    assert one.mails == other.mails
    assert one.log == other.log
    assert len(one.answers["monitor"]) > 60
    # Guards the above against a walk that shows nobody anything, or sees no difference.
    known = "".join(one.answers[twins.KNOWS].values())
    assert [word for word in WORDS if word in known] != []
    assert _differing(one.answers[twins.KNOWS], other.answers[twins.KNOWS]) != {}
