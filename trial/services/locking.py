"""Locking, asking for a lock to be lifted, and lifting it: the last by a second person."""

from __future__ import annotations

from datetime import datetime

from django.db import OperationalError, connection, transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from trial import access, lock_notes, locks
from trial.access import NotDelegated, Permission
from trial.errors import Objected, ReasonRequired, SecondPerson, WrongState
from trial.models import Lock, Participant, Record, Visit
from trial.objections import Extent, objections


@transaction.atomic
def lock(
    *,
    participant: Participant | None = None,
    visit: Visit | None = None,
    record: Record | None = None,
    override_reason: str = "",
    actor: User,
    at: datetime,
) -> Lock:
    """Close a record, a visit, a participant or (none named) the trial to every change.

    Raises:
        NotDelegated: the actor does not lock here.
        WrongState: it is locked already, alone or with something wider; or somebody is saving.
        Objected: something is open and no reason to lock all the same is given.
    """
    visit = record.visit if record else visit
    participant = visit.participant if visit else participant
    _require(Permission.LOCK, participant, visit, actor, at)
    _close_gate(participant)
    if locks.covering(participant=participant, visit=visit, record=record) is not None:
        raise WrongState("This is locked already.", code="locked-already")
    extent = Extent(actor, participant, visit, record)
    open_ = objections(extent)
    if open_ and not override_reason.strip():
        raise Objected(field="override_reason", details={"objections": [str(one) for one in open_]})
    found = Lock(
        scope=extent.scope,
        participant=participant,
        visit=visit,
        record=record,
        locked_by=actor,
        locked_at=at,
        override_reason=override_reason.strip()[:200] if open_ else "",
    )
    found.full_clean()
    overridden = {one.words: one.count for one in open_}
    row = _keep(found, "lock.set", actor, at, found.override_reason, objections=overridden)
    lock_notes.write_down(row, actor=actor, at=at)
    return row


@transaction.atomic
def ask_unlock(*, lock: Lock, reason: str, actor: User, at: datetime) -> Lock:
    """Ask for a lock to be lifted, saying why.

    Raises:
        NotDelegated: the actor does not ask for this here.
        WrongState: lifted already, or asked for already.
        ReasonRequired: no reason given.
    """
    row = _standing(lock, Permission.ASK_UNLOCK, actor, at)
    if row.unlock_asked_by is not None:
        raise WrongState("Somebody asked for this already.", code="asked-already")
    if not reason.strip():
        raise ReasonRequired("Say why it must be unlocked.", field="reason")
    row.unlock_asked_by, row.unlock_asked_at = actor, at
    row.unlock_reason = reason.strip()[:200]
    return _keep(row, "lock.unlock-asked", actor, at, row.unlock_reason)


@transaction.atomic
def lift(*, lock: Lock, actor: User, at: datetime) -> Lock:
    """Lift a lock that somebody else asked to be lifted.

    Raises:
        NotDelegated: the actor does not lift locks here.
        WrongState: lifted already, or nobody asked.
        SecondPerson: the actor asked for it.
    """
    row = _asked(lock, actor, at)
    if row.unlock_asked_by == actor:
        raise SecondPerson
    row.lifted_by, row.lifted_at = actor, at
    return _keep(row, "lock.lifted", actor, at, row.unlock_reason)


@transaction.atomic
def decline_unlock(*, lock: Lock, reason: str, actor: User, at: datetime) -> Lock:
    """Leave the lock in place, saying why; it may be asked for again.

    Raises:
        NotDelegated: the actor does not lift locks here.
        WrongState: lifted already, or nobody asked.
        ReasonRequired: no reason given.
    """
    row = _asked(lock, actor, at)
    if not reason.strip():
        raise ReasonRequired("Say why it stays locked.", field="reason")
    row.unlock_asked_by, row.unlock_asked_at, row.unlock_reason = None, None, ""
    return _keep(row, "lock.unlock-declined", actor, at, reason.strip())


def _require(
    permission: Permission,
    participant: Participant | None,
    visit: Visit | None,
    actor: User,
    at: datetime,
) -> None:
    if participant is None:
        if not access.everywhere(actor, permission, at=at):
            raise NotDelegated
        return
    access.require(actor, permission, site=participant.site, at=at)
    if visit is not None and visit.hidden:
        access.require(actor, Permission.KNOW_ARMS, site=participant.site, at=at)


def _close_gate(participant: Participant | None) -> None:
    """Wait until nobody is writing, and let nobody write before this transaction ends."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT hermes_close_gate(%s)", [participant.pk if participant else 0])
    except OperationalError as error:
        raise WrongState(
            "Somebody is saving here at this moment. Try again in a minute.", code="busy"
        ) from error


def _standing(lock: Lock, permission: Permission, actor: User, at: datetime) -> Lock:
    row = (
        Lock.objects.select_for_update(of=("self",))
        .select_related("participant__site", "visit", "unlock_asked_by")
        .get(pk=lock.pk)
    )
    _require(permission, row.participant, row.visit, actor, at)
    if not row.standing:
        raise WrongState("This lock was lifted already.", code="lifted-already")
    return row


def _asked(lock: Lock, actor: User, at: datetime) -> Lock:
    row = _standing(lock, Permission.UNLOCK, actor, at)
    if row.unlock_asked_by is None:
        raise WrongState("Nobody asked for this lock to be lifted.", code="not-asked")
    return row


def _keep(row: Lock, name: str, actor: User, at: datetime, reason: str, **facts: object) -> Lock:
    hidden = row.visit is not None and row.visit.hidden
    with act(actor=actor, at=at, reason=reason):
        row.save()
        record_event(
            name=name,
            actor=actor,
            at=at,
            participant=row.participant.code if row.participant else "",
            subject=row,
            data={"scope": row.scope, **facts},
            reveals_arm=hidden,
        )
    return row
