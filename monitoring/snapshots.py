"""What the edit checks read, for a batch of participants at once: a query a table.

A visit that tells an arm is left out while neither the monitor nor the data manager may know the
arms: nobody could read its queries, and what a check says of the rest must not depend on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from monitoring.checks.facts import EventFacts, RecordFacts, Snapshot, Span, VisitFacts
from safety.models import AdverseEvent
from trial import protocol, registry, selectors
from trial.clock import day_at
from trial.models import Confirmation, Participant, Record, Visit
from trial.partial_dates import PartialDate
from trial.presenters.grid import ended_on


@dataclass(frozen=True)
class _Batch:
    """The rows of a batch, by participant or by visit."""

    visits: Mapping[int, list[Visit]]
    records: Mapping[int, Mapping[str, RecordFacts]]
    events: Mapping[int, list[AdverseEvent]]


def snapshots(participants: Iterable[Participant], at: datetime) -> dict[int, Snapshot]:
    """The data of each participant as they stand, by participant; ``at`` gives the site's day."""
    keys = [one.pk for one in participants]
    found = (
        Participant.objects.filter(pk__in=keys)
        .select_related("site", "death", "lost")
        .prefetch_related("consents", "withdrawals")
    )
    batch = _batch(keys)
    return {one.pk: _snapshot(one, batch, at) for one in found}


def includes_hidden() -> bool:
    """Whether somebody who closes queries may know of the visits that tell an arm."""
    plan = protocol.current()
    return not (plan.monitor_blinded and plan.data_manager_blinded)


def _batch(keys: Collection[int]) -> _Batch:
    visits: dict[int, list[Visit]] = defaultdict(list)
    rows = Visit.objects.filter(participant__in=keys)
    if not includes_hidden():
        rows = rows.filter(hidden=False)
    for visit in rows.order_by("planned_on", "pk"):
        visits[visit.participant_id].append(visit)
    events: dict[int, list[AdverseEvent]] = defaultdict(list)
    for event in AdverseEvent.objects.filter(participant__in=keys, voided=False):
        events[event.participant_id].append(event)
    return _Batch(visits, _records(keys), events)


def _records(keys: Collection[int]) -> dict[int, dict[str, RecordFacts]]:
    rows = list(Record.objects.filter(participant__in=keys))
    versions = {row.pk: row.version for row in rows}
    confirmed: dict[int, set[str]] = defaultdict(set)
    for one in Confirmation.objects.filter(record__participant__in=keys):
        if one.version == versions.get(one.record_id):
            confirmed[one.record_id].add(one.rule)
    answers = _answers(rows)
    found: dict[int, dict[str, RecordFacts]] = defaultdict(dict)
    for row in rows:
        given = answers.get(row.pk, {})
        found[row.visit_id][row.form] = RecordFacts(
            form=row.form,
            status=row.status,
            assessed_on=row.assessed_on,
            answers=given,
            scores=registry.form(row.form).score(given) if given else {},
            confirmed=frozenset(confirmed[row.pk]),
        )
    return found


def _answers(rows: Iterable[Record]) -> dict[int, dict[str, Any]]:
    by_form: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_form[row.form].append(row.pk)
    return {
        one.pk: one.values(registry.form(form).columns)
        for form, keys in by_form.items()
        for one in registry.form(form).model._default_manager.filter(pk__in=keys)
    }


def _snapshot(participant: Participant, batch: _Batch, at: datetime) -> Snapshot:
    left = [row.withdrawn_on for row in participant.withdrawals.all() if row.from_follow_up]
    died = selectors.died_on(participant)
    end = ended_on(participant)
    return Snapshot(
        today=day_at(at, participant.site),
        consented_on=selectors.consented_on(participant),
        died=None if died is None else _span(died),
        left_on=min(left, default=None),
        visits=tuple(
            replace(_visit(one, end), records=batch.records.get(one.pk, {}))
            for one in batch.visits[participant.pk]
        ),
        events=tuple(
            EventFacts(one.pk, one.number, _span(one.onset_date))
            for one in batch.events[participant.pk]
        ),
    )


def _span(day: PartialDate) -> Span:
    return Span(day.earliest, day.latest)


def _visit(visit: Visit, end: date | None) -> VisitFacts:
    plan = protocol.current()
    codes = [one.code for one in plan.visits]
    planned = plan.visit(visit.code)
    return VisitFacts(
        key=visit.pk,
        code=visit.code,
        name=str(visit),
        place=None if planned.repeatable else codes.index(visit.code),
        planned_on=visit.planned_on,
        window_from=visit.window_from,
        window_to=visit.window_to,
        status=visit.status,
        actual_on=visit.actual_on,
        baseline=visit.code == plan.baseline.code,
        # A window cut short by the end of follow-up is no debt.
        expected=end is None or visit.window_to <= end,
        hidden=visit.hidden,
        required=tuple(form.form for form in planned.forms if form.required),
    )
