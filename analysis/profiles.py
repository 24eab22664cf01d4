"""Participant profiles: a panel a participant, scores over time with events and infusion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.events import AdverseEvent
from analysis.figures import INK, QUIET, RULE, Drawing, blank, drawn
from analysis.longitudinal import Series
from analysis.people import Participant
from analysis.study import Study

COLUMNS, ROWS = 5, 8
WIDTH_IN, PANEL_IN, TOP_IN, FOOT_IN = 9.2, 1.16, 1.0, 0.55
LINES: tuple[dict[str, Any], ...] = (
    {"color": "#0072b2", "linestyle": "-", "marker": "o"},
    {"color": "#d55e00", "linestyle": "--", "marker": "s"},
    {"color": INK, "linestyle": ":", "marker": "^"},
)
"""Of each outcome shown, told apart by dash and mark."""
EVENT: dict[str, Any] = {"marker": "|", "color": QUIET, "ms": 5, "mew": 1.0}
SERIOUS: dict[str, Any] = {"marker": "|", "color": INK, "ms": 8, "mew": 2.0}
FLOOR = -14
"""Where the events stand, under the scale."""


def profiles(study: Study) -> list[Drawing]:
    """The profiles of everybody in the first analysis set; a figure a page."""
    shown = _shown(study.series)
    if not shown or not study.members:
        return []
    named = [(group.label, code) for group in study.sets[0].groups for code in group.members]
    size = COLUMNS * ROWS
    parts = [named[at : at + size] for at in range(0, len(named), size)]
    return [
        _figure(study, shown, part, f"profiles_{number}" if len(parts) > 1 else "profiles")
        for number, part in enumerate(parts, start=1)
    ]


def _shown(series: Sequence[Series]) -> list[Series]:
    """The first outcome of each table that has a published range; as many as there are lines."""
    found: dict[str, Series] = {}
    for one in series:
        ranged = one.outcome.minimum is not None and one.outcome.maximum is not None
        if ranged and one.outcome.minimum != one.outcome.maximum:
            found.setdefault(one.outcome.table, one)
    return list(found.values())[: len(LINES)]


def _figure(
    study: Study, shown: Sequence[Series], part: Sequence[tuple[str, str]], name: str
) -> Drawing:
    rows = -(-len(part) // COLUMNS)
    height = TOP_IN + PANEL_IN * rows + FOOT_IN
    title = f"Profiles of {len(part)} participants: scores, adverse events and treatment"
    if study.manifest.blinded:
        title = f"Profiles of {len(part)} participants: scores and adverse events"
    figure = blank(WIDTH_IN, height, title, study.manifest)
    last = max([visit.day or 0 for one in shown for visit in one.visits], default=0)
    for place, (label, code) in enumerate(part):
        row, column = divmod(place, COLUMNS)
        wide = (WIDTH_IN - 0.7) / COLUMNS
        bottom = height - TOP_IN - PANEL_IN * (row + 1) + 0.3
        box = (0.5 + wide * column) / WIDTH_IN, bottom / height
        axes = figure.add_axes((*box, (wide - 0.2) / WIDTH_IN, (PANEL_IN - 0.42) / height))
        axes.set_title(f"{code} · {label}", fontsize=6.2, pad=2, y=1.0)
        _panel(axes, study, shown, study.people[code])
        _frame(axes, last, edge=column == 0, foot=place + COLUMNS >= len(part))
    _legend(figure, study, shown, height)
    return drawn(figure, name, title, _words(study, shown, part))


def _panel(axes: Axes, study: Study, shown: Sequence[Series], person: Participant) -> None:
    for one, look in zip(shown, LINES, strict=False):
        path = [
            (visit.day or 0, _percent(one, one.readings[person.code, visit.code]))
            for visit in one.visits
            if (person.code, visit.code) in one.readings
        ]
        if path:
            axes.plot(*zip(*path, strict=True), lw=0.9, ms=2.2, mew=0.3, zorder=3, **look)
    infused = _day(person, person.infused_on)
    if infused is not None:
        axes.axvline(infused, color="#009e73", lw=1.4, linestyle="-.", zorder=2)
    died = _day(person, person.died_on)
    if died is not None:
        axes.axvline(died, color=INK, lw=1.6, zorder=2)
    for event in study.events:
        at = _onset(person, event)
        if event.participant == person.code and at is not None:
            axes.plot(at, FLOOR, linestyle="none", **(SERIOUS if event.serious else EVENT))


def _percent(series: Series, value: float) -> float:
    """The reading as a share of the published range, 100 the best."""
    low, high = series.outcome.minimum or 0.0, series.outcome.maximum or 1.0
    share = 100 * (value - low) / (high - low)
    return 100 - share if series.outcome.better == "lower" else share


def _day(person: Participant, on: date | None) -> int | None:
    return None if on is None or person.index_on is None else (on - person.index_on).days


def _onset(person: Participant, event: AdverseEvent) -> float | None:
    """Days from the index event to the onset."""
    inclusion = _day(person, person.consented_on)
    return None if event.days is None or inclusion is None else inclusion + event.days


def _frame(axes: Axes, last: float, *, edge: bool, foot: bool) -> None:
    axes.set_xlim(-0.03 * last - 1, 1.03 * last + 1)
    axes.set_ylim(FLOOR - 10, 106)
    axes.axhline(0, color=RULE, lw=0.6, zorder=1)
    axes.set_yticks([0, 50, 100], ["0", "50", "100"] if edge else [], fontsize=5.5)
    axes.set_xticks([0, last / 2, last], [f"{d:g}" for d in (0, last / 2, last)] if foot else [])
    axes.tick_params(labelsize=5.5, length=1.5, pad=1)


def _legend(figure: Figure, study: Study, shown: Sequence[Series], height: float) -> None:
    handles = [
        Line2D([], [], ms=3.5, lw=1.1, label=one.outcome.label, **look)
        for one, look in zip(shown, LINES, strict=False)
    ]
    handles += [
        Line2D([], [], linestyle="none", label="adverse event", **EVENT),
        Line2D([], [], linestyle="none", label="serious", **SERIOUS),
    ]
    if any(study.people[code].infused_on for code in study.members):
        handles.append(Line2D([], [], color="#009e73", lw=1.4, linestyle="-.", label="infusion"))
    if any(study.people[code].died_on for code in study.members):
        handles.append(Line2D([], [], color=INK, lw=1.6, label="death"))
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.004, 1 - 0.4 / height),
        ncols=len(handles),
        frameon=False,
        fontsize=7.2,
        columnspacing=1.1,
        handletextpad=0.4,
    )
    words = f"Days from {study.manifest.protocol.index_event}; scores as % of the best possible"
    figure.text(0.5 / WIDTH_IN, 0.28 / height, words, fontsize=7, color=QUIET)


def _words(study: Study, shown: Sequence[Series], part: Sequence[tuple[str, str]]) -> str:
    scores = ", ".join(one.outcome.label for one in shown)
    told = (
        f"{study.sets[0].title}: a panel for each of {len(part)} participants. {scores} over time, "
        "as percent of the best possible score; strokes under the scale mark when adverse events "
        "began, thick ones the serious."
    )
    if any(study.people[code].infused_on for _, code in part):
        told += " A dash-dotted line marks the infusion."
    return told
