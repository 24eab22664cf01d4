"""Putting right what was recorded wrongly of a consent, or of how a participant left.

The row stays with all its versions; the reason for the change stands beside the new one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from audit.models import AuditedModel
from trial import access
from trial.access import Permission
from trial.errors import ReasonRequired, Stale, WrongState
from trial.locks import refuse_locked
from trial.models import Consent, Death, LostToFollowUp, Participant, Withdrawal
from trial.services import endings, enrolment

Row = TypeVar("Row", Consent, Death, LostToFollowUp, Withdrawal)

STALE = "Somebody else corrected this meanwhile. Look at what is saved now, then correct it again."


def version_of(row: AuditedModel) -> int:
    """How many versions of a row there are: a correction names the one it was made from."""
    count: int = row.history.count()
    return count


def _hold(row: Row, permission: Permission, seen: int, actor: User, at: datetime) -> Row:
    """The row as it is saved now, held until the commit; refused where it may not be corrected."""
    access.require(actor, permission, site=row.participant.site, at=at)
    participant = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=row.participant_id)
    )
    refuse_locked(participant=participant)
    held = type(row)._default_manager.select_for_update().get(pk=row.pk)
    held.participant = participant
    if version_of(held) != seen:
        raise Stale(STALE)
    return held


def _write(
    row: Row, name: str, *, because: str, values: dict[str, object], actor: User, at: datetime
) -> Row:
    changed = [column for column, value in values.items() if getattr(row, column) != value]
    if not changed:
        raise WrongState("Nothing is changed: this is what is saved already.")
    if not because.strip():
        raise ReasonRequired(field="because")
    for column in changed:
        setattr(row, column, values[column])
    with act(actor=actor, at=at, reason=because.strip()):
        row.full_clean()
        row.save()
        record_event(name=name, actor=actor, at=at, participant=row.participant.code, subject=row)
    return row


@transaction.atomic
def correct_death(
    *,
    death: Death,
    died_on: str,
    cause: str,
    because: str,
    seen: int,
    actor: User,
    at: datetime,
) -> Death:
    """Another date or cause of a recorded death; ``seen`` is the version it is made from.

    Raises:
        NotDelegated, Locked, Stale, WrongDate, ReasonRequired: as the sentence says.
        WrongState: nothing is changed.
    """
    row = _hold(death, Permission.ENTER_DATA, seen, actor, at)
    endings.check_death_date(died_on, row.participant.site, at)
    values: dict[str, object] = {"died_on": died_on, "cause": cause}
    return _write(row, "death.corrected", because=because, values=values, actor=actor, at=at)


@transaction.atomic
def correct_withdrawal(
    *,
    withdrawal: Withdrawal,
    withdrawn_on: date,
    scopes: Collection[str],
    reason: str,
    because: str,
    seen: int,
    actor: User,
    at: datetime,
) -> Withdrawal:
    """Another day, other parts or other words; ``reason`` is the participant's, ``because`` ours.

    Raises:
        NotDelegated, Locked, Stale, WrongDate, ReasonRequired: as the sentence says.
        WrongState: nothing is changed.
    """
    row = _hold(withdrawal, Permission.ENTER_DATA, seen, actor, at)
    endings.check_withdrawal_date(withdrawn_on, row.participant.site, at)
    values: dict[str, object] = {
        "withdrawn_on": withdrawn_on,
        "reason": reason,
        **endings.withdrawn_from(scopes),
    }
    return _write(row, "withdrawal.corrected", because=because, values=values, actor=actor, at=at)


@transaction.atomic
def correct_loss(
    *,
    lost: LostToFollowUp,
    last_contact_on: date,
    attempts: str,
    because: str,
    seen: int,
    actor: User,
    at: datetime,
) -> LostToFollowUp:
    """Another last contact, or other attempts.

    Raises:
        NotDelegated, Locked, Stale, WrongDate, ReasonRequired: as the sentence says.
        WrongState: nothing is changed.
    """
    row = _hold(lost, Permission.ENTER_DATA, seen, actor, at)
    endings.check_contact_date(last_contact_on, row.participant.site, at)
    values: dict[str, object] = {"last_contact_on": last_contact_on, "attempts": attempts}
    return _write(row, "loss.corrected", because=because, values=values, actor=actor, at=at)


@transaction.atomic
def correct_consent(
    *,
    consent: Consent,
    version: str,
    given_by: str,
    consented_on: date,
    because: str,
    seen: int,
    actor: User,
    at: datetime,
) -> Consent:
    """Another day, sheet (``version``) or giver; who obtained it stays.

    Raises:
        NotDelegated, Locked, Stale, WrongDate, ReasonRequired: as the sentence says.
        WrongState: nothing is changed.
    """
    row = _hold(consent, Permission.OBTAIN_CONSENT, seen, actor, at)
    enrolment.check_consent(row.participant, version, consented_on, at)
    values: dict[str, object] = {
        "version": version, "given_by": given_by, "consented_on": consented_on,
    }  # fmt: skip
    return _write(row, "consent.corrected", because=because, values=values, actor=actor, at=at)
