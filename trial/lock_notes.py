"""What is written down the moment the trial is locked: whoever must registers a function here.

The functions run in the act of locking, in its transaction: a lock stands with all its notes or
not at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from accounts.models import User
from trial.models import Lock


class Note(Protocol):
    """Writes something down beside a lock of the whole trial."""

    def __call__(self, lock: Lock, *, actor: User, at: datetime) -> None:
        """Write it down."""


_registered: dict[str, Note] = {}


def register_note(name: str, note: Note) -> None:
    """Add what one app writes down, under a name of its own."""
    _registered[name] = note


def write_down(lock: Lock, *, actor: User, at: datetime) -> None:
    """Write down everything about a lock of the trial; nothing about a narrower one."""
    if lock.scope == "trial":
        for note in _registered.values():
            note(lock, actor=actor, at=at)
