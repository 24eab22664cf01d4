"""One simulated participant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

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
