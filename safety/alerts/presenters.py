"""Alerts as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from safety.alerts.models import (
    NO_ADDRESS,
    NOT_OWED,
    OPEN,
    REFUSED,
    SENT,
    WAITING,
    Alert,
    Delivery,
)
from safety.alerts.selectors import CHOICES

_SHAPES = {SENT: "complete", REFUSED: "late", NO_ADDRESS: "missed", NOT_OWED: "not_done"}
CHOICE_WORDS = (
    ("all", "Everything"),
    ("unread", "Not acknowledged"),
    ("unsent", "Mail not out"),
)


@dataclass(frozen=True)
class Badge:
    """A state: the code gives the shape, the words say it."""

    code: str
    words: str


@dataclass(frozen=True)
class Line:
    """One person told once."""

    alert: Alert
    person: str
    step: str
    told_at: datetime
    mail: Badge
    note: str
    read_at: datetime | None


def choice_of(asked: Mapping[str, str]) -> str:
    """What the list is narrowed to; nonsense narrows nothing."""
    choice = asked.get("show", "")
    return choice if choice in CHOICES else "all"


def query_of(choice: str) -> str:
    """The address again, for the next page."""
    return urlencode({"show": choice})


def lines(rows: Iterable[Delivery]) -> list[Line]:
    """Who was told, how far the mail is, and when it was read."""
    return [
        Line(
            alert=row.alert,
            person=row.recipient.full_name,
            step="first" if not row.step else f"again, step {row.step}",
            told_at=row.told_at,
            mail=mail_badge(row),
            note=_note(row),
            read_at=row.acknowledged_at,
        )
        for row in rows
    ]


def mail_badge(row: Delivery) -> Badge:
    """How far the mail has come. "Sent" is that the mail server took it."""
    if row.state == NO_ADDRESS or (row.state == WAITING and not row.recipient.email):
        return Badge("missed", "No e-mail address")
    if row.state in OPEN:
        tried = f", tried {row.attempts} times" if row.attempts > 1 else ""
        late = row.attempts > 1
        return Badge("late" if late else "due", f"{row.get_state_display()}{tried}")
    return Badge(_SHAPES[row.state], row.get_state_display())


def _note(row: Delivery) -> str:
    said = [row.trouble] if row.trouble else []
    if row.doubtful:
        said.append("handed over once without an answer, then again: it may have arrived twice")
    return "; ".join(said)
