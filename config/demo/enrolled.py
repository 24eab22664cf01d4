"""One simulated participant, and the clock of the simulation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from config.demo.plan import Person
from trial.models import Participant


@dataclass
class Enrolled:
    """One simulated participant in the system, and what was given."""

    person: Person
    participant: Participant
    arm: str
    treated: bool = False
    recovers: bool = False
    reason: str = ""
    randomized_at: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))


def at_nine(day: date, *, minutes: int = 0) -> datetime:
    """Nine o'clock UTC on a day, and some minutes."""
    return datetime.combine(day, time(9), tzinfo=UTC) + timedelta(minutes=minutes)
