"""Recording which arm a blinded assessor guesses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from randomization.blinding_indices import CANNOT_TELL
from randomization.errors import Impossible, NotBlinded
from randomization.models import ArmGuess
from randomization.services.conditions import checked
from trial import access, protocol
from trial.access import Permission
from trial.errors import ReasonRequired, WrongState
from trial.locks import refuse_locked
from trial.models import Record


@transaction.atomic
def record_guess(
    *,
    record: Record,
    guess: str,
    certainty: str,
    led_by: str,
    words: str,
    reason: str,
    actor: User,
    at: datetime,
) -> ArmGuess:
    """Keep the assessor's guess beside their own record; a changed one needs a reason.

    Raises:
        NotDelegated: the actor does not assess here.
        NotBlinded: the actor may know the arm, or did not make this assessment.
        Locked: the record is locked.
        WrongState: the record is a draft.
        Impossible: an arm the protocol does not have, or no certainty.
        ReasonRequired: a guess changes without a reason.
    """
    row = (
        Record.objects.select_for_update(of=("self",))
        .select_related("participant__site", "visit")
        .get(pk=record.pk)
    )
    _check_assessor(row, actor, at)
    if guess not in {CANNOT_TELL, *(arm.code for arm in protocol.current().arms)}:
        raise Impossible("Choose one of the arms.", field="guess")
    found = ArmGuess.objects.filter(record=row).first()
    given = {"guess": guess, "certainty": certainty, "led_by": led_by, "words": words.strip()}
    if found is not None:
        if all(getattr(found, name) == value for name, value in given.items()):
            return found
        if not reason.strip():
            raise ReasonRequired("Say why the guess changes.", field="reason")
    found = found or ArmGuess(record=row)
    found.guessed_by, found.guessed_at = actor, at
    for name, value in given.items():
        setattr(found, name, value)
    return _keep(found, row, actor, at, reason.strip()[:200])


def _check_assessor(row: Record, actor: User, at: datetime) -> None:
    site = row.participant.site
    access.require(actor, Permission.ENTER_OUTCOMES, site=site, at=at)
    if access.may_know_arms(actor, site=site) or row.assessed_by_id != actor.pk or row.visit.hidden:
        raise NotBlinded("Only whoever made this assessment blinded guesses.")
    refuse_locked(record=row)
    if row.status != "complete":
        raise WrongState("Complete the form first: the guess comes after the assessment.")


def _keep(found: ArmGuess, row: Record, actor: User, at: datetime, reason: str) -> ArmGuess:
    with act(actor=actor, at=at, reason=reason):
        checked(found).save()
        record_event(
            name="arm.guessed",
            actor=actor,
            at=at,
            participant=row.participant.code,
            subject=row,
            reveals_arm=True,
        )
    return found
