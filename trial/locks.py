"""Which locks stand and what they cover: the one place that is asked whether something is locked.

A lock on the trial covers everything, one on a participant all that belongs to the participant,
one on a visit the visit and its records, one on a record the record, its answers and signatures.
The database refuses the same by itself (``trial.operations``); asked here first, the refusal is a
sentence before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from django.db.models import Exists, OuterRef, Q

from trial.errors import Locked
from trial.models import Lock, Participant, Record, Visit
from trial.operations import REFUSAL

STANDING = Q(lifted_at__isnull=True)
WHOLE_TRIAL = Q(scope="trial") & STANDING
_WORDS = {
    "record": "This record is locked",
    "visit": "This visit is locked",
    "participant": "This participant is locked",
    "trial": "The trial is locked",
}


@dataclass(frozen=True)
class Standing:
    """The standing locks that touch one participant, the trial's included."""

    locks: tuple[Lock, ...] = ()

    def covering(self, visit: int | None = None, record: int | None = None) -> Lock | None:
        """The widest lock over the participant, a visit of theirs, or a record (by their keys)."""
        return next((lock for lock in self.locks if _covers(lock, visit, record)), None)


def _covers(lock: Lock, visit: int | None, record: int | None) -> bool:
    if lock.scope == "visit":
        return visit is not None and lock.visit_id == visit
    if lock.scope == "record":
        return record is not None and lock.record_id == record
    return True


def standing(participant: Participant) -> Standing:
    """The locks that touch a participant, the widest first."""
    touching = Q(scope="trial") | Q(participant=participant)
    found = Lock.objects.filter(STANDING, touching).select_related("locked_by")
    return Standing(tuple(sorted(found, key=lambda lock: -_WIDTH.index(lock.scope))))


_WIDTH = tuple(code for code, _ in Lock.SCOPES)


def covering(
    *,
    participant: Participant | None = None,
    visit: Visit | None = None,
    record: Record | None = None,
) -> Lock | None:
    """The widest standing lock over a record, a visit, a participant, or (none given) the trial."""
    if record is not None:
        return standing(record.participant).covering(record.visit_id, record.pk)
    if visit is not None:
        return standing(visit.participant).covering(visit.pk)
    if participant is not None:
        return standing(participant).covering()
    return Lock.objects.filter(WHOLE_TRIAL).first()


def refuse_locked(
    *,
    participant: Participant | None = None,
    visit: Visit | None = None,
    record: Record | None = None,
) -> None:
    """Refuse an act under a lock.

    Raises:
        Locked: the sentence says what is locked.
    """
    lock = covering(participant=participant, visit=visit, record=record)
    if lock is not None:
        raise Locked(sentence(lock.scope))


def refusal_of(error: Exception) -> Locked | None:
    """The refusal behind an error of the database, when a lock made it; otherwise nothing.

    The services ask first; this is for a lock set in between, and for whoever forgot to ask.
    """
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or cause.diag.constraint_name != REFUSAL:
        return None
    return Locked()


def sentence(scope: str) -> str:
    """What a person reads under a lock of this scope."""
    return f"{_WORDS[scope]}: if something must change, ask for it to be unlocked."


def locked_record(record: str = "pk", visit: str = "visit", participant: str = "participant") -> Q:
    """A condition on records, or on what refers to one: whether a lock covers them.

    The arguments are the paths to the record, its visit and its participant.
    """
    over = (
        Q(scope="trial")
        | Q(scope="participant", participant=OuterRef(participant))
        | Q(scope="visit", visit=OuterRef(visit))
        | Q(scope="record", record=OuterRef(record))
    )
    return Q(Exists(Lock.objects.filter(STANDING, over)))
