"""The safety desk's pages in words and shapes: the most urgent first, what is late loud."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from safety import grading, rules, sponsor
from safety.clocks import Due
from safety.desk import selectors
from safety.documents.cioms import special
from safety.documents.codes import code_of
from safety.models import AdverseEvent, SafetyReport, UrgentMeasure
from safety.presenters import State, address, clock_state
from safety.reports import content_of, is_whole
from safety.snapshot import Content
from safety.wording import label, words
from trial.templatetags.hermes import day

SHAPES = {
    "running": "due",
    "overdue": "late",
    "met": "complete",
    "missed": "outside_window",
    "lifted": "not_done",
}
CHOICES = (
    ("open", "Something is due"),
    ("overdue", "Overdue"),
    ("susar", "SUSAR"),
    ("special", "Pregnancy or overdose"),
    ("followed", "Pregnancy without an outcome"),
    ("all", "All reports"),
)
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ClockLine:
    """One clock on a page: what is due, its badge, and the last day in time."""

    what: str
    state: State
    due_on: str


@dataclass(frozen=True)
class Line:
    """One event on the desk."""

    href: str
    code: str
    term: str
    special: str
    followed: bool
    version: str
    investigator: str
    sponsor: str
    susar: bool
    clocks: list[ClockLine]
    told: State | None
    overdue: bool
    open: bool
    ends_at: datetime


def clock_line(due: Due, at: datetime) -> ClockLine:
    """A clock in words."""
    state = due.state(at)
    badge = State(SHAPES[state], due.words(at))
    return ClockLine(due.words_of_kind, badge, day(due.due_on))


def lines(events: Iterable[AdverseEvent], at: datetime) -> list[Line]:
    """The events by time left; those with nothing due after them, the newest first."""
    found = sorted(events, key=lambda event: -event.pk)
    return sorted((_line(event, at) for event in found), key=lambda line: line.ends_at)


def narrowed(found: list[Line], choice: str) -> list[Line]:
    """The lines of one of ``CHOICES``."""
    wanted = {
        "open": lambda line: line.open,
        "overdue": lambda line: line.overdue,
        "susar": lambda line: line.susar,
        "special": lambda line: line.special != "",
        "followed": lambda line: line.followed,
    }.get(choice)
    return [line for line in found if wanted is None or wanted(line)]


def tallies(found: list[Line]) -> list[dict[str, Any]]:
    """Counts, each a link to what it counts."""
    base = reverse("safety-desk")
    counted = (
        ("late", "Reports overdue", sum(line.overdue for line in found), "overdue"),
        ("due", "Reports with something due", sum(line.open for line in found), "open"),
        ("outside_window", "SUSAR", sum(line.susar for line in found), "susar"),
        ("complete", "All reports", len(found), "all"),
    )
    return [
        {"state": state, "words": said, "count": count, "href": f"{base}?show={choice}"}
        for state, said, count, choice in counted
    ]


def _line(event: AdverseEvent, at: datetime) -> Line:
    dues = selectors.clocks_of(event)
    newest = [*event.reports.all()][-1]
    judged = selectors.opinions(event)
    open_ones = [due for due in dues if due.is_open]
    return Line(
        href=desk_address(newest),
        code=f"{event.participant.code} · {event.number}",
        term=event.term,
        special="" if event.special == rules.NO_SPECIAL else event.special.capitalize(),
        followed=event.special == rules.PREGNANCY and not event.pregnancy_outcome,
        version=f"{newest.number}, {newest.get_kind_display().lower()}",
        investigator=newest.get_causality_display(),
        sponsor=judged[-1].get_causality_display() if judged else "",
        susar=selectors.is_susar(event),
        clocks=[clock_line(due, at) for due in (open_ones or dues)],
        told=clock_state(event.clock, at),
        overdue=any(due.state(at) == "overdue" for due in dues),
        open=bool(open_ones),
        ends_at=selectors.next_end(dues) or _FAR,
    )


def desk_address(report: SafetyReport) -> str:
    """The desk's page of one version."""
    event = report.event
    return reverse("safety-report", args=[event.participant.code, event.number, report.number])


