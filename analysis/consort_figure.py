"""The CONSORT flow as a figure: boxes sized to their text, arrows with the number that moves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from analysis.consort import Branch, Flow, Reasons
from analysis.figures import INK, QUIET, Drawing, blank, drawn
from analysis.manifest import Manifest
from analysis.sets import AnalysisSet

LINE_IN = 0.165
PAD_IN = 0.11
GAP_IN, CROSSING_IN = 0.34, 0.62
CHARACTER_IN = 0.067
TOP_IN, FOOT_IN = 0.75, 0.3


@dataclass(frozen=True)
class Box:
    """A box of the chart: centre and width in inches, a bold head and plain lines under it."""

    centre: float
    width: float
    head: str
    lines: tuple[str, ...]

    @property
    def text_lines(self) -> list[str]:
        """The lines under the head, wrapped to the width; a continuation is indented."""
        room = max(16, int((self.width - 2 * PAD_IN) / CHARACTER_IN))
        return [
            part
            for line in self.lines
            for part in textwrap.wrap(line, room, subsequent_indent="     ") or [""]
        ]

    @property
    def height(self) -> float:
        """Inches from edge to edge."""
        return (1 + len(self.text_lines)) * LINE_IN + 2 * PAD_IN


@dataclass(frozen=True)
class Layout:
    """The chart's rows from top to bottom; a row stands on one line of tops."""

    width: float
    rows: tuple[tuple[Box, ...], ...]

    @property
    def gaps(self) -> list[float]:
        """Inches under each row; more where participants cross to the treatment received."""
        crossing = {5: CROSSING_IN} if len(self.rows) > 6 else {}
        return [crossing.get(row, GAP_IN) for row in range(len(self.rows))]

    @property
    def height(self) -> float:
        """Inches of the whole figure."""
        tall = sum(max(box.height for box in row) for row in self.rows)
        return TOP_IN + FOOT_IN + tall + sum(self.gaps)

    def tops(self) -> list[float]:
        """The y of each row's upper edge, in inches from the foot."""
        y, found = self.height - TOP_IN, []
        for row, gap in zip(self.rows, self.gaps, strict=True):
            found.append(y)
            y -= max(box.height for box in row) + gap
        return found


def consort_figure(flow: Flow, manifest: Manifest) -> Drawing:
    """Draw the flow: screening to analysis by allocation, then to analysis as treated."""
    arms = len(flow.branches)
    width = max(9.0, 3.9 * arms)
    layout = Layout(width, _rows(flow, width))
    title = f"Flow of participants: {flow.enrolled} of {flow.screened} screened were randomized"
    figure = blank(width, layout.height, title, manifest)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, layout.height))
    axes.axis("off")
    tops = layout.tops()
    for row, top in zip(layout.rows, tops, strict=True):
        for box in row:
            _draw_box(axes, box, top)
    _draw_arrows(axes, flow, layout, tops)
    return drawn(figure, "consort", title, _words(flow))


def _words(flow: Flow) -> str:
    """The flow in a few sentences, for whoever cannot see it."""
    lost = sum(count for _, count in flow.not_randomized)
    entry = f"{flow.screened} screened, {flow.excluded_total} excluded, {flow.consented} consented"
    told = [f"{entry}, {lost} not randomized, {flow.enrolled} randomized."]
    for branch in flow.branches:
        parts = [f"{branch.group.label}: {branch.group.size}"]
        if branch.received is not None:
            parts.append(f"{branch.received} received as allocated")
        parts += [f"{label.lower()} {count}" for label, count in branch.ends]
        told.append(f"{'; '.join(parts)}; analysed for outcomes {branch.with_outcome}.")
    if flow.treated is not None:
        sizes = ", ".join(f"{group.label} {group.size}" for group in flow.treated.groups)
        told.append(f"As treated: {sizes}.")
    return " ".join(told)


def _rows(flow: Flow, width: float) -> tuple[tuple[Box, ...], ...]:
    excluded = [
        line
        for label, reasons in flow.excluded
        for line in (f"{label}: {sum(n for _, n in reasons)}", *_listed(reasons))
    ]
    lost = sum(count for _, count in flow.not_randomized)
    aside = _aside(width, f"Not randomized: {lost}", _listed(flow.not_randomized))
    consented = _trunk(width, f"Consented: {flow.consented}")
    rows: list[tuple[Box, ...]] = [
        (
            _trunk(width, f"Screened: {flow.screened}"),
            _aside(width, f"Excluded: {flow.excluded_total}", tuple(excluded)),
        ),
        (consented, aside) if lost else (consented,),
        (_trunk(width, f"Enrolled (randomized): {flow.enrolled}"),),
    ]
    places = _places(len(flow.branches), width)
    columns = list(zip(flow.branches, places, strict=True))
    rows += [
        tuple(Box(*place, *words(branch)) for branch, place in columns)
        for words in (_allocated, _followed, _analysed)
    ]
    if flow.treated is not None:
        rows.append(_as_treated(flow, flow.treated, places))
    return tuple(rows)


def _trunk(width: float, head: str) -> Box:
    return Box(width / 2, 2.6, head, ())


