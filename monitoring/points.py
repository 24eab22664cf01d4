"""The data point a query hangs on: what it is called, and its value in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from monitoring.models import Query
from monitoring.models.queries import VALUE_LENGTH
from trial import registry
from trial.models import Record
from trial.presenters.grid import form_title
from trial.templatetags.hermes import day

# What a record has beside its items.
ASSESSED_ON = "assessed_on"
RECORD_ITEMS: Mapping[str, str] = {ASSESSED_ON: "Assessed on"}
NO_RECORD = "not entered"

Key = tuple[int, str]


def items_of(form: str) -> dict[str, str]:
    """What can be asked about on a form, with its label."""
    return {**RECORD_ITEMS, **registry.form(form).labels}


def title(query: Query) -> str:
    """What the query is about: "M6 · NIHSS · 1a Level of consciousness"."""
    parts = [str(query.visit) if query.visit else ""]
    if query.adverse_event:
        parts.append(str(query.adverse_event))
    if query.form:
        parts.append(form_title(query.form))
    if query.item:
        parts.append(items_of(query.form).get(query.item, query.item))
    return " · ".join(filter(None, parts)) or "Participant"


def value(query: Query) -> str:
    """The present value of one query's data point, in words."""
    return values([query])[id(query)]


def values(queries: Iterable[Query]) -> dict[int, str]:
    """The present values in words, by the identity of the query: a query or two a form."""
    asked = list(queries)
    records = _records(asked)
    answers = _answers(asked, records)
    return {id(query): _value(query, records, answers)[:VALUE_LENGTH] for query in asked}


def _records(queries: Iterable[Query]) -> dict[Key, Record]:
    visits = {query.visit_id for query in queries if query.form}
    found = Record.objects.filter(visit__in=visits) if visits else Record.objects.none()
    return {(row.visit_id, row.form): row for row in found}


def _answers(queries: Iterable[Query], records: Mapping[Key, Record]) -> dict[int, dict[str, Any]]:
    """The answers of the records that are asked about, by the record."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for query in queries:
        record = records.get((query.visit_id or 0, query.form))
        if record is not None and query.item and query.item not in RECORD_ITEMS:
            wanted[query.form].add(record.pk)
    return {
        row.pk: row.values(registry.form(form).columns)
        for form, keys in wanted.items()
        for row in registry.form(form).model._default_manager.filter(pk__in=keys)
    }


def _value(
    query: Query, records: Mapping[Key, Record], answers: Mapping[int, Mapping[str, Any]]
) -> str:
    if query.adverse_event is not None:
        return f"began {day(query.adverse_event.onset)}"
    if query.visit is None:
        return ""
    if not query.form:
        happened = f" {day(query.visit.actual_on)}" if query.visit.actual_on else ""
        return f"{query.visit.get_status_display()}{happened}"
    record = records.get((query.visit.pk, query.form))
    if record is None:
        return NO_RECORD
    return _of_record(query, record, answers.get(record.pk, {}))


def _of_record(query: Query, record: Record, answers: Mapping[str, Any]) -> str:
    if not query.item:
        return f"{record.get_status_display()}, version {record.version}"
    if query.item == ASSESSED_ON:
        return day(record.assessed_on) if record.assessed_on else ""
    return registry.form(query.form).words(query.item, answers.get(query.item))
