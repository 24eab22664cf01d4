"""Time to a first event: the product-limit estimate and how many were still watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Observed:
    """One participant: days watched, and whether the event ended them (else: censored)."""

    days: int
    event: bool


@dataclass(frozen=True)
class Step:
    """From this day on: the share without an event, and who was at risk just before it."""

    day: int
    share: float
    at_risk: int
    events: int


def product_limit(observed: Sequence[Observed]) -> tuple[Step, ...]:
    """One step for each day with an event.

    Source: Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Whoever is censored on a day with
    an event was still at risk that day.
    """
    share, steps = 1.0, []
    for day in sorted({one.days for one in observed if one.event}):
        risk = at_risk(observed, day)
        events = sum(one.event and one.days == day for one in observed)
        share *= 1 - events / risk
        steps.append(Step(day, share, risk, events))
    return tuple(steps)


def at_risk(observed: Sequence[Observed], day: int) -> int:
    """How many are watched on this day, still without the event before it."""
    return sum(one.days >= day for one in observed)


def share_at(steps: Sequence[Step], day: int) -> float:
    """The estimated share without an event up to and including a day."""
    return next((step.share for step in reversed(steps) if step.day <= day), 1.0)
