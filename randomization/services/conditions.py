"""What the acts of this app have in common: who may, on a locked participant, on which day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from randomization import vault
from randomization.errors import Impossible, NoProductArm
from trial import access, protocol, selectors
from trial.access import Permission
from trial.clock import day_at
from trial.errors import WrongDate
from trial.locks import refuse_locked
from trial.models import Participant
from trial.protocol import ProductPlan

Row = TypeVar("Row", bound=models.Model)


def locked_participant(participant: Participant) -> Participant:
    """The participant's row, locked to the end of the transaction.

    Raises:
        Locked: the participant's data are locked.
    """
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=participant.pk)
    )
    refuse_locked(participant=row)
    return row


def for_treatment(
    participant: Participant, permission: Permission, actor: User, at: datetime
) -> tuple[Participant, str]:
    """The locked participant and the code of their arm, which has a cell product.

    Raises:
        NotDelegated: the actor may not do this, or not know the arm, at this site.
        Locked: the participant's data are locked.
        NoProductArm: not randomized, or to an arm without a product.
    """
    for wanted in (permission, Permission.KNOW_ARMS):
        access.require(actor, wanted, site=participant.site, at=at)
    row = locked_participant(participant)
    allocation = vault.allocations().filter(participant=row).first()
    if allocation is None:
        raise NoProductArm("This participant is not randomized yet.")
    arm = vault.arm_of(allocation)
    if not protocol.current().arm(arm).product:
        raise NoProductArm
    return row, arm


def product_plan() -> ProductPlan:
    """The protocol's limits for its product.

    Raises:
        NoProductArm: this protocol has none.
    """
    plan = protocol.current().product
    if plan is None:
        raise NoProductArm("This trial has no cell product.")
    return plan


def check_day(
    day: date,
    participant: Participant,
    at: datetime,
    *,
    field: str,
    after: date,
    what: str,
    living: bool = True,
) -> None:
    """Refuse a day in the future, before ``after``, or after the participant's death.

    ``what`` names the earlier event in the sentence; ``living`` is what only the living go
    through.

    Raises:
        WrongDate: the day cannot be right.
    """
    died = selectors.died_on(participant)
    if day > day_at(at, participant.site):
        raise WrongDate("This date is in the future.", field=field)
    if day < after:
        raise WrongDate(f"This date is before {what} ({after:%-d %b %Y}).", field=field)
    if living and died is not None and day > died.latest:
        raise WrongDate("This date is after the participant's death.", field=field)


def known_reason(reason: str) -> str:
    """A reason of the protocol's list.

    Raises:
        Impossible: another one.
    """
    if reason not in protocol.current().not_treated_reasons:
        raise Impossible("Choose a reason from the list.", code="unknown-reason", field="reason")
    return reason


def checked(row: Row) -> Row:
    """The row, after every rule a single row can break.

    Raises:
        Impossible: a rule is broken; the sentence names it.
    """
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Impossible(" ".join(messages), field=None if field == "__all__" else field) from error
    return row


def keep(
    row: Row, name: str, participant: Participant, actor: User, at: datetime, *, reason: str = ""
) -> Row:
    """Save a row that tells an arm, with its event, which tells it too."""
    with act(actor=actor, at=at, reason=reason.strip()):
        checked(row).save()
        record_event(
            name=name,
            actor=actor,
            at=at,
            participant=participant.code,
            subject=row,
            reveals_arm=True,
        )
    return row
