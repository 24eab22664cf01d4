"""Each version says which columns it changed, and when the database took it down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from audit.models import Event
from outcomes.models import NihssRecord
from tests.builders import enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from trial import services
from trial.models import Record

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def _changed_once(people: People) -> Record:
    """A draft whose second version has another gaze and a facial palsy that was blank before."""
    participant = enrolled(people)
    answers = lowest_answers("nihss", face=None)
    first = services.save_record(
        visit=visit_of(participant, "V0"),
        form="nihss",
        answers=answers,
        assessed_on=date(2026, 2, 2),
        version=0,
        complete=False,
        actor=people.nils,
        at=AT,
    )
    return services.save_record(
        visit=first.visit,
        form="nihss",
        answers={**answers, "gaze": 1, "face": 2},
        assessed_on=date(2026, 2, 2),
        version=1,
        complete=False,
        reason="misread",
        actor=people.nils,
        at=AT + timedelta(hours=1),
    )


@pytest.mark.requirement("R-030")
def test_a_later_version_notes_the_columns_that_differ_and_no_other(people: People) -> None:
    record = _changed_once(people)
    first, second = NihssRecord.history.filter(record_id=record.pk).order_by("history_id")
    assert second.history_changed == ["face", "gaze"]
    assert "gaze" in first.history_changed
    assert "face" not in first.history_changed


def test_a_version_of_another_row_is_not_the_one_before(people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people)
    other = enrolled(people)
    saved(other, "V0", "nihss", people)
    newest = NihssRecord.history.order_by("history_id").last()
    assert newest is not None
    assert "gaze" in newest.history_changed


@pytest.mark.requirement("R-037")
def test_nobody_but_the_database_says_when_a_line_was_taken_down(people: People) -> None:
    record = _changed_once(people)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
        past = Record.history.filter(id=record.pk).latest("history_id")
        past.history_id = None
        columns = [one.column for one in past._meta.concrete_fields if not one.primary_key]
        listed = ", ".join(f'"{one}"' for one in columns)
        given = ", ".join("%s" if one == "history_recorded_at" else f'"{one}"' for one in columns)
        cursor.execute(
            f"INSERT INTO trial_historicalrecord ({listed}) SELECT {given} "
            "FROM trial_historicalrecord ORDER BY history_id DESC LIMIT 1 RETURNING *",
            [LONG_AGO],
        )
        Event.objects.create(at=AT, name="test.line", actor=people.nils, recorded_at=LONG_AGO)
    assert Record.history.latest("history_id").history_recorded_at == now
    assert Event.objects.latest("pk").recorded_at == now
