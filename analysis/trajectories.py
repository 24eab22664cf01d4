"""Trajectories of an outcome (mean with interval) and the distribution of an ordinal one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis.figures import INK, QUIET, RULE, Drawing, Pen, blank, drawn, panel_title, pens, sizes
from analysis.longitudinal import Series, mean_of
from analysis.manifest import Manifest, PlannedVisit
from analysis.sets import AnalysisSet, Group

DODGE = 0.16
"""Half the distance between two groups at one visit, in units of the square-root time axis."""
LEGEND_CHARACTERS, LEGEND_ROW_IN = 64, 0.17
ROW_PT = 11.0
"""Height in points of one row of the table of numbers under a panel."""


def trajectory_figure(series: Series, sets: Sequence[AnalysisSet], manifest: Manifest) -> Drawing:
    """Mean and 95 % interval per group and visit, n under each point, one panel per set.

    The y axis is the outcome's published range; the x axis is the square root of the day from
    the index event, which keeps the early visits apart.
    """
    title = series.outcome.label
    legend = max(_legend_rows(chosen) for chosen in sets)
    top = 0.83 + LEGEND_ROW_IN * legend
    width, height = 5.4 * len(sets), 3.8 + top
    figure = blank(width, height, title, manifest)
    deepest = max(len(chosen.groups) for chosen in sets)
    bottom = (0.85 + (deepest + 1) * ROW_PT / 72) / height
    for position, chosen in enumerate(sets):
        axes = figure.add_axes(
            (
                (position * 5.4 + 1.0) / width,
                bottom,
                4.15 / width,
                1 - top / height - bottom,
            )
        )
        _panel(axes, series, chosen, manifest)
        panel_title(axes, chosen, above=9 + 72 * LEGEND_ROW_IN * legend)
    described = "; ".join(f"{chosen.title}: {sizes(chosen.groups)}" for chosen in sets)
    text = f"{title}: mean with 95 % confidence interval by group and visit. {described}."
    return drawn(figure, f"trajectory_{series.outcome.code}", title, text)


def _panel(axes: Axes, series: Series, chosen: AnalysisSet, manifest: Manifest) -> None:
    drawn_with = pens(chosen)
    for position, group in enumerate(chosen.groups):
        shift = (position - (len(chosen.groups) - 1) / 2) * 2 * DODGE
        _individuals(axes, series, group, drawn_with[group.code])
        _means(axes, series, group, drawn_with[group.code], shift)
    _time_axis(axes, series.visits, manifest)
    _value_axis(axes, series)
    for row, group in enumerate(chosen.groups):
        label = f"n {chosen.short_label(group)}"
        _numbers(axes, series, group, (label, drawn_with[group.code].colour), row)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 0.985),
        ncols=1 if _legend_rows(chosen) > 1 else len(chosen.groups),
        frameon=False,
        fontsize=8,
        columnspacing=1.4,
        labelspacing=0.25,
        borderpad=0.2,
    )


def _legend_rows(chosen: AnalysisSet) -> int:
    """One row where the groups' names fit side by side, else one for each group."""
    room = sum(len(group.label) + 14 for group in chosen.groups)
    return 1 if room <= LEGEND_CHARACTERS else len(chosen.groups)


def _at(visit: PlannedVisit) -> float:
    return math.sqrt(max(0.0, visit.day or 0.0))


def _individuals(axes: Axes, series: Series, group: Group, pen: Pen) -> None:
    for member in group.members:
        path = [
            (_at(visit), series.readings[member, visit.code])
            for visit in series.visits
            if (member, visit.code) in series.readings
        ]
        if len(path) > 1:
            axes.plot(*zip(*path, strict=True), color=pen.colour, alpha=0.16, lw=0.7, zorder=1)


def _means(axes: Axes, series: Series, group: Group, pen: Pen, shift: float) -> None:
    places, means = [], []
    for visit in series.visits:
        found = mean_of(series.values(visit.code, group.members))
        if found.mean is None:
            continue
        places.append(_at(visit) + shift)
        means.append(found.mean)
        if found.low is not None and found.high is not None:
            limits = _clipped(series, found.low, found.high)
            axes.plot([places[-1]] * 2, limits, color=pen.colour, lw=1.3, zorder=3)
    axes.plot(
        places,
        means,
        color=pen.colour,
        marker=pen.marker,
        linestyle=pen.dash,
        lw=1.6,
        ms=5,
        mec="white",
        mew=0.6,
        zorder=4,
        label=f"{group.label} (n = {group.size})",
    )


def _clipped(series: Series, low: float, high: float) -> tuple[float, float]:
    """The interval within the published range: a mean cannot leave it."""
    outcome = series.outcome
    floor = low if outcome.minimum is None else max(low, outcome.minimum)
    ceiling = high if outcome.maximum is None else min(high, outcome.maximum)
    return floor, ceiling


def _time_axis(axes: Axes, visits: Sequence[PlannedVisit], manifest: Manifest) -> None:
    places = [_at(visit) for visit in visits]
    labels = [f"{visit.code}\n{visit.day:g}" for visit in visits]
    axes.set_xticks(places, labels, fontsize=7.5)
    if places:
        axes.set_xlim(min(places) - 1.2, max(places) + 1.2)
    event = manifest.protocol.index_event
    axes.set_xlabel(f"Visit and its day from {event} (square-root scale)", fontsize=7.5)


