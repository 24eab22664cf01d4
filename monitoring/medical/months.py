"""Events by month as columns, the serious at the foot of each. Pure: days in, lengths out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from trial.partial_dates import PartialDate

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 34.0, 712.0, 14.0, 158.0
# Labels such as "Mar 2027" that fit side by side.
LABELS = 10


@dataclass(frozen=True)
class Column:
    """One month: its counts, and where its column stands; lengths in SVG units."""

    words: str
    label: str
    serious: int
    other: int
    x: float
    middle: float
    wide: float
    top: float
    high: float
    serious_top: float
    serious_high: float

    @property
    def all(self) -> int:
        """Every event that began in this month."""
        return self.serious + self.other


@dataclass(frozen=True)
class MonthFigure:
    """Everything ``monitoring/figure_months.html`` draws; ``vague`` began in no known month."""

    columns: tuple[Column, ...]
    most: int
    vague: int
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM
    label_y: float = BOTTOM + 20

    @property
    def description(self) -> str:
        """The figure in one sentence."""
        serious = sum(one.serious for one in self.columns)
        whole = sum(one.all for one in self.columns)
        months = len(self.columns)
        return f"{whole} events in {months} month{'s' * (months != 1)}, {serious} of them serious."


def months(events: Iterable[tuple[PartialDate, bool]]) -> MonthFigure:
    """Place a column for each month from the first onset to the last.

    Args:
        events: onset, as far as known, and whether the event is serious.
    """
    serious: Counter[date] = Counter()
    other: Counter[date] = Counter()
    vague = 0
    for onset, grave in events:
        if onset.month is None:
            vague += 1
        else:
            (serious if grave else other)[onset.earliest.replace(day=1)] += 1
    span = _span([*serious, *other])
    most = max((serious[one] + other[one] for one in span), default=0)
    step = (RIGHT - LEFT) / max(len(span), 1)
    every = -(-len(span) // LABELS)
    columns = tuple(
        _column(
            one,
            (serious[one], other[one]),
            middle=LEFT + (place + 0.5) * step,
            wide=min(step * 0.8, 48.0),
            unit=(BOTTOM - TOP) / most,
            labelled=place % every == 0,
        )
        for place, one in enumerate(span)
    )
    return MonthFigure(columns, most, vague)


def _span(known: Sequence[date]) -> list[date]:
    if not known:
        return []
    first, last = min(known), max(known)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(start, start + count)]


def _column(
    month: date,
    counts: tuple[int, int],
    *,
    middle: float,
    wide: float,
    unit: float,
    labelled: bool,
) -> Column:
    serious, other = counts
    words = f"{month:%b %Y}"
    return Column(
        words=words,
        label=words if labelled else "",
        serious=serious,
        other=other,
        x=round(middle - wide / 2, 1),
        middle=round(middle, 1),
        wide=round(wide, 1),
        top=round(BOTTOM - (serious + other) * unit, 1),
        high=round((serious + other) * unit, 1),
        serious_top=round(BOTTOM - serious * unit, 1),
        serious_high=round(serious * unit, 1),
    )
