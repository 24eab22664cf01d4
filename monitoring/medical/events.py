"""The events the medical monitor looks at, each under its system organ class or category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from safety import grading
from safety.coding.selectors import is_stale, newest_codings
from safety.desk import presenters as desk
from safety.desk.selectors import reported_events
from safety.models import AdverseEvent
from safety.presenters import address
from safety.selectors import VALID, visible_events
from trial import protocol
from trial.templatetags.hermes import day


@dataclass(frozen=True)
class Row:
    """One event in the list; ``line`` is the desk's, where it was reported."""

    href: str
    code: str
    group: str
    term: str
    onset: str
    severity: str
    serious: bool
    causality: str
    outcome: str
    line: desk.Line | None


def grouped(user: User) -> list[tuple[AdverseEvent, str]]:
    """Every valid event this person may read and its group, the newest onset first.

    The group is the primary system organ class where the event's words as they are now are coded,
    else the plain category.
    """
    events = [*visible_events(user).filter(VALID).defer("narrative")]
    codings = newest_codings(events)
    categories = protocol.current().ae_categories
    found = []
    for event in events:
        coding = codings.get(event.pk)
        coded = "" if coding is None or is_stale(coding, event) else coding.soc
        found.append((event, coded or categories.get(event.category, event.category)))
    return sorted(found, key=lambda one: (one[0].onset_date.earliest, one[0].pk), reverse=True)


def rows(found: Iterable[tuple[AdverseEvent, str]], at: datetime) -> list[Row]:
    """The events of one page, with their clocks."""
    shown = [*found]
    reported = reported_events().filter(pk__in=[event.pk for event, _ in shown])
    lines = {event.pk: desk.lines([event], at)[0] for event in reported}
    return [_row(event, group, lines.get(event.pk)) for event, group in shown]


def _row(event: AdverseEvent, group: str, line: desk.Line | None) -> Row:
    return Row(
        href=address(event) if line is None else line.href,
        code=f"{event.participant.code} · {event.number}",
        group=group,
        term=event.term,
        onset=day(event.onset),
        severity=grading.ALL[event.severity],
        serious=event.serious,
        causality=event.get_causality_display(),
        outcome=event.get_outcome_display(),
        line=line,
    )
