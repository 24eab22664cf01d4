"""An event becomes worse, or better: the same event, with a new grade from a day on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from safety import grading
from safety.course import valid_changes
from safety.models import AdverseEvent, GradeChange
from safety.services import locked_for_change, refuse_what_cannot_be, save_event
from trial.clock import day_at
from trial.errors import InvalidAnswers, ReasonRequired, WrongState
from trial.partial_dates import PartialDate


@transaction.atomic
def regrade(
    *, ae: AdverseEvent, version: int, grade: str, since: str, actor: User, at: datetime
) -> AdverseEvent:
    """Record the grade an event has from a day on; that is no correction and needs no reason.

    Raises:
        NotDelegated, Locked, Stale, WrongState: as for any change of the event.
        InvalidAnswers: no grade of the event's scale, the one it has, or a day that cannot be.
    """
    event = locked_for_change(ae, version, actor, at)
    before = event.values()
    if grade not in grading.GRADINGS[event.scale].grades:
        raise InvalidAnswers("Choose a grade of this event's scale.", field="grade")
    if grade == event.severity:
        raise InvalidAnswers("The event has this grade already.", field="grade")
    _refuse_day(event, since, at)
    change = GradeChange(
        event=event,
        number=event.grade_changes.count() + 1,
        was=event.severity,
        became=grade,
        since=since,
    )
    with act(actor=actor, at=at):
        change.save()
    event.severity = grade
    event.version += 1
    refuse_what_cannot_be(event, at)
    return save_event(event, ["ae.regraded"], before, actor=actor, at=at, reason="")


@transaction.atomic
def void_grade(
    *, ae: AdverseEvent, version: int, reason: str, actor: User, at: datetime
) -> AdverseEvent:
    """Mark the newest change of grade as entered in error; the event has its grade before again.

    Raises:
        NotDelegated, Locked, Stale: as for any change of the event.
        WrongState: there is no change to mark.
        ReasonRequired: no reason given.
    """
    event = locked_for_change(ae, version, actor, at)
    before = event.values()
    changes = valid_changes(event)
    if not changes:
        raise WrongState("This event has the grade it began with.")
    if not reason.strip():
        raise ReasonRequired("Say why the grade was entered in error.", field="void_reason")
    last = changes[-1]
    last.voided, last.void_reason = True, reason.strip()[:200]
    with act(actor=actor, at=at, reason=reason.strip()):
        last.save()
    event.severity = last.was
    event.version += 1
    refuse_what_cannot_be(event, at)
    return save_event(event, ["ae.regraded"], before, actor=actor, at=at, reason=reason)


def _refuse_day(event: AdverseEvent, since: str, at: datetime) -> None:
    try:
        day = PartialDate.parse(since)
    except ValueError as error:
        raise InvalidAnswers(str(error), field="since") from error
    before = [event.onset, *(one.since for one in valid_changes(event))]
    if day.earliest > day_at(at, event.participant.site):
        raise InvalidAnswers("It cannot change in the future.", field="since")
    if day.latest < max(PartialDate.parse(one).earliest for one in before):
        raise InvalidAnswers(
            "It changes after it began, and after it changed before.", field="since"
        )
