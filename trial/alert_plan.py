"""When people are told again, as a protocol declares it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class AlertPlan:
    """How alerts are escalated. No source sets these times: ours, unless the protocol says.

    Attributes:
        steps: an alert that nobody has acknowledged is told again so long after it was raised:
            first to the same people, from the second step on to a wider circle as well.
        clock_percents: a clock is told of once so much of its time is used; 100 is overdue.
        clock_wide_from: from this share on the wider circle is told as well.
    """

    steps: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(hours=8))
    clock_percents: tuple[int, ...] = (50, 75, 90, 100)
    clock_wide_from: int = 90