def report_page(event: AdverseEvent, report: SafetyReport, at: datetime) -> dict[str, Any]:
    """One version: what it says, both opinions side by side, the clocks, and what was sent."""
    versions = [*event.reports.all()]
    dues = selectors.clocks_of(event)
    content = content_of(report)
    return {
        "event": event,
        "event_href": address(event),
        "report": report,
        "newest": versions[-1].number == report.number,
        "versions": [(one, desk_address(one), one.number == report.number) for one in versions],
        "facts": facts(content),
        "coded": code_of(report) is not None,
        "whole": is_whole(report),
        "clocks": [clock_line(due, at) for due in dues],
        "told": clock_state(event.clock, at),
        "susar": selectors.is_susar(event),
        "opinions": _opinions(event),
        "submissions": [one for version in versions for one in version.submissions.all()],
        "reference": sponsor.reference_for(event.onset_date.latest),
    }


def _opinions(event: AdverseEvent) -> list[dict[str, Any]]:
    """Each version that was assessed: what the investigator said, and what the sponsor says."""
    return [
        {
            "version": one.report.number,
            "investigator": one.report.get_causality_display(),
            "sponsor": one.get_causality_display(),
            "expectedness": one.get_expectedness_display(),
            "reference": one.reference,
            "susar": one.susar,
            "comment": one.comment,
            "at": one.assessed_at,
            "by": one.assessed_by,
        }
        for one in selectors.opinions(event)
    ]


def facts(content: Content) -> list[tuple[str, str]]:
    """What a version says, in the order of a CIOMS form."""
    zone = content.zone
    met = [rules.CRITERIA[code].partition(":")[0] for code in content.criteria]
    received = datetime.fromisoformat(content.received_at)
    return [
        ("Control number", content.control_number),
        ("Received by the sponsor", words("aware_at", received, zone)),
        *([("What is new", content.news)] if content.news else []),
        ("Participant", f"{content.participant}, {content.sex}, {content.age} years"),
        ("Country", content.country),
        *[(label(item), _said(item, content)) for item in _ITEMS],
        ("Grades", _grades(content)),
        ("Why it is serious", " · ".join(met) or "Not serious"),
        *((what, said) for what, said in special(content)),
        *([("Died", content.died_on)] if content.died_on else []),
        ("Suspect product", content.product or "—"),
        ("Doses", _doses(content)),
        ("Route", content.route or "—"),
        ("Indication", content.indication or "—"),
        ("Manufacturer", content.manufacturer or "—"),
        ("Account", content.narrative or "—"),
    ]


_ITEMS = ("term", "category", "onset", "end", "serious_on", "causality", "action", "outcome")


def _said(item: str, content: Content) -> str:
    if item == "category":
        return content.category_words
    return words(item, getattr(content, item), content.zone)


def _grades(content: Content) -> str:
    first = content.grades[0].was if content.grades else content.severity
    said = [f"{grading.ALL[first]} from {day(content.onset)}"]
    said += [f"{grading.ALL[one.became].lower()} from {day(one.since)}" for one in content.grades]
    return ", ".join(said)


def _doses(content: Content) -> str:
    given = [f"{day(one.given_on)}: {one.amount}, batch {one.batch}" for one in content.doses]
    return "; ".join(given) or "None given"


def measure_lines(found: Iterable[UrgentMeasure], at: datetime) -> list[dict[str, Any]]:
    """The urgent measures, each with its clock."""
    return [
        {
            "measure": one,
            "clock": None if (due := selectors.clock_of(one)) is None else clock_line(due, at),
            "submissions": [*one.submissions.all()],
        }
        for one in found
    ]
