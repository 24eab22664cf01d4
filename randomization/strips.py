"""Where the dots of a small figure of waits go: one dot a participant. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WIDTH, HEIGHT = 240, 120
LEFT, RIGHT, BASE, TOP = 16.0, 224.0, 92.0, 14.0
RADIUS, STEP = 4.0, 9.0


@dataclass(frozen=True)
class Dot:
    """One participant."""

    x: float
    y: float


@dataclass(frozen=True)
class Strip:
    """Everything ``randomization/figure_strip.html`` draws; lengths in SVG units."""

    id: str
    title: str
    description: str
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, int], ...]
    middle_x: float
    middle: str
    rows: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    base: float = BASE
    top: float = TOP
    radius: float = RADIUS


def strip(*, name: str, title: str, days: Sequence[int]) -> Strip | None:
    """Dots over an axis of days, those of one day above each other; None without any.

    Args:
        name: unique on the page; the stem of the figure's ids.
        title: of the figure.
        days: a wait each, in days; a negative one is a date typed wrongly and is drawn as it is.
    """
    if not days:
        return None
    low, high = min(0, *days), max(1, *days)
    unit = (RIGHT - LEFT) / (high - low)
    counts = sorted(Counter(days).items())
    tallest = max(number for _, number in counts)
    step = min(STEP, (BASE - TOP - RADIUS) / tallest)
    middle = median(days)
    words = f"{middle:g} days" if middle != 1 else "1 day"
    return Strip(
        id=f"strip-{name}",
        title=title,
        description=f"{len(days)} participants, {min(days)} to {max(days)} days, median {words}.",
        dots=tuple(
            Dot(round(LEFT + (day - low) * unit, 1), round(BASE - RADIUS - 1 - place * step, 1))
            for day, number in counts
            for place in range(number)
        ),
        ticks=tuple((round(LEFT + (day - low) * unit, 1), day) for day in sorted({low, 0, high})),
        middle_x=round(LEFT + (middle - low) * unit, 1),
        middle=f"median {words}",
        rows=tuple(counts),
    )
