"""Calling a meeting, voting on the masks, recommending: what the board does, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from safety.dsmb import selectors
from safety.dsmb.errors import NotMember, WrongBoard
from safety.dsmb.models import MaskVote, Meeting, Member, Recommendation
from trial import access
from trial.access import Permission
from trial.errors import ReasonRequired, WrongDate, WrongPassword, WrongState
from trial.services.passwords import count_wrong_password


@transaction.atomic
def call_meeting(
    *,
    held_on: date,
    cut_off: date,
    members: Sequence[User],
    chair: User,
    actor: User,
    at: datetime,
) -> Meeting:
    """Call the board to a meeting on the data up to a day.

    Raises:
        NotDelegated: the actor calls no meetings.
        WrongBoard: somebody called is not of the board, or the chair is not called.
        WrongDate: the data would end after the meeting.
    """
    access.require(actor, Permission.CALL_MEETINGS, at=at)
    sitting = {user.pk for user in selectors.board(at=at)}
    if not members or not {user.pk for user in members} <= sitting:
        raise WrongBoard("Only members of the board are called to its meetings.", field="members")
    if chair not in members:
        raise WrongBoard("The chair is one of the members called.", field="chair")
    if cut_off > held_on:
        raise WrongDate("The data end before the meeting, or on its day.", field="cut_off")
    with connection.cursor() as cursor:
        # Two at once would take the same number.
        cursor.execute(f"LOCK TABLE {Meeting._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    number = (Meeting.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    meeting = Meeting(
        number=number, code=f"DSMB-{number:02d}", held_on=held_on, cut_off=cut_off,
        called_by=actor, called_at=at,
    )  # fmt: skip
    meeting.full_clean()
    with act(actor=actor, at=at):
        meeting.save()
        for user in members:
            Member(meeting=meeting, user=user, chair=user == chair).save()
        _tell("meeting.called", meeting, actor, at, members=[user.username for user in members])
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, actor: User, at: datetime) -> Meeting:
    """Call a meeting off, with a reason.

    Raises:
        NotDelegated: the actor calls no meetings.
        WrongState: it was held or cancelled already.
        ReasonRequired: no reason given.
    """
    access.require(actor, Permission.CALL_MEETINGS, at=at)
    row = _called(meeting)
    if not reason.strip():
        raise ReasonRequired("Say why the meeting is cancelled.", field="reason")
    row.status, row.cancel_reason = Meeting.CANCELLED, reason.strip()[:200]
    with act(actor=actor, at=at, reason=row.cancel_reason):
        row.save()
        _tell("meeting.cancelled", row, actor, at)
    return row


@transaction.atomic
def vote_on_masks(*, meeting: Meeting, unmask: bool, actor: User, at: datetime) -> MaskVote:
    """Vote whether the closed pack names the arms; more than half of those called decide.

    Raises:
        NotDelegated, NotMember: the actor is not of the board, or not called to this meeting.
        WrongState: the meeting is over, or the actor voted already.
    """
    row = _called(meeting)
    _require_member(row, actor, at)
    if row.votes.filter(voter=actor).exists():
        raise WrongState("You have voted already: a vote is not changed.")
    vote = MaskVote.objects.create(meeting=row, voter=actor, unmask=unmask, voted_at=at)
    _tell("meeting.voted", row, actor, at, unmask=unmask)
    return vote


@transaction.atomic
def recommend(
    *,
    meeting: Meeting,
    decision: str,
    text: str,
    basis: str,
    password: str,
    actor: User,
    at: datetime,
) -> Recommendation:
    """Sign what the board recommends; the meeting is held by that. Nothing of it changes again.

    ``basis`` names the cut and the hashes of the packs it rests on.

    Raises:
        NotDelegated, NotMember: the actor is not of the board, or not called to this meeting.
        WrongPassword: the password is not the actor's.
        WrongState: the meeting is over.
        ValidationError: no decision, or a change without its words.
    """
    row = _called(meeting)
    _require_member(row, actor, at)
    if not actor.check_password(password):
        raise WrongPassword("The password is not right. Nothing was signed.", field="password")
    made = Recommendation(
        meeting=row, decision=decision, text=text.strip(), basis=basis, signed_by=actor,
        signed_at=at, digest=digest_of(row.code, decision, text.strip(), basis),
    )  # fmt: skip
    made.full_clean()
    made.save(force_insert=True)
    row.status = Meeting.HELD
    with act(actor=actor, at=at):
        row.save()
        _tell("recommendation.signed", row, actor, at, decision=decision, digest=made.digest)
    return made


def record_wrong_password(*, meeting: Meeting, actor: User, at: datetime) -> bool:
    """Log that a recommendation was refused for it; whether it was one too many."""
    return count_wrong_password(
        name="recommendation.refused",
        actor=actor,
        at=at,
        subject=meeting,
        data={"meeting": meeting.code},
    )


def digest_of(meeting: str, decision: str, text: str, basis: str) -> str:
    """SHA-256 over the four, each behind its length, so that no two recommendations share one."""
    whole = "".join(f"{len(part)}:{part}" for part in (meeting, decision, text, basis))
    return hashlib.sha256(f"hermes/1\nrecommendation\n{whole}".encode()).hexdigest()


def _called(meeting: Meeting) -> Meeting:
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if row.status != Meeting.CALLED:
        raise WrongState(f"This meeting is {row.get_status_display().lower()}: it is over.")
    return row


def _require_member(meeting: Meeting, actor: User, at: datetime) -> None:
    access.require(actor, Permission.RECOMMEND, at=at)
    if not meeting.members.filter(user=actor).exists():
        raise NotMember


def _tell(name: str, meeting: Meeting, actor: User, at: datetime, **data: object) -> None:
    facts = {"meeting": meeting.code, **data}
    record_event(name=name, actor=actor, at=at, subject=meeting, data=facts)
