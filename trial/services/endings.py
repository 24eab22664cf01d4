"""How a participant leaves the trial: withdrawal, death, lost to follow-up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TypeVar

from django.db import models, transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from trial import access
from trial.access import Permission
from trial.clock import day_at
from trial.errors import WrongDate, WrongState
from trial.locks import refuse_locked
from trial.models import Death, LostToFollowUp, Participant, Site, Withdrawal
from trial.partial_dates import PartialDate

SCOPES = ("treatment", "follow_up", "data_use", "samples")


def _lock(participant: Participant, actor: User, at: datetime) -> Participant:
    access.require(actor, Permission.ENTER_DATA, site=participant.site, at=at)
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=participant.pk)
    )
    refuse_locked(participant=row)
    return row


Row = TypeVar("Row", bound=models.Model)


def _write(row: Row, name: str, participant: Participant, actor: User, at: datetime) -> Row:
    with act(actor=actor, at=at):
        row.full_clean()
        row.save()
        record_event(name=name, actor=actor, at=at, participant=participant.code, subject=row)
    return row


def check_withdrawal_date(day: date, site: Site, at: datetime) -> None:
    """Refuse a withdrawal in the future (``WrongDate``)."""
    if day > day_at(at, site):
        raise WrongDate("The withdrawal cannot be in the future.", field="withdrawn_on")


def check_death_date(died_on: str, site: Site, at: datetime) -> None:
    """Refuse an impossible date of death, or one in the future (``WrongDate``)."""
    try:
        day = PartialDate.parse(died_on)
    except ValueError as error:
        raise WrongDate(str(error), field="died_on") from error
    if day.earliest > day_at(at, site):
        raise WrongDate("The death cannot be in the future.", field="died_on")


def check_contact_date(day: date, site: Site, at: datetime) -> None:
    """Refuse a last contact in the future (``WrongDate``)."""
    if day > day_at(at, site):
        raise WrongDate("The last contact cannot be in the future.", field="last_contact_on")


def withdrawn_from(scopes: Collection[str]) -> dict[str, bool]:
    """The columns of a withdrawal from these parts."""
    return {f"from_{one}": one in scopes for one in SCOPES}


@transaction.atomic
def record_withdrawal(
    *,
    participant: Participant,
    withdrawn_on: date,
    scopes: Collection[str],
    reason: str,
    actor: User,
    at: datetime,
) -> Withdrawal:
    """Record what the participant withdrew from: treatment, follow-up, data use, samples.

    Raises:
        NotDelegated, Locked, WrongDate: as the sentence says.
    """
    row = _lock(participant, actor, at)
    check_withdrawal_date(withdrawn_on, row.site, at)
    withdrawal = Withdrawal(
        participant=row,
        withdrawn_on=withdrawn_on,
        reason=reason,
        **withdrawn_from(scopes),
    )
    return _write(withdrawal, "participant.withdrew", row, actor, at)


@transaction.atomic
def record_death(
    *, participant: Participant, died_on: str, cause: str, actor: User, at: datetime
) -> Death:
    """Record the death; the date may be known to the month or the year only.

    Raises:
        NotDelegated, Locked: as the sentence says.
        WrongDate: an impossible or future date.
        WrongState: the death is recorded already.
    """
    row = _lock(participant, actor, at)
    check_death_date(died_on, row.site, at)
    if Death.objects.filter(participant=row).exists():
        raise WrongState("The death of this participant is recorded already.")
    death = Death(participant=row, died_on=died_on, cause=cause)
    return _write(death, "participant.died", row, actor, at)


@transaction.atomic
def record_loss(
    *, participant: Participant, last_contact_on: date, attempts: str, actor: User, at: datetime
) -> LostToFollowUp:
    """Record that the participant cannot be reached any more.

    Raises:
        NotDelegated, Locked, WrongDate: as the sentence says.
        WrongState: recorded already.
    """
    row = _lock(participant, actor, at)
    check_contact_date(last_contact_on, row.site, at)
    if LostToFollowUp.objects.filter(participant=row).exists():
        raise WrongState("This is recorded already.")
    lost = LostToFollowUp(participant=row, last_contact_on=last_contact_on, attempts=attempts)
    return _write(lost, "participant.lost", row, actor, at)
