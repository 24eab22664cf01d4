"""Adverse events as timelines: one line a participant, from inclusion to the last horizon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.event_rates import infusion_day
from analysis.events import AdverseEvent
from analysis.figures import INK, QUIET, RULE, Drawing, blank, drawn
from analysis.people import Participant
from analysis.sets import Group
from analysis.study import Study

LINES = 48
"""Participants in one figure; more of them take another one."""
LINE_IN, HEAD_IN, FOOT_IN, WIDTH_IN = 0.152, 0.98, 0.72, 9.0
MOVED = "*"

EVENT: dict[str, Any] = {"marker": "o", "mfc": "white", "mec": INK, "ms": 4.4, "mew": 0.9}
SERIOUS: dict[str, Any] = {"marker": "s", "mfc": INK, "mec": INK, "ms": 4.6, "mew": 0.9}
INFUSION: dict[str, Any] = {"marker": "D", "mfc": "#e69f00", "mec": INK, "ms": 5.2, "mew": 0.8}
DEATH: dict[str, Any] = {"marker": "X", "mfc": INK, "mec": INK, "ms": 6.4, "mew": 0.4}
LEFT: dict[str, Any] = {"marker": "|", "mfc": QUIET, "mec": INK, "ms": 7.5, "mew": 1.6}


@dataclass(frozen=True)
class Line:
    """One participant's line: name, days observed, and what happened on which day."""

    person: Participant
    label: str
    observed: int
    events: tuple[AdverseEvent, ...]


def timelines_figure(study: Study) -> Iterator[Drawing]:
    """The timelines of the first analysis set, a figure for each few dozen participants."""
    horizons = study.manifest.protocol.horizons
    chosen = study.sets[0]
    rows: list[Group | Line] = []
    if not horizons or not study.members:
        return
    last = horizons[-1].days
    for group in chosen.groups:
        if group.size:
            rows += [group, *(_line(study, code, last) for code in group.members)]
    parts = [rows[at : at + LINES] for at in range(0, len(rows), LINES)]
    for number, part in enumerate(parts, start=1):
        yield _figure(study, part, f"timelines_{number}" if len(parts) > 1 else "timelines")


def _line(study: Study, code: str, last: int) -> Line:
    person = study.people[code]
    moved = person.arm is not None and person.received != person.arm
    mine = tuple(
        event
        for event in study.events
        if event.participant == code and event.days is not None and 0 <= event.days <= last
    )
    label = f"{code}{MOVED}" if moved else code
    return Line(person, label, person.observed_days(study.as_of, last), mine)


def _figure(study: Study, rows: Sequence[Group | Line], name: str) -> Drawing:
    horizons = study.manifest.protocol.horizons
    lines = [row for row in rows if isinstance(row, Line)]
    count = sum(len(line.events) for line in lines)
    title = f"When the {count} adverse events began: one line a participant"
    height = HEAD_IN + FOOT_IN + LINE_IN * len(rows)
    figure = blank(WIDTH_IN, height, title, study.manifest)
    axes = figure.add_axes(
        (1.15 / WIDTH_IN, FOOT_IN / height, 1 - 1.4 / WIDTH_IN, LINE_IN * len(rows) / height)
    )
    for place, row in enumerate(rows):
        if isinstance(row, Line):
            _draw(axes, place, row)
        else:
            words = f"{row.label} (n = {row.size})"
            axes.text(-12, place, words, ha="left", va="center", fontsize=7.5, weight="bold")
    labels = [row.label if isinstance(row, Line) else "" for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=6.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-14, horizons[-1].days + 14)
    ticks = [0, *(horizon.days for horizon in horizons)]
    axes.set_xticks(ticks, ["inclusion", *(f"{h.label}\n(day {h.days})" for h in horizons)])
    for horizon in horizons:
        axes.axvline(horizon.days, color=RULE, lw=0.8, zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    infused = any(infusion_day(line.person) is not None for line in lines)
    figure.legend(
        handles=_legend(infused=infused),
        loc="upper left",
        bbox_to_anchor=(0.004, 1 - 0.42 / height),
        ncols=6,
        frameon=False,
        fontsize=7.5,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    return drawn(figure, name, title, _words(study, lines, infused=infused))


def _legend(*, infused: bool) -> list[Line2D]:
    marks = [("adverse event", EVENT), ("serious adverse event", SERIOUS)]
    marks += [("infusion", INFUSION)] if infused else []
    marks += [("death", DEATH), ("withdrawn or lost", LEFT)]
    handles = [Line2D([], [], linestyle="none", label=label, **mark) for label, mark in marks]
    return [*handles, Line2D([], [], color=QUIET, lw=1, label="under observation")]


def _draw(axes: Axes, place: int, line: Line) -> None:
    axes.plot([0, line.observed], [place, place], color=QUIET, lw=0.9, zorder=1)
    person = line.person
    day = infusion_day(person)
    if day is not None:
        axes.plot(day, place, zorder=3, linestyle="none", **INFUSION)
    for event in line.events:
        mark = SERIOUS if event.serious else EVENT
        axes.plot(event.days or 0, place, zorder=4, linestyle="none", **mark)
    if person.died_on is not None and _within(person, line.observed):
        axes.plot(line.observed, place, zorder=5, linestyle="none", **DEATH)
    elif person.withdrawn_on is not None or person.lost_on is not None:
        axes.plot(line.observed, place, zorder=2, linestyle="none", **LEFT)


def _within(person: Participant, observed: int) -> bool:
    if person.died_on is None or person.consented_on is None:
        return False
    return (person.died_on - person.consented_on).days <= observed


def _words(study: Study, lines: Sequence[Line], *, infused: bool) -> str:
    serious = sum(event.serious for line in lines for event in line.events)
    told = (
        f"{study.sets[0].title}: {len(lines)} participants, each a line from inclusion to the end "
        f"of observation, with circles where adverse events began and squares for the {serious} "
        "serious ones."
    )
    if infused:
        told += " A diamond marks the infusion."
    if any(line.label.endswith(MOVED) for line in lines):
        told += f" {MOVED} Allocated to another arm than the treatment received."
    return told
