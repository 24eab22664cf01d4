"""A million rows of history: the trail still reads indexes, and asks as often as of a thousand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit import branches
from audit.entries import ACT, CHANGED, CREATED, Phrase, Search
from monitoring import selectors
from monitoring.scopes import Scope
from monitoring.selectors import Reading
from tests.builders import enrolled, saved
from tests.monitoring import million
from tests.people import People
from trial.models import Participant

FEW, MANY, COPIES = 1_000, 1_000_000, 800
# Blocks of 8 kB that a page may read; the million rows fill 40,000.
BLOCKS = 16_000
# Below so many rows a table is a few blocks, and no index of it is worth opening.
SMALL = 1_000
DAY = datetime(2023, 1, 1, tzinfo=UTC)
PAGES: tuple[dict[str, str], ...] = (
    {}, {"form": "nihss", "field": "gaze"}, {"kind": "~"}, {"words": "seen ward"},
    {"since": "2022-01-01", "until": "2022-01-01"}, {"sort": "oldest"},
)  # fmt: skip


def readings(user: User, nurse: User, participant: Participant) -> Iterator[tuple[str, Reading]]:
    """The first page and the filtered ones."""
    whole = {
        "first page": Search(), "oldest first": Search(oldest=True),
        "a person": Search(actor=nurse.pk), "nobody": Search(actor=2**31),
        "changes": Search(kind=CHANGED), "first entries": Search(kind=CREATED),
        "acts": Search(kind=ACT), "an act": Search(kind=ACT, act="participant.enrolled"),
        "days": Search(since=DAY, until=DAY + timedelta(days=2)),
        "rare words": Search(phrase=Phrase("seen ward")),
        "no such words": Search(phrase=Phrase("zebra")),
    }  # fmt: skip
    for name, search in whole.items():
        yield name, selectors.reading(user, search)
    for field in ("", "gaze", "face", "record.status"):
        yield f"form {field}", selectors.reading(user, Search(), form="nihss", field=field)
    for scope in (
        Scope(site=participant.site),
        Scope(participant=participant),
        Scope(participant=participant, visit=participant.visits.get(code="V0")),
    ):
        yield str(scope), selectors.reading(user, Search(), scope=scope)
    inside = Scope(participant=participant)
    yield (
        "field of one",
        selectors.reading(user, Search(), scope=inside, form="nihss", field="gaze"),
    )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def faults(reading: Reading) -> list[str]:
    """Tables of the trail that the page reads through, and reading more than a page should."""
    found = branches.limited(
        branches.ranked(reading.sources), reading.events, reading.search, past=None, limit=41
    )
    assert found is not None
    with branches.planned_for(reading.search):
        explained = found.explain(format="json", analyze=True, buffers=True)
    plan = json.loads(explained)[0]["Plan"]
    wrong = [
        f"reads through {one['Relation Name']}"
        for one in nodes(plan)
        if one["Node Type"] == "Seq Scan" and is_trail(one["Relation Name"])
        if one["Actual Rows"] + one.get("Rows Removed by Filter", 0) > SMALL
        or one["Relation Name"] in million.FILLED
    ]
    blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return [*wrong, f"reads {blocks} blocks"] if blocks > BLOCKS else wrong


def is_trail(table: str) -> bool:
    """Whether a table is a history or the log."""
    return "_historical" in table or table == million.EVENTS


def queries(user: User) -> list[int]:
    """How often each page asks."""
    client, counted = Client(), []
    client.force_login(user)
    for query in PAGES:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("trail"), query).status_code == 200
        counted.append(len(asked))
    return counted


@pytest.mark.requirement("R-034")
def test_no_page_of_the_trail_reads_a_table_through_or_asks_more_often(
    committed_people: People, superuser_dsn: str
) -> None:
    people = committed_people
    with transaction.atomic():
        for site in (people.grenoble, people.lyon):
            participant = enrolled(people, site=site)
            saved(participant, "V0", "nihss", people)
            saved(participant, "V0", "mrs", people, grade=3)
    participant = Participant.objects.get(site=people.grenoble)
    readers = (people.ines, people.mona, people.ivan)
    try:
        million.fill(superuser_dsn, copies=COPIES, rows=FEW)
        few = [queries(user) for user in readers]
        assert million.fill(superuser_dsn, copies=0, rows=MANY) == MANY
        assert [queries(user) for user in readers] == few
        wrong = {
            f"{user} {name}": found
            for user in readers
            for name, reading in readings(user, people.nils, participant)
            if (found := faults(reading))
        }
        assert wrong == {}
    finally:
        connection.close()
        million.empty(superuser_dsn)
