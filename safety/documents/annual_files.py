"""The annexes of the annual report as tables, for paper and for a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from safety import rules
from safety.documents.annual import TOTAL, Annual, Counted, Line
from safety.documents.narrative import relation
from safety.wording import words
from trial.csv_cells import guarded, line
from trial.documents import make_document
from trial.partial_dates import PartialDate
from trial.templatetags.hermes import day

TABULATION, LISTING = "sae-tabulation", "sar-listing"
TITLES = {
    TABULATION: "Serious adverse events, cumulative tabulation",
    LISTING: "Serious adverse reactions, interval line listing",
}
NOTES = {
    TABULATION: (
        "Events, in brackets the participants who had them: all serious adverse events from the "
        "birth date to the last day, related or not. Columns: by treatment received, and by where "
        "the onset lies from the infusion."
    ),
    LISTING: (
        "Serious, related for the investigator or the sponsor (possible or more), and something "
        "of it received in the interval."
    ),
}
VERSIONS = (
    "Each event stands as in its newest version that had reached the sponsor by the last day."
)
# What a line says, and how wide that is on paper.
LISTED = {
    "Case": 1.3,
    "Site": 0.8,
    "Sex, age": 0.7,
    "Given": 1.3,
    "Reaction": 1.4,
    "Began": 1.1,
    "Serious because": 1.3,
    "Outcome": 1,
    "Related, investigator": 1,
    "Related, sponsor": 0.9,
    "Expectedness": 1.1,
    "SUSAR": 0.8,
    "First received": 0.9,
    "Version": 0.7,
    "Comment": 1.6,
}


def pdf(name: str, found: Annual) -> bytes:
    """One annex as PDF/A; the same data give the same bytes."""
    heads, rows = table(name, found)
    data = {"facts": facts(found), "heads": heads, "rows": rows, "notes": notes(name)}
    data["widths"] = [*LISTED.values()] if name == LISTING else [1] * len(heads)
    return make_document("annex", title=TITLES[name], data=data, at=found.made)


def csv(name: str, found: Annual) -> bytes:
    """One annex as CSV in UTF-8, one row a line; counts of events and of participants apart."""
    if name == LISTING:
        heads, rows = table(name, found)
    else:
        heads = ["class_or_category", "preferred_term", "phase", "events", "participants"]
        rows = [
            [*group, column, str(one.events), str(one.participants)]
            for group, columns in found.tabulation().items()
            for column, one in columns.items()
        ]
    return "".join(line(map(guarded, row)) for row in [heads, *rows]).encode()


def table(name: str, found: Annual) -> tuple[list[str], list[list[str]]]:
    """The heads and rows of one annex."""
    if name == LISTING:
        return [*LISTED], [_listed(one, found.zone) for one in found.reactions]
    counted = found.tabulation()
    depth = 2 if any(term for _, term in counted) else 1
    heads = ["Category"] if depth == 1 else ["Class or category", "Preferred term"]
    rows = [[*group[:depth], *map(_cell, cells.values())] for group, cells in counted.items()]
    return [*heads, *rules.PHASES.values(), TOTAL], rows


def facts(found: Annual) -> list[list[str]]:
    """What both annexes begin with: the days, and how many participants there are."""
    period = found.period
    return [
        ["Development international birth date", day(period.birth)],
        ["Interval", f"{day(period.first)} to {day(period.last)} ({found.zone})"],
        ["Participants included by then", str(found.included)],
        ["Of them infused", str(found.infused)],
        ["Of them not infused", str(found.included - found.infused)],
    ]


def notes(name: str) -> Sequence[str]:
    """What must be known to read it."""
    return (NOTES[name], VERSIONS)


def _cell(one: Counted) -> str:
    return f"{one.events} ({one.participants})" if one.events else "0"


def _listed(one: Line, zone: str) -> list[str]:
    content, opinion = one.content, one.opinion
    met = [rules.CRITERIA[code].partition(":")[0] for code in content.criteria]
    return [
        content.control_number,
        f"{content.site}, {content.country}",
        f"{content.sex}, {content.age}",
        _given(one),
        f"{content.term} ({one.group[1] or one.group[0]})",
        _began(one),
        "; ".join(met),
        words("outcome", content.outcome, zone),
        words("causality", content.causality, zone),
        opinion.get_causality_display() if opinion else "not assessed",
        opinion.get_expectedness_display() if opinion else "not assessed",
        _susar(opinion.susar if opinion else None),
        _date(one.first_received, zone),
        str(content.number),
        opinion.comment if opinion else "",
    ]


def _given(one: Line) -> str:
    if one.infused_on is None:
        return "not infused"
    doses = "; ".join(dose.amount for dose in one.content.doses)
    return f"{day(one.infused_on)}: {doses}" if doses else day(one.infused_on)


def _began(one: Line) -> str:
    onset = PartialDate.parse(one.content.onset)
    if one.infused_on is None:
        return day(onset)
    return f"{day(onset)}, {relation(onset, one.infused_on, 'the infusion')}"


def _susar(susar: bool | None) -> str:
    return "not assessed" if susar is None else "Yes" if susar else "No"


def _date(at: datetime, zone: str) -> str:
    return day(at.astimezone(ZoneInfo(zone)).date())


def page(found: Annual) -> dict[str, Any]:
    """What the page shows of both, before a file is taken."""
    heads, rows = table(TABULATION, found)
    return {
        "facts": facts(found),
        "heads": heads,
        "rows": rows,
        "notes": notes(TABULATION),
        "reactions": len(found.reactions),
    }
