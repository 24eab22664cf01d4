"""Planning visits, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.adding import add_all
from audit.events import record_event
from trial import access, protocol, selectors
from trial.access import Permission
from trial.clock import day_at
from trial.errors import ReasonRequired, WrongDate, WrongState
from trial.locks import refuse_locked
from trial.models import Participant, Visit
from trial.protocol import VisitPlan


def open_visits(
    *, participant: Participant, plans: Iterable[VisitPlan], anchor: date, actor: User, at: datetime
) -> list[Visit]:
    """Plan visits from their anchor's date; one that exists already is left alone."""
    known = set(participant.visits.values_list("code", flat=True))
    opened = []
    for plan in plans:
        if plan.code in known:
            continue
        planned, first, last = plan.dates(anchor)
        visit = Visit(
            participant=participant,
            code=plan.code,
            planned_on=planned,
            window_from=first,
            window_to=last,
            hidden=plan.reveals_arm,
        )
        opened.append(visit)
    with act(actor=actor, at=at):
        add_all(opened)
    return opened


def move_visits(
    *,
    participant: Participant,
    plans: Iterable[VisitPlan],
    anchor: date,
    reason: str,
    actor: User,
    at: datetime,
) -> list[Visit]:
    """Plan visits anew, those that took place included, after their anchor's date was corrected."""
    by_code = {plan.code: plan for plan in plans}
    moved = list(participant.visits.filter(code__in=by_code))
    with act(actor=actor, at=at, reason=reason):
        for visit in moved:
            dates = by_code[visit.code].dates(anchor)
            visit.planned_on, visit.window_from, visit.window_to = dates
            visit.save()
    return moved


def check_visit_date(*, visit: Visit, day: date, at: datetime) -> None:
    """Refuse a date before consent, after death or in the future; out of window is kept.

    Raises:
        WrongDate: the date cannot be right.
    """
    participant = visit.participant
    consent = selectors.consented_on(participant)
    died = selectors.died_on(participant)
    if day > day_at(at, participant.site):
        raise WrongDate("The date cannot be in the future.", field="assessed_on")
    if consent is None or day < consent:
        raise WrongDate(
            "The date is before the participant's consent: nothing may be recorded for it.",
            field="assessed_on",
        )
    if died is not None and day > died.latest:
        raise WrongDate("The date is after the participant's death.", field="assessed_on")


def mark_done(*, visit: Visit, day: date, actor: User, at: datetime) -> Visit:
    """The first record of a visit gives the visit its date."""
    if visit.status != "done":
        visit.status, visit.actual_on, visit.missed_reason = "done", day, ""
        with act(actor=actor, at=at):
            visit.save()
    return visit


@transaction.atomic
def set_visit_date(
    *, visit: Visit, actual_on: date, reason: str, actor: User, at: datetime
) -> Visit:
    """Say when the visit took place; a change of a known date needs a reason.

    Raises:
        NotDelegated, Locked, WrongDate, ReasonRequired: as the sentence says.
    """
    row = _lock(visit, actor, at)
    check_visit_date(visit=row, day=actual_on, at=at)
    if row.status != "planned" and row.actual_on != actual_on and not reason.strip():
        raise ReasonRequired(field="reason")
    row.status, row.actual_on, row.missed_reason = "done", actual_on, ""
    return _save(row, "visit.dated", actor, at, reason)


@transaction.atomic
def mark_missed(*, visit: Visit, reason: str, actor: User, at: datetime) -> Visit:
    """Say that the visit did not take place, and why.

    Raises:
        NotDelegated, Locked: as the sentence says.
        ReasonRequired: no reason given.
        WrongState: it has records, so it took place.
    """
    row = _lock(visit, actor, at)
    if not reason.strip():
        raise ReasonRequired("Say why the visit was missed.", field="reason")
    if row.records.exclude(status="not_done").exists():
        raise WrongState("This visit has records: it took place.")
    row.status, row.actual_on, row.missed_reason = "missed", None, reason
    return _save(row, "visit.missed", actor, at, reason)


@transaction.atomic
def add_unscheduled_visit(
    *, participant: Participant, actual_on: date, actor: User, at: datetime
) -> Visit:
    """Add a visit the protocol did not plan.

    Raises:
        NotDelegated, Locked, WrongDate: as the sentence says.
        WrongState: the protocol has no unscheduled visit.
    """
    access.require(actor, Permission.ENTER_OUTCOMES, site=participant.site, at=at)
    locked = Participant.objects.select_for_update().get(pk=participant.pk)
    plan = next((plan for plan in protocol.current().visits if plan.repeatable), None)
    if plan is None:
        raise WrongState("This protocol has no unscheduled visits.")
    refuse_locked(participant=locked)
    visit = Visit(
        participant=locked,
        code=plan.code,
        occurrence=selectors.next_occurrence(locked, plan.code),
        planned_on=actual_on,
        window_from=actual_on,
        window_to=actual_on,
        actual_on=actual_on,
        status="done",
    )
    check_visit_date(visit=visit, day=actual_on, at=at)
    return _save(visit, "visit.added", actor, at, "")


def _lock(visit: Visit, actor: User, at: datetime) -> Visit:
    row = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("participant__site")
        .get(pk=visit.pk)
    )
    access.require(actor, Permission.ENTER_OUTCOMES, site=row.participant.site, at=at)
    refuse_locked(visit=row)
    return row


def _save(visit: Visit, name: str, actor: User, at: datetime, reason: str) -> Visit:
    with act(actor=actor, at=at, reason=reason):
        visit.full_clean()
        visit.save()
        record_event(
            name=name,
            actor=actor,
            at=at,
            participant=visit.participant.code,
            subject=visit,
            reveals_arm=visit.hidden,
        )
    return visit
