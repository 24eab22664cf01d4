"""The figures of the packs, as SVG: drawn from the finished tables, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.figures import CONTROL_COLOURS, EXPERIMENTAL_COLOURS, INK, QUIET, house_style
from analysis.tables import Table
from exports.packs.figures.counting import months_since
from exports.packs.figures.suppressing import MARK
from exports.packs.figures.survival import Observed, at_risk, product_limit

COLOURS = (EXPERIMENTAL_COLOURS[0], CONTROL_COLOURS[0], *EXPERIMENTAL_COLOURS[1:])
DASHES = ("-", "--", ":", "-.")
SHADES = ("#c6dbef", "#6baed6", "#2171b5", "#084594", "#041f4a")


@dataclass(frozen=True)
class Picture:
    """A figure: its SVG, and what it shows for those who cannot see it."""

    name: str
    title: str
    svg: str
    words: str


def _picture(figure: Figure, name: str, title: str, words: str) -> Picture:
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "Hermes", "Title": title})
    return Picture(name, title, out.getvalue().decode(), words or "Nothing to show yet.")


def _blank(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def flow(levels: Sequence[Sequence[tuple[str, Sequence[str]]]], title: str) -> Picture:
    """The CONSORT flow: one row of boxes a level, each a head and its lines."""
    with house_style():
        height = sum(_tall(level) + 0.28 for level in levels)
        figure, axes = _blank(6.8, height)
        axes.set_axis_off()
        axes.set_xlim(0, 6.8)
        axes.set_ylim(-height, 0)
        top, below, before = 0.0, None, 1
        for level in levels:
            below = _level(axes, level, top, below, branches=before < len(level))
            top, before = top - _tall(level) - 0.28, len(level)
        words = ". ".join("; ".join((head, *lines)) for level in levels for head, lines in level)
        return _picture(figure, "flow", title, words)


def _tall(level: Sequence[tuple[str, Sequence[str]]]) -> float:
    return 0.22 + 0.17 * max(1 + len(lines) for _, lines in level)


def _level(
    axes: Axes, level: Sequence[tuple[str, Sequence[str]]], top: float, above: float | None, *,
    branches: bool,
) -> float:  # fmt: skip
    width = 6.6 / len(level)
    if branches and above is not None:
        # One way from the box before parts into as many as there are boxes here.
        centre = 0.1 + 6.6 / 2
        axes.plot([centre, centre], [above + 0.14, above], color=INK, lw=0.9)
        axes.plot([0.1 + width / 2, 6.7 - width / 2], [above, above], color=INK, lw=0.9)
    box: dict[str, Any] = {"boxstyle": "square,pad=0.4", "facecolor": "white", "edgecolor": QUIET}
    for place, (head, lines) in enumerate(level):
        centre = 0.1 + width * (place + 0.5)
        text = "\n".join((head, *lines))
        axes.text(centre, top - 0.1, text, ha="center", va="top", fontsize=8, bbox=box)
        if above is not None:
            arrow: dict[str, Any] = {"arrowstyle": "->", "color": INK, "lw": 0.9}
            axes.annotate("", (centre, top - 0.02), (centre, above), arrowprops=arrow)
    return top - _tall(level) + 0.06


def enrolment(days: Sequence[date], planned: int, months: int | None, cut: date) -> Picture:
    """How many were randomized by each day, and what the protocol plans."""
    title = "Enrolment: randomized against plan"
    with house_style():
        figure, axes = _blank(6.8, 3.0)
        ordered = sorted(days)
        first = ordered[0] if ordered else cut
        across = [*(months_since(first, day) for day in ordered), months_since(first, cut)]
        up = [*range(1, len(ordered) + 1), len(ordered)]
        axes.step(across, up, where="post", color=INK, label="randomized")
        if months:
            end = max(months, across[-1])
            axes.plot([0, months, end], [0, planned, planned], color=QUIET, ls="--",
                      label=f"planned pace, {months} months")  # fmt: skip
        else:
            axes.axhline(planned, color=QUIET, ls=":", label=f"planned number, {planned}")
        axes.set_xlabel("Months since the first randomization")
        axes.set_ylabel("Participants")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, loc="lower right")
        pace = f", planned within {months} months" if months else ""
        words = f"{len(ordered)} randomized of {planned} planned{pace}, by {cut.isoformat()}."
        return _picture(figure, "enrolment", title, words)


def grades(table: Table) -> Picture:
    """Participants by category and worst grade, as bars; a row that is held back is one bar."""
    with house_style():
        rows = table.rows[::-1]
        names = table.columns[1:-1]
        figure, axes = _blank(6.8, 0.9 + 0.3 * max(len(rows), 1))
        for place, row in enumerate(rows):
            _bar(axes, place, row)
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.set_xlabel("Participants")
        handles = [axes.barh(0, 0, color=SHADES[i % len(SHADES)]) for i in range(len(names))]
        handles.append(axes.barh(0, 0, color="white", edgecolor=QUIET, hatch="//"))
        _legend_above(axes, handles, [*names, "grades held back"])
        told = (", ".join(f"{n} {c}" for n, c in zip(table.columns[1:], row[1:], strict=True))
                for row in table.rows)  # fmt: skip
        words = ". ".join(f"{row[0]}: {cells}" for row, cells in zip(table.rows, told, strict=True))
        return _picture(figure, "ae_by_grade", table.caption, words.replace(MARK, "held back"))


def _legend_above(axes: Axes, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """Above the bars: inside, it would lie on the longest of them."""
    axes.legend(handles, labels, frameon=False, fontsize=7, loc="lower left",
                bbox_to_anchor=(0, 1), ncols=len(labels), borderaxespad=0.2)  # fmt: skip


def _bar(axes: Axes, place: int, row: Sequence[str]) -> None:
    total = 0 if row[-1] == MARK else int(row[-1])
    left = 0
    for grade, cell in enumerate(row[1:-1]):
        if cell != MARK:
            axes.barh(place, int(cell), left=left, color=SHADES[grade % len(SHADES)])
            left += int(cell)
    if total > left:
        axes.barh(place, total - left, left=left, color="white", edgecolor=QUIET, hatch="//")


def categories(table: Table, groups: Sequence[str]) -> Picture:
    """Percent of participants with an event by category, a bar a group."""
    with house_style():
        rows = table.rows[::-1]
        figure, axes = _blank(6.8, 0.9 + 0.34 * max(len(rows), 1))
        wide = 0.8 / max(len(groups), 1)
        for number, label in enumerate(groups):
            shares = [_share(row[2 + 3 * number]) for row in rows]
            places = [place + 0.4 - wide * (number + 0.5) for place in range(len(rows))]
            look: dict[str, Any] = {"hatch": "" if number % 2 == 0 else "//", "edgecolor": "white"}
            colour = COLOURS[number % len(COLOURS)]
            axes.barh(places, shares, height=wide, color=colour, label=label, **look)
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.set_xlabel("% of participants")
        _legend_above(axes, *axes.get_legend_handles_labels())
        words = ". ".join(
            f"{row[0]}: " + ", ".join(f"{label} {row[2 + 3 * number]} %"
                                      for number, label in enumerate(groups))
            for row in table.rows
        )  # fmt: skip
        return _picture(figure, "ae_by_category", table.caption, words)


def _share(cell: str) -> float:
    return 0.0 if cell.startswith("–") else float(cell.split(" ", maxsplit=1)[0])


def time_to_event(
    name: str, title: str, curves: Sequence[tuple[str, Sequence[Observed]]]
) -> tuple[Picture, Table]:
    """Product-limit curves with the numbers at risk, and these as a table."""
    longest = max((one.days for _, observed in curves for one in observed), default=0)
    marks = _marks(longest)
    with house_style():
        figure, axes = _blank(6.8, 2.7)
        for number, (label, observed) in enumerate(curves):
            steps = product_limit(observed)
            last = max((one.days for one in observed), default=0)
            axes.step([0, *(step.day for step in steps), last],
                      [1, *(step.share for step in steps), steps[-1].share if steps else 1],
                      where="post", color=COLOURS[number % len(COLOURS)],
                      ls=DASHES[number % len(DASHES)], label=label)  # fmt: skip
        axes.set_ylim(0, 1.03)
        axes.set_xlim(left=0)
        axes.set_xticks(marks)
        axes.set_xlabel("Days from randomization")
        axes.set_ylabel("Share without the event")
        axes.legend(frameon=False, loc="lower left")
        rows = tuple(
            (label, str(sum(one.event for one in observed)),
             *(str(at_risk(observed, day)) for day in marks))
            for label, observed in curves
        )  # fmt: skip
        words = "; ".join(
            f"{label}: {row[1]} events of {len(observed)}"
            for (label, observed), row in zip(curves, rows, strict=True)
        )
        table = Table(
            f"{name}_at_risk", f"{title}: numbers at risk",
            ("Group", "Events", *(f"day {day}" for day in marks)), rows,
            ("Denominator: everybody allocated to the group; at risk on that day.",),
        )  # fmt: skip
        return _picture(figure, name, title, f"{title}. {words}."), table


def _marks(longest: int) -> list[int]:
    step = next((one for one in (30, 90, 180, 365) if longest <= 6 * one), 365)
    return list(range(0, longest + 1, step))