def _aside(width: float, head: str, lines: tuple[str, ...]) -> Box:
    left = width / 2 + 1.3 + 0.35
    room = width - 0.15 - left
    return Box(left + room / 2, room, head, lines)


def _listed(reasons: Reasons) -> tuple[str, ...]:
    return tuple(f"   {reason}: {count}" for reason, count in reasons)


def _places(number: int, width: float) -> list[tuple[float, float]]:
    """Centre and width of each of `number` boxes side by side."""
    share = width / number
    return [(share * (place + 0.5), min(share - 0.5, 3.9)) for place in range(number)]


def _allocated(branch: Branch) -> tuple[str, tuple[str, ...]]:
    name = branch.group.label
    if branch.received is None:
        return f"{name}: {branch.group.size}", ("Arms are not shown: the data cut is blinded.",)
    lines = [f"Received as allocated: {branch.received}"]
    if branch.not_received:
        lines.append(f"Did not receive: {sum(n for _, n in branch.not_received)}")
        lines += _listed(branch.not_received)
    return f"Allocated to {name}: {branch.group.size}", tuple(lines)


def _followed(branch: Branch) -> tuple[str, tuple[str, ...]]:
    return "Follow-up", tuple(f"{label}: {count}" for label, count in branch.ends)


def _analysed(branch: Branch) -> tuple[str, tuple[str, ...]]:
    words = [f"Safety: {branch.group.size}", f"Outcomes: {branch.with_outcome}"]
    if branch.not_analysed:
        words.append(f"Not analysed for outcomes: {sum(n for _, n in branch.not_analysed)}")
    head = "Analysed by allocation" if branch.received is not None else "Analysed"
    return head, (*words, *_listed(branch.not_analysed))


def _as_treated(
    flow: Flow, treated: AnalysisSet, places: Sequence[tuple[float, float]]
) -> tuple[Box, ...]:
    columns = zip(treated.groups, flow.treated_with_outcome, places, strict=True)
    return tuple(
        Box(*place, f"Analysed as treated – {group.label}: {group.size}", (f"Outcomes: {n}",))
        for group, n, place in columns
    )


def _draw_box(axes: Axes, box: Box, top: float) -> None:
    left = box.centre - box.width / 2
    axes.add_patch(
        FancyBboxPatch(
            (left, top - box.height),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="white",
            edgecolor=QUIET,
            lw=1.0,
            zorder=3,
        )
    )
    y = top - PAD_IN - LINE_IN / 2
    axes.text(left + PAD_IN, y, box.head, va="center", fontweight="bold", zorder=4)
    for line in box.text_lines:
        y -= LINE_IN
        axes.text(left + PAD_IN, y, _kept(line), va="center", zorder=4)


def _kept(line: str) -> str:
    """The line, its leading spaces such that no reader takes them away."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


def _draw_arrows(axes: Axes, flow: Flow, layout: Layout, tops: Sequence[float]) -> None:
    trunk = layout.rows[:3]
    for row, top, below in zip(trunk, tops, tops[1:3], strict=False):
        _arrow(axes, (row[0].centre, top - row[0].height), (row[0].centre, below))
    for row, top in zip(trunk, tops, strict=False):
        for box in row[1:]:
            y = top - row[0].height / 2
            _arrow(axes, (row[0].centre + row[0].width / 2, y), (box.centre - box.width / 2, y))
    enrolled, arms = layout.rows[2][0], layout.rows[3]
    bus = tops[3] + GAP_IN / 2
    axes.plot([enrolled.centre] * 2, [tops[2] - enrolled.height, bus], color=INK, lw=1.0)
    axes.plot([arms[0].centre, arms[-1].centre], [bus, bus], color=INK, lw=1.0)
    for box in arms:
        _arrow(axes, (box.centre, bus), (box.centre, tops[3]))
    for level in (3, 4):
        for box in layout.rows[level]:
            start = (box.centre, tops[level] - box.height)
            _arrow(axes, start, (box.centre, tops[level + 1]))
    if flow.treated is not None:
        _draw_moves(axes, flow, layout, tops)


def _draw_moves(axes: Axes, flow: Flow, layout: Layout, tops: Sequence[float]) -> None:
    """Arrows from the arm of the allocation to the treatment received, with the number moved."""
    if flow.treated is None:
        return
    targets = {
        group.code: box for group, box in zip(flow.treated.groups, layout.rows[6], strict=True)
    }
    for branch, box in zip(flow.branches, layout.rows[5], strict=True):
        for received, target in targets.items():
            count = flow.moves.get((branch.group.code, received), 0)
            if not count:
                continue
            step = target.centre - box.centre
            shift = 0.0 if step == 0 else 0.9 if step > 0 else -0.9
            start = (box.centre + shift, tops[5] - box.height)
            end = (target.centre - shift, tops[6])
            _arrow(axes, start, end)
            middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
            plate = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
            axes.text(
                *middle, str(count), ha="center", va="center", fontsize=8, bbox=plate, zorder=5
            )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": INK,
            "lw": 1.0,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 9,
        },
    )
