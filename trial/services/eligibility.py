"""Eligibility: each criterion answered, computed ones by the system, signed by the investigator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.adding import add_all
from audit.errors import Refused
from audit.events import record_event
from trial import access, protocol, selectors
from trial.access import Permission
from trial.errors import ReasonRequired, WrongState
from trial.locks import refuse_locked
from trial.models import CriterionAnswer, Participant, Signature
from trial.services.signing import reauthenticate, refuse_changed


@transaction.atomic
def answer_criteria(
    *,
    participant: Participant,
    answers: Mapping[str, bool],
    actor: User,
    at: datetime,
    reason: str = "",
) -> list[CriterionAnswer]:
    """Save the answers a person gives; the computed criteria are never typed.

    Raises:
        NotDelegated, Locked: as the sentence says.
        ReasonRequired: a saved answer changes without a reason.
        Refused: an unknown or computed criterion.
    """
    access.require(actor, Permission.ENTER_DATA, site=participant.site, at=at)
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    refuse_locked(participant=row)
    typed = {plan.code for plan in protocol.current().criteria if plan.computed is None}
    if not set(answers) <= typed:
        text = "This criterion is not answered by hand."
        raise Refused(text, code="unknown-criterion", status=422)
    saved = {answer.criterion: answer for answer in row.criteria.all()}
    changed = [code for code, met in answers.items() if code in saved and saved[code].met != met]
    if changed and not reason.strip():
        raise ReasonRequired(field="reason")
    new = {code: met for code, met in answers.items() if code not in saved}
    given = [CriterionAnswer(participant=row, criterion=code, met=met) for code, met in new.items()]
    with act(actor=actor, at=at, reason=reason):
        add_all(given)
        for code in changed:
            saved[code].met = answers[code]
            saved[code].save()
        record_event(
            name="eligibility.answered",
            actor=actor,
            at=at,
            participant=row.code,
            subject=row,
            data={"answers": len(given) + len(changed)},
        )
    return [*given, *map(saved.__getitem__, changed)]


@transaction.atomic
def sign_eligibility(
    *, participant: Participant, password: str, seen: str, actor: User, at: datetime
) -> Signature:
    """The investigator confirms that the person is eligible, by password.

    ``seen`` is the hash of what was shown before signing.

    Raises:
        NotDelegated: the actor does not sign at this site.
        WrongPassword: the password is wrong (the attempt stays in the trail).
        Locked: the participant is locked.
        WrongState: not every criterion is as wanted, signed already, or changed since it was
            shown.
    """
    access.require(actor, Permission.SIGN, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant)
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    refuse_locked(participant=row)
    now = selectors.eligibility_of(row)
    if selectors.eligibility_signature(row, now) is not None:
        raise WrongState("The eligibility is signed already as it stands.", code="signed")
    if now.met is None:
        raise WrongState("Some criteria are not answered yet.", code="eligibility-incomplete")
    if not now.met:
        raise WrongState(
            "This person is not eligible: a criterion is not met.", code="not-eligible"
        )
    refuse_changed(seen, now.digest)
    with act(actor=actor, at=at):
        signature = Signature.objects.create(
            participant=row,
            meaning="eligibility",
            signed_by=actor,
            signed_at=at,
            version=1,
            digest=now.digest,
        )
        record_event(
            name="eligibility.signed", actor=actor, at=at, participant=row.code, subject=signature
        )
    return signature
