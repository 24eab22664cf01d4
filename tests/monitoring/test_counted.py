"""Verification counted by the database: of every record what ``standings`` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest
from django.db import transaction
from django.db.models import Q

from monitoring.exported import records, verification_table
from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.sdv import items_of
from monitoring.verification import standings
from tests.builders import enrolled, saved
from tests.monitoring.marked import changed, verified
from tests.people import AT, People
from tests.stage import once
from trial import registry
from trial.models import Participant, Record, Visit

CELLS = ("planned", "verified", "whole", "outdated")
DIGEST = "0" * 64


@once
def participants(people: People) -> list[Participant]:
    """Two, at two sites."""
    return [enrolled(people), enrolled(people, site=people.lyon)]


def counted(*, blinded: bool = False) -> dict[int, list[object]]:
    """What the query says, by record."""
    found, cells = verification_table(Q(), blinded=blinded)
    rows = found.values_list("pk", *(cells[name] for name in CELLS))
    return {pk: figures for pk, *figures in rows}


def judged() -> dict[int, list[object]]:
    """What is judged in memory, by record."""
    return {
        one.record.pk: [
            len(one.planned), len(one.planned) - len(one.outstanding), one.whole, len(one.lost),
        ]
        for one in standings(records(Q(), blinded=False))
    }  # fmt: skip


def filled_in(person: Participant) -> list[Record]:
    """Every form at every visit; the number of one that comes again is part of the draw."""
    Visit.objects.bulk_create(
        Visit(participant=person, code="UNS", occurrence=number, planned_on=AT.date(),
              window_from=AT.date(), window_to=AT.date())
        for number in (1, 2, 11)
    )  # fmt: skip
    states = cycle(("complete", "not_done", "complete", "draft", "complete"))
    return Record.objects.bulk_create(
        Record(
            participant=visit.participant, visit=visit, form=spec.code, form_version="1",
            status=(status := next(states)), assessed_on=AT.date(), version=2,
            not_done_reason="No time" if status == "not_done" else "",
        )
        for visit in Visit.objects.order_by("pk")
        for spec in registry.forms()
    )  # fmt: skip


def marks(people: People, rows: list[Record]) -> Iterator[SdvMark]:
    """Marks of every sort, and of none: of items and the whole, held, dropped, taken back."""
    sorts = cycle([(), (0,), (1, 2), (WHOLE,), (0, WHOLE), (-1, -2, 0)])
    seen = cycle([2, 2, 2, 1, 2, 2, 2])
    back = cycle([False] * 10 + [True])
    for row in rows:
        items = list(items_of(registry.form(row.form).columns))
        named = [one if one == WHOLE else items[int(one) % len(items)] for one in next(sorts)]
        version = next(seen)
        for item in dict.fromkeys(named):
            taken = next(back)
            yield SdvMark(
                record=row, item=item, version=version, digest=DIGEST, verified_by=people.mona,
                verified_at=AT, withdrawn=taken, withdrawn_reason="Wrong page" if taken else "",
            )  # fmt: skip


@pytest.mark.requirement("R-041", "R-061")
@pytest.mark.parametrize("module", ["trial.protocols.isis_hermes", "tests.protocols.three_arms"])
def test_it_counts_of_every_record_what_standings_find(
    module: str,
    people: People,
    participants: list[Participant],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with transaction.atomic():
        rows = filled_in(participants[0])
        monkeypatch.setenv("HERMES_PROTOCOL", module)
        SdvMark.objects.bulk_create(marks(people, rows))
        found = judged()
        assert {pk: list(figures) for pk, figures in counted().items()} == found
        assert len(found) == sum(row.status != "draft" for row in rows)
        for column in range(4):
            assert len({figures[column] for figures in found.values()}) > 1
        transaction.set_rollback(True)


@pytest.mark.requirement("R-041")
def test_what_was_changed_since_a_mark_is_judged_by_the_history(
    people: People, participants: list[Participant]
) -> None:
    nihss = saved(participants[0], "V0", "nihss", people, face=2)
    verified(nihss, people, "face", "gaze")
    assert counted() == {nihss.pk: [15, 2, False, 0]} == judged()
    changed(nihss, people, face=1)
    assert counted() == {nihss.pk: [15, 1, False, 1]} == judged()
    verified(Record.objects.get(pk=nihss.pk), people)
    assert counted() == {nihss.pk: [15, 15, True, 0]} == judged()
