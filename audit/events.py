"""Write one line of the log, and let others be told after the commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models, transaction

from accounts.models import User
from audit.acts import act
from audit.models import Event

_dispatch: list[Callable[[int], None]] = []


def set_dispatch(function: Callable[[int], None]) -> None:
    """Tell the log who passes events on once they are committed (the composition root does)."""
    _dispatch[:] = [function]


def record_event(
    *,
    name: str,
    actor: User | None,
    at: datetime,
    participant: str = "",
    subject: models.Model | None = None,
    data: dict[str, Any] | None = None,
    reason: str = "",
    reveals_arm: bool = False,
    system: str = "",
) -> Event:
    """Append one event in the running transaction.

    ``data`` carries facts about the act and no clinical detail. After the commit the event is
    passed on; should that fail, the periodic sweep passes it on later.

    Raises:
        NoActor: neither a person nor a process was named.
    """
    with act(actor=actor, at=at, reason=reason, system=system) as stamp:
        event = Event.objects.create(
            at=at,
            name=name,
            actor=actor,
            role=stamp.role,
            act_id=stamp.id,
            participant=participant,
            subject_type=subject._meta.label if subject is not None else "",
            subject_id=str(subject.pk) if subject is not None else "",
            reason=stamp.reason,
            data=data or {},
            reveals_arm=reveals_arm,
        )
    for function in _dispatch:
        transaction.on_commit(partial(function, event.pk))
    return event
