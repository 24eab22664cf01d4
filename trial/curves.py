"""Where the points of a small line figure go. Pure: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 240, 142
LEFT, RIGHT, TOP, BOTTOM = 30.0, 238.0, 16.0, 114.0
# Width of a letter of a label, and the least space between two labels.
LETTER, SPACE = 6.6, 7.0
CROWD = 14
UNKNOWN = "—"


@dataclass(frozen=True)
class Mark:
    """One visit: its place, its value (``y`` is None without one), and the words for both."""

    name: str
    label: str
    words: str
    x: float
    y: float | None

    @property
    def label_y(self) -> float:
        """Height of the text above the point; below it where the frame ends."""
        y = self.y or TOP
        return y - 8 if y - 8 > TOP - 4 else y + 16


@dataclass(frozen=True)
class Tick:
    """One line across, with its number."""

    y: float
    words: str


@dataclass(frozen=True)
class Figure:
    """Everything ``components/figure_curve.html`` draws; lengths in SVG units."""

    id: str
    title: str
    direction: str
    across: str
    description: str
    marks: tuple[Mark, ...]
    lines: tuple[str, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    tick_x: float = LEFT - 6
    label_y: float = BOTTOM + 18

    @property
    def dotted(self) -> bool:
        """Whether every point gets its dot; a crowd of them would hide the line."""
        return len(self.marks) <= CROWD

    @property
    def last(self) -> Mark | None:
        """The newest point."""
        known = [mark for mark in self.marks if mark.y is not None]
        return known[-1] if known else None


def curve(
    *,
    name: str,
    title: str,
    points: Sequence[tuple[str, float | None]],
    minimum: float | None = None,
    maximum: float | None = None,
    better: str = "",
    across: str = "Visit",
) -> Figure:
    """Place the points of a figure.

    Args:
        name: unique on the page; the stem of the figure's ids.
        points: name of the visit and value, in order; None leaves a gap.
        minimum, maximum: the published range; None takes the range of the values.
        better: ``"lower"``, ``"higher"`` or empty.
        across: what lies on the x axis.
    """
    values = [value for _, value in points if value is not None]
    low = minimum if minimum is not None else min(values, default=0.0)
    high = maximum if maximum is not None else max(values, default=1.0)
    marks = _marks(points, low, high if high > low else low + 1)
    return Figure(
        id=f"curve-{name}",
        title=title,
        direction=f"{better} is better" if better else "",
        across=across,
        description=_description(marks, low, high),
        marks=marks,
        lines=_lines(marks),
        ticks=(Tick(BOTTOM, number(low)), Tick(TOP, number(high))),
    )


def number(value: float | None) -> str:
    """A number without needless decimals; a dash for none."""
    return UNKNOWN if value is None else f"{value:.10g}"


def _marks(points: Sequence[tuple[str, float | None]], low: float, high: float) -> tuple[Mark, ...]:
    step = (RIGHT - LEFT - 20) / max(len(points) - 1, 1)
    every = -(-len(points) // _room(points))
    return tuple(
        Mark(
            name=name,
            label=name if place % every == 0 else "",
            words=number(value),
            x=round(LEFT + 10 + place * step, 1),
            y=None if value is None else round(_height(value, low, high), 1),
        )
        for place, (name, value) in enumerate(points)
    )


def _room(points: Sequence[tuple[str, float | None]]) -> int:
    """How many labels fit side by side."""
    longest = max((len(name) for name, _ in points), default=1)
    return max(int((RIGHT - LEFT) // (longest * LETTER + SPACE)), 1)


def _height(value: float, low: float, high: float) -> float:
    share = (min(max(value, low), high) - low) / (high - low)
    return BOTTOM - share * (BOTTOM - TOP)


def _lines(marks: Sequence[Mark]) -> tuple[str, ...]:
    runs = (list(run) for known, run in groupby(marks, lambda mark: mark.y is not None) if known)
    return tuple(" ".join(f"{mark.x},{mark.y}" for mark in run) for run in runs if len(run) > 1)


def _description(marks: Sequence[Mark], low: float, high: float) -> str:
    known = [f"{mark.name} {mark.words}" for mark in marks if mark.y is not None]
    if not known:
        return "No value yet."
    return f"Range {number(low)} to {number(high)}. {', '.join(known)}."
