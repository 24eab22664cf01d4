"""The patterns of missing readings as a figure: a cell a participant and visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from analysis.figures import INK, QUIET, Drawing, blank, drawn
from analysis.manifest import Manifest
from analysis.missing import DIED, LOST, MISSED, NOT_ASSESSED, NOT_DUE, SEEN, WITHDRAWN, Pattern
from analysis.sets import AnalysisSet

CELL_IN, ROW_IN, HEAD_IN, FOOT_IN, LABEL_IN = 0.155, 0.125, 1.05, 0.32, 1.0
GAP_IN = 0.28
LOOKS: dict[str, dict[str, Any]] = {
    SEEN: {"facecolor": "#9ecae1"},
    NOT_ASSESSED: {"facecolor": "white", "hatch": "////////"},
    MISSED: {"facecolor": "white", "hatch": "xxxxxx"},
    WITHDRAWN: {"facecolor": "#6b6b6b", "hatch": "......"},
    LOST: {"facecolor": "#c9c9c9", "hatch": "------"},
    DIED: {"facecolor": INK},
    NOT_DUE: {"facecolor": "white"},
}
"""A fill and a hatch for each state: told apart without colour."""
MOST_ROWS, ACROSS = 60, 8


def missing_figure(
    found: Sequence[Pattern], chosen: AnalysisSet, manifest: Manifest
) -> list[Drawing]:
    """One panel an outcome, one row a participant, one cell a visit; several figures for many."""
    rows = [(group.label, code) for group in chosen.groups for code in group.members]
    if not rows or not found:
        return []
    parts = [rows[at : at + MOST_ROWS] for at in range(0, len(rows), MOST_ROWS)]
    return [
        _figure(found, part, (chosen, manifest), f"missing_{n}" if len(parts) > 1 else "missing")
        for n, part in enumerate(parts, start=1)
    ]


def _figure(
    found: Sequence[Pattern],
    rows: Sequence[tuple[str, str]],
    of: tuple[AnalysisSet, Manifest],
    name: str,
) -> Drawing:
    chosen, manifest = of
    widths = [CELL_IN * max(len(one.visits), 6) for one in found]
    width = max(7.2, LABEL_IN + sum(widths) + GAP_IN * len(found) + 0.1)
    groups = list(dict.fromkeys(label for label, _ in rows))
    high = ROW_IN * (len(rows) + len(groups))
    height = HEAD_IN + 0.35 + high + FOOT_IN
    states = [
        one.states[code, visit.code] for one in found for _, code in rows for visit in one.visits
    ]
    seen = states.count(SEEN)
    title = f"Readings seen and missing: {seen} of {len(states)} seen"
    figure = blank(width, height, title, manifest)
    left = LABEL_IN
    for place, (one, wide) in enumerate(zip(found, widths, strict=True)):
        axes = figure.add_axes((left / width, FOOT_IN / height, wide / width, high / height))
        _panel(axes, one, rows, named=place == 0)
        left += wide + GAP_IN
    used = [state for state in LOOKS if state in states]
    figure.legend(
        handles=[Patch(label=state, edgecolor=QUIET, lw=0.5, **LOOKS[state]) for state in used],
        loc="upper left",
        bbox_to_anchor=(0.004, 1 - 0.4 / height),
        ncols=len(used),
        frameon=False,
        fontsize=7.5,
        columnspacing=1.2,
        handletextpad=0.4,
    )
    counts = ", ".join(f"{state} {states.count(state)}" for state in used)
    text = (
        f"{chosen.title}: a panel an outcome, a row a participant, a cell a visit. "
        f"Over all cells: {counts}."
    )
    return drawn(figure, name, title, text)


def _panel(axes: Axes, one: Pattern, rows: Sequence[tuple[str, str]], *, named: bool) -> None:
    ticks, labels, place, before = [], [], 0, ""
    for label, code in rows:
        if label != before:
            if named:
                axes.text(
                    -0.2, place + 0.5, label, ha="right", va="center", fontsize=6.5, weight="bold"
                )
            place, before = place + 1, label
        for column, visit in enumerate(one.visits):
            look = LOOKS[one.states[code, visit.code]]
            axes.add_artist(
                Rectangle(
                    (column + 0.06, place + 0.08), 0.88, 0.84, edgecolor=QUIET, lw=0.35, **look
                )
            )
        ticks.append(place + 0.5)
        labels.append(code)
        place += 1
    axes.set_xlim(0, max(len(one.visits), 6))
    axes.set_ylim(place, 0)
    axes.set_yticks(ticks if named else [], labels if named else [], fontsize=5.4)
    axes.set_xticks(
        [column + 0.5 for column in range(len(one.visits))],
        [visit.code for visit in one.visits],
        fontsize=5.2,
        rotation=90,
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=1)
    axes.set_title(one.outcome.label, fontsize=6.6, pad=16, loc="left")
    for spine in axes.spines.values():
        spine.set_visible(False)
