"""Telling one blinded person one participant's arm: asked for, decided, shown, each on record.

Nothing here opens anything else to that person: they stay blinded everywhere but on that page.
A lock does not stand in the way: in an emergency the data are locked or not, the person is ill.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from randomization import selectors
from randomization.errors import KnowsAlready, NotBlinded, NotReady
from randomization.models import Unblinding
from randomization.models.unblinding import EMERGENCY, GRANTED, REFUSED, WAITING
from randomization.services.conditions import checked
from randomization.unblinding import knowing
from trial import access
from trial.access import NotDelegated, Permission
from trial.errors import ReasonRequired, SecondPerson, WrongState
from trial.models import Participant
from trial.services.signing import reauthenticate

NOT_DONE = "The password is not right. Nothing was recorded and nothing is shown."


@transaction.atomic
def ask_unblinding(
    *,
    participant: Participant,
    person: User,
    reason: str,
    words: str,
    password: str,
    actor: User,
    at: datetime,
) -> Unblinding:
    """Ask that ``person`` be told the arm of one participant; an emergency is granted at once.

    Asked again for the same person it returns the same request; an emergency turns one that
    waits into one that is granted.

    Raises:
        NotDelegated: the actor does not ask for this here.
        WrongPassword: the password is wrong.
        NotReady: the participant is not randomized.
        KnowsAlready, NotBlinded: this person need not, or must not, be told this way.
        Impossible: a reason that is not in the list, or another one without words.
    """
    access.require(actor, Permission.ASK_UNBLINDING, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant, refusal=NOT_DONE)
    row = _held(participant)
    if row.randomized_on is None:
        raise NotReady("This participant is not randomized yet.", code="not-randomized")
    _check_person(row, person, actor, at)
    found = Unblinding.objects.filter(participant=row, person=person).exclude(state=REFUSED).first()
    if found is not None and (found.state == GRANTED or reason != EMERGENCY):
        return found
    found = found or Unblinding(participant=row, person=person, asked_by=actor, asked_at=at)
    found.reason, found.words = reason, words.strip()
    if reason == EMERGENCY:
        found.state, found.decided_at = GRANTED, at
    return _keep(found, "unblinding.asked", actor, at, found.words)


@transaction.atomic
def decide_unblinding(
    *,
    unblinding: Unblinding,
    grant: bool,
    words: str,
    password: str,
    actor: User,
    at: datetime,
) -> Unblinding:
    """Approve a request that waits, or refuse it with a reason.

    Raises:
        NotDelegated: the actor does not decide this here.
        WrongPassword: the password is wrong.
        SecondPerson: the actor asked for it, or is the one who would be told.
        WrongState: decided already.
        ReasonRequired: refused without saying why.
    """
    participant = unblinding.participant
    access.require(actor, Permission.DECIDE_UNBLINDING, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant, refusal=NOT_DONE)
    row = _locked(unblinding)
    if actor in {row.asked_by, row.person}:
        raise SecondPerson("You asked for this yourself: somebody else must decide.")
    if row.state != WAITING:
        raise WrongState("This is decided already.", code="decided-already")
    if not grant and not words.strip():
        raise ReasonRequired("Say why it is refused.", field="words")
    row.state = GRANTED if grant else REFUSED
    row.decided_by, row.decided_at = actor, at
    row.decision_words = "" if grant else words.strip()
    name = "unblinding.granted" if grant else "unblinding.refused"
    return _keep(row, name, actor, at, row.decision_words)


@transaction.atomic
def tell_arm(*, unblinding: Unblinding, password: str, actor: User, at: datetime) -> str:
    """The code of the arm, for the person it was granted to and nobody else; each time on record.

    Raises:
        NotDelegated: another person, or one whose delegation has ended.
        WrongPassword: the password is wrong.
        WrongState: it is not granted.
    """
    row = _locked(unblinding)
    participant = row.participant
    if row.person != actor:
        raise NotDelegated
    access.require(actor, Permission.ASK_UNBLINDING, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant, refusal=NOT_DONE)
    if row.state != GRANTED:
        raise WrongState("This is not granted.", code="not-granted")
    with act(actor=actor, at=at):
        if row.shown_at is None:
            row.shown_at = at
            row.save()
        record_event(
            name="unblinding.shown",
            actor=actor,
            at=at,
            participant=participant.code,
            subject=row,
            reason=row.get_reason_display(),
        )
    return selectors.arm_granted(row, actor)


def _held(participant: Participant) -> Participant:
    return (
        Participant.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=participant.pk)
    )


def _locked(unblinding: Unblinding) -> Unblinding:
    return (
        Unblinding.objects.select_for_update(of=("self",))
        .select_related("participant__site", "person", "asked_by")
        .get(pk=unblinding.pk)
    )


def _check_person(participant: Participant, person: User, actor: User, at: datetime) -> None:
    site = participant.site
    if access.may_know_arms(person, site=site):
        raise KnowsAlready(field="person")
    if not access.may(person, Permission.ASK_UNBLINDING, site=site, at=at):
        raise NotBlinded(field="person")
    if person != actor and not knowing.names_others(actor, site):
        raise NotBlinded("You can ask for yourself only.", field="person")


def _keep(row: Unblinding, name: str, actor: User, at: datetime, reason: str) -> Unblinding:
    with act(actor=actor, at=at, reason=reason):
        checked(row).save()
        record_event(
            name=name,
            actor=actor,
            at=at,
            participant=row.participant.code,
            subject=row,
            data={"person": row.person.full_name, "why": row.reason, "state": row.state},
        )
    return row
