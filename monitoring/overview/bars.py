"""Where the bars of a small figure go. Pure: counts in, lengths out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW, THICK = 340, 26, 16
# To the right of the longest bar stay the words of a count such as "1100 of 1112".
LEFT, RIGHT = 128.0, 236.0


@dataclass(frozen=True)
class Bar:
    """One bar: what it counts, how many of how many, and the list behind it.

    ``part`` is drawn dark inside ``whole``; ``whole`` None means that there is nothing to be part
    of, and the bar is drawn dark all along.
    """

    label: str
    part: int
    whole: int | None = None
    href: str = ""
    kind: str = ""

    @property
    def words(self) -> str:
        """The count with its denominator."""
        return str(self.part) if self.whole is None else f"{self.part} of {self.whole}"


@dataclass(frozen=True)
class Placed:
    """A bar with its place; lengths in SVG units."""

    bar: Bar
    y: int
    text_y: int
    length: float
    frame: float
    words_x: float


@dataclass(frozen=True)
class BarFigure:
    """Everything ``monitoring/figure_bars.html`` draws."""

    id: str
    title: str
    down: str
    description: str
    bars: tuple[Placed, ...]
    width: int = WIDTH
    left: float = LEFT
    label_x: float = LEFT - 8
    thick: int = THICK

    @property
    def height(self) -> int:
        """Of the drawing."""
        return ROW * len(self.bars) + 4

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(one.bar.part or one.bar.whole for one in self.bars)


def bars(*, name: str, title: str, down: str, given: Sequence[Bar]) -> BarFigure:
    """Place bars below each other on one scale.

    Args:
        name: unique on the page; the stem of the figure's ids.
        title: of the figure.
        down: what lies on the vertical axis.
        given: the bars, from the top.
    """
    longest = max((max(bar.part, bar.whole or 0) for bar in given), default=0) or 1
    return BarFigure(
        id=f"bars-{name}",
        title=title,
        down=down,
        description=", ".join(f"{bar.label} {bar.words}" for bar in given) or "Nothing yet.",
        bars=tuple(_place(bar, place, longest) for place, bar in enumerate(given)),
    )


def _place(bar: Bar, place: int, longest: int) -> Placed:
    unit = (RIGHT - LEFT) / longest
    frame = round((bar.whole or 0) * unit, 1)
    length = round(bar.part * unit, 1)
    y = place * ROW + (ROW - THICK) // 2
    return Placed(bar, y, y + THICK - 4, length, frame, round(LEFT + max(frame, length) + 6, 1))


def share(part: int, whole: int) -> int:
    """Per cent, rounded down: 100 only when nothing is missing."""
    return part * 100 // whole if whole else 0
