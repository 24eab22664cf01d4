"""The tipping points as a table and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.figures import INK, QUIET, Drawing, blank, drawn
from analysis.manifest import Manifest
from analysis.tables import NOT_AVAILABLE, Table, fixed, p_value
from analysis.tipping import Line, Tipping

IMPUTED = (
    "Missing readings get their mean given what was observed, under the outcome's model; those of "
    "the group named first are then shifted, all by the same amount."
)
SOURCES = (
    "SE: jackknife over participants (Wolbers et al 2022, Pharm Stat 21:1246); shift: Cro et al "
    "2020, Stat Med 39:2815. Nothing is drawn at random."
)
CHANGES = (
    "Changes if: the least shift at which p crosses the plan's level, in the outcome's units and "
    "in baseline SDs; over: no shift up to there changes it."
)
NOTES = (
    "Missing: readings due by the cut, in the group named first, of those then alive.",
    IMPUTED,
    SOURCES,
    CHANGES,
)
COLUMNS, WIDE, HIGH = 3, 3.45, 2.35
POINTS = 41
STYLES = (("#0072b2", "-"), ("#d55e00", "--"), ("#009e73", ":"), ("#cc79a7", "-."))


def tipping_table(found: Sequence[Tipping], within: float) -> Table:
    """A row for each comparison: the difference without a shift, and what would change it."""
    rows = [_row(one, within) for one in found]
    return Table(
        "sensitivity_tipping",
        "Sensitivity: tipping points of missing readings",
        (
            *("Outcome", "Analysis", "Comparison", "Missing", "Mean over visits", "SE", "df"),
            *("95 % CI low", "95 % CI high", "p"),
            *("Changes if worse by (SD)", "Changes if better by (SD)"),
        ),
        tuple(rows),
        NOTES,
        stub=3,
    )


def _row(one: Tipping, within: float) -> tuple[str, ...]:
    names = (
        *(one.outcome.label, one.analysis_set.title),
        f"{one.group.label} – {one.reference.label}",
    )
    if one.line is None:
        return (*names, *(NOT_AVAILABLE,) * 9)
    value, se = one.line.estimate(0.0)
    low, high = one.line.limits(0.0)
    shown = (fixed(figure, 3) for figure in (value, se))
    return (
        *names,
        f"{one.missing} of {one.expected}",
        *shown,
        fixed(one.line.df, 0),
        *(fixed(low, 3), fixed(high, 3), p_value(one.line.p(0.0))),
        *(_shift(one, one.worse, within), _shift(one, one.better, within)),
    )


def _shift(one: Tipping, amount: float | None, within: float) -> str:
    """The shift in units and SDs; not spelled out beyond what the plan looks at."""
    if not one.missing or one.baseline_sd is None:
        return NOT_AVAILABLE
    if amount is None or amount > within * one.baseline_sd:
        return f"over {within:g} SD"
    return f"{fixed(amount, 2)} ({fixed(amount / one.baseline_sd, 1)})"


def conclusion(one: Tipping, within: float) -> str:
    """What the shifts up to `within` baseline SDs leave of the conclusion, in a sentence."""
    if one.word:
        return one.word
    found = "A difference" if one.significant else "No difference"
    if one.baseline_sd is None:
        return f"{found} at the level; there is no baseline SD to set shifts against."
    ways = [
        way
        for way, amount in (("worse", one.worse), ("better", one.better))
        if amount is not None and amount <= within * one.baseline_sd
    ]
    if not ways:
        return f"{found}, whatever the shift up to {within:g} SD."
    return f"{found}; changes if missing readings were {' or '.join(ways)} by the shift told."


def tipping_figure(found: Sequence[Tipping], within: float, manifest: Manifest) -> Drawing | None:
    """The difference with its interval over the shift, a panel for each outcome and comparison."""
    panels: dict[tuple[str, str], list[Tipping]] = {}
    for one in found:
        if one.line is not None and one.missing and one.baseline_sd:
            panels.setdefault((one.outcome.code, one.group.code), []).append(one)
    if not panels:
        return None
    rows = -(-len(panels) // COLUMNS)
    across = min(COLUMNS, len(panels))
    width, height = 0.3 + across * WIDE, 1.2 + rows * HIGH
    title = "Tipping points"
    figure = blank(width, height, title, manifest)
    for place, mine in enumerate(panels.values()):
        row, column = divmod(place, COLUMNS)
        box = (
            (0.75 + column * WIDE) / width,
            1 - (1.1 + row * HIGH + HIGH - 0.75) / height,
            (WIDE - 0.75) / width,
            (HIGH - 0.75) / height,
        )
        _panel(figure.add_axes(box), mine, within)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    top = (0.02, 1 - 0.42 / height)
    named: dict[str, Any] = {"ncols": len(labels), "frameon": False, "fontsize": 8}
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=top, **named)
    text = (
        "Difference from the reference, mean over visits, with 95 % confidence interval, over the "
        "shift of the group's missing readings in baseline SDs: below zero for the worse. Where "
        "the interval leaves zero or meets it, the conclusion changes."
    )
    return drawn(figure, "tipping", title, text)


def _panel(axes: Axes, mine: Sequence[Tipping], within: float) -> None:
    for position, one in enumerate(mine):
        if one.line is not None and one.baseline_sd is not None:
            _band(axes, one, one.line, within, STYLES[position % len(STYLES)])
    axes.axhline(0, color=QUIET, lw=0.8)
    axes.axvline(0, color=QUIET, lw=0.6, linestyle=":")
    first = mine[0]
    axes.set_title(first.outcome.label, fontsize=8.5, pad=4)
    axes.set_xlabel("← worse   shift, baseline SDs   better →", fontsize=6.5, labelpad=1)
    axes.set_ylabel(f"{first.group.code} – {first.reference.code}", fontsize=6.5, labelpad=1)
    axes.tick_params(labelsize=6.5, length=2)
    axes.set_xticks(np.linspace(-within, within, 5))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlim(-within, within)


def _band(axes: Axes, one: Tipping, line: Line, within: float, style: tuple[str, str]) -> None:
    """One analysis set's line and interval, and where its conclusion changes."""
    colour, dash = style
    unit = -(one.baseline_sd or 0.0) * one.towards_worse  # a baseline SD for the better
    shifts = np.linspace(-within, within, POINTS)
    limits = [line.limits(shift * unit) for shift in shifts]
    lows, highs = [low for low, _ in limits], [high for _, high in limits]
    axes.fill_between(shifts, lows, highs, color=colour, alpha=0.14, lw=0)
    middles = [line.estimate(shift * unit)[0] for shift in shifts]
    axes.plot(shifts, middles, color=colour, linestyle=dash, lw=1.3, label=one.analysis_set.title)
    for way, amount in ((-1, one.worse), (1, one.better)):
        if amount is not None and amount <= within * abs(unit):
            at = way * amount / abs(unit)
            middle = line.estimate(at * unit)[0]
            axes.plot([at], [middle], "o", ms=4, color=colour, mec=INK, mew=0.5)
