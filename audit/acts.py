"""Who acts, when and why: the stamp every history row and event of one act carries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from audit.errors import NoActor


@dataclass(frozen=True)
class Act:
    """One act of one person, or of a named system process.

    ``at`` is the server's time, taken once; ``role`` is the role in which the person acted, in
    words, as it was then; ``id`` ties all rows written by the act together.
    """

    actor: User | None
    at: datetime
    reason: str
    role: str
    id: uuid.UUID


_current: ContextVar[Act | None] = ContextVar("hermes_act", default=None)


def _no_role(_actor: User, _at: datetime) -> str:
    return ""


_role_source: Callable[[User, datetime], str] = _no_role


def set_role_source(source: Callable[[User, datetime], str]) -> None:
    """Tell the trail where a person's roles are known (the layer above knows them)."""
    global _role_source  # noqa: PLW0603 - set once at start-up by the app that knows the roles
    _role_source = source


@contextmanager
def act(*, actor: User | None, at: datetime, reason: str = "", system: str = "") -> Iterator[Act]:
    """Stamp every audited row saved inside with who, when and why.

    A person acts (``actor``) or a named process does (``system``); inside a running act of the
    same actor the outer act goes on, so a service may call another and both share one id.

    Raises:
        NoActor: neither a person nor a process was named, or the time has no zone.
    """
    if (actor is None and not system) or at.tzinfo is None:
        raise NoActor
    running = _current.get()
    if running is not None and running.actor == actor and running.at == at:
        stamp = Act(actor, at, reason or running.reason, running.role, running.id)
    else:
        role = _role_source(actor, at) if actor is not None else system
        stamp = Act(actor, at, reason, role, uuid.uuid4())
    token = _current.set(stamp)
    try:
        yield stamp
    finally:
        _current.reset(token)


def current_act() -> Act:
    """The act under way.

    Raises:
        NoActor: audited data were touched outside any act.
    """
    stamp = _current.get()
    if stamp is None:
        raise NoActor
    return stamp