def _value_axis(axes: Axes, series: Series) -> None:
    outcome = series.outcome
    if outcome.minimum is not None and outcome.maximum is not None:
        margin = 0.02 * (outcome.maximum - outcome.minimum)
        axes.set_ylim(outcome.minimum - margin, outcome.maximum + margin)
        ends = (outcome.minimum, outcome.maximum)
        inner = [
            tick
            for tick in axes.get_yticks()
            if min(abs(tick - end) for end in ends) > 3.5 * margin and ends[0] < tick < ends[1]
        ]
        axes.set_yticks([ends[0], *inner, ends[1]])
        scale = f"published range {ends[0]:g} to {ends[1]:g}"
    else:
        scale = "no published range"
    axes.set_ylabel(f"{outcome.label}\n({scale}, {outcome.better} is better)", fontsize=8)
    axes.grid(axis="y", color=RULE, lw=0.5, zorder=0)
    axes.set_axisbelow(True)


def _numbers(axes: Axes, series: Series, group: Group, named: tuple[str, str], row: int) -> None:
    """One row of n under the axis, at the visits, in the group's colour."""
    lower = -(40 + (row + 1) * ROW_PT)
    offset: dict[str, Any] = {
        "textcoords": "offset points",
        "va": "center",
        "annotation_clip": False,
    }
    axes.annotate(
        named[0],
        (0, 0),
        (-62, lower),
        xycoords="axes fraction",
        fontsize=7.5,
        color=named[1],
        **offset,
    )
    where = axes.get_xaxis_transform()
    for visit in series.visits:
        n = str(len(series.values(visit.code, group.members)))
        spot = (_at(visit), 0)
        axes.annotate(n, spot, (0, lower), xycoords=where, ha="center", fontsize=7.5, **offset)


def grades_figure(series: Series, sets: Sequence[AnalysisSet], manifest: Manifest) -> Drawing:
    """Stacked bars of an ordinal outcome's grades per visit and group, counts in the segments."""
    outcome = series.outcome
    grades = range(int(outcome.minimum or 0), int(outcome.maximum or 0) + 1)
    rows = max(len(chosen.groups) for chosen in sets) * len(series.visits)
    width, height = 5.4 * len(sets), 1.87 + 0.27 * rows + 0.1 * len(series.visits)
    title = f"{outcome.label}: distribution of grades"
    figure = blank(width, height, title, manifest)
    for position, chosen in enumerate(sets):
        box = (position * 5.4 + 1.35) / width, 1.02 / height, 3.6 / width, 1 - 1.87 / height
        axes = figure.add_axes(box)
        _bars(axes, series, chosen, grades)
    handles = [Patch(color=_shade(grade, grades), label=f"{grade}") for grade in grades]
    figure.legend(
        handles=handles,
        loc="lower center",
        bbox_to_anchor=(0.5, 0.25 / height),
        ncols=len(handles),
        frameon=False,
        title=f"Grade ({outcome.better} is better)",
        title_fontsize=8,
    )
    text = f"{title} per visit and group: share of each grade, with the number of participants."
    return drawn(figure, f"grades_{outcome.code}", title, text)


def _shade(grade: int, grades: range) -> tuple[float, float, float, float]:
    """Light to dark with the grade; the worst grade is nearly black."""
    if grade == grades[-1]:
        return (0.11, 0.11, 0.13, 1.0)
    share = (grade - grades[0]) / max(1, len(grades) - 2)
    red, green, blue, alpha = mpl.colormaps["YlGnBu"](0.08 + 0.78 * share)
    return (float(red), float(green), float(blue), float(alpha))


def _bars(axes: Axes, series: Series, chosen: AnalysisSet, grades: range) -> None:
    place, ticks, labels = 0.0, [], []
    for visit in series.visits:
        for group in chosen.groups:
            values = series.values(visit.code, group.members)
            _bar(axes, place, values, grades)
            ticks.append(place)
            labels.append(f"{visit.code}  {chosen.short_label(group)}")
            place += 1
        place += 0.4
    axes.set_yticks(ticks, labels, fontsize=7.5)
    axes.set_ylim(place - 0.8, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of those with a grade (counts in the bars)", fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    panel_title(axes, chosen)


def _bar(axes: Axes, place: float, values: Sequence[float], grades: range) -> None:
    left = 0.0
    for grade in grades:
        count = sum(round(value) == grade for value in values)
        if not count:
            continue
        share = 100 * count / len(values)
        shade = _shade(grade, grades)
        axes.barh(place, share, left=left, height=0.82, color=shade, edgecolor="white", lw=0.8)
        ink = "white" if sum(shade[:3]) < 1.6 else INK
        middle = left + share / 2
        axes.text(middle, place, str(count), ha="center", va="center", fontsize=7, color=ink)
        left += share
    where: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": 7, "color": QUIET}
    axes.text(101.5, place, f"n = {len(values)}", **where)
