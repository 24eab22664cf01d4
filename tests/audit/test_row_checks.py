"""A row's checks are judged in one question, and as the database judges each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint, F, Model
from django.test.utils import CaptureQueriesContext

from audit import row_checks
from tests.builders import enrolled, saved
from tests.people import People
from tests.safety.reports import reported
from trial import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(people: People) -> list[Any]:
    """An item sheet with computed scores, a participant and an adverse event."""
    participant = enrolled(people)
    record = saved(participant, "V0", "nihss", people)
    sheet = registry.form("nihss").model._default_manager.get(pk=record.pk)
    return [sheet, participant, reported(people, participant)]


def odd(row: Model) -> Iterator[tuple[str, Any]]:
    """One field at a time with something in it that a check may refuse."""
    for field in row._meta.local_concrete_fields:
        if field.generated or field.primary_key:
            continue
        was = getattr(row, field.attname)
        if isinstance(was, str):
            yield from ((field.attname, text) for text in ("", " ", "2026-13", "100 % 'odd\\"))
        elif isinstance(was, bool):
            yield field.attname, not was
        elif isinstance(was, int):
            yield from ((field.attname, number) for number in (-1, 10**12))
        elif isinstance(was, date | datetime):
            yield field.attname, was.replace(year=1902)
        if was is not None:
            yield field.attname, None


def broken(row: Model, *left_out: str) -> set[str]:
    """As the row itself asks: all at once."""
    found = row_checks.broken(row, set(left_out))
    assert found is not None
    return set(found)


def broken_one_by_one(row: Model) -> set[str]:
    """As Django asks: check by check."""
    found = set()
    for one in row._meta.constraints:
        if isinstance(one, CheckConstraint):
            try:
                one.validate(type(row), row)
            except ValidationError:
                found.add(one.name)
    return found


def test_what_is_broken_is_what_each_check_alone_says(rows: list[Any]) -> None:
    met: set[str] = set()
    for row in rows:
        assert broken(row) == set()
        for name, value in list(odd(row))[::7]:
            was = getattr(row, name)
            setattr(row, name, value)
            assert broken(row) == broken_one_by_one(row), (name, value)
            met |= broken(row)
            setattr(row, name, was)
    assert len(met) > 5


def test_a_check_about_what_is_left_out_is_not_judged(rows: list[Any]) -> None:
    *_, event = rows
    event.term = event.severity = ""
    assert broken(event, "term") == broken(event) - {"ae_term_given"}


def test_one_question_is_asked_whatever_is_broken(rows: list[Any]) -> None:
    *_, event = rows
    event.term = event.severity = ""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(broken(event)) > 1
    assert [one["sql"][:6] for one in asked].count("SELECT") == 1


def test_a_value_only_the_database_knows_is_left_to_django(rows: list[Any]) -> None:
    *_, event = rows
    event.version = F("version") + 1
    assert row_checks.broken(event, None) is None
