"""How an event's grade went: what the dated changes say, and what they do not allow."""

from __future__ import annotations

from collections.abc import Iterator

from safety import grading
from safety.models import AdverseEvent, GradeChange
from safety.rules import Finding
from trial.partial_dates import PartialDate


def course(event: AdverseEvent) -> list[tuple[str, str]]:
    """Every grade the event had, with the day from which, the onset's first."""
    changes = valid_changes(event)
    first = changes[0].was if changes else event.severity
    return [(first, event.onset), *((one.became, one.since) for one in changes)]


def worst(event: AdverseEvent) -> str:
    """The worst grade it had."""
    return grading.worst([grade for grade, _ in course(event)])


def valid_changes(event: AdverseEvent) -> list[GradeChange]:
    """The changes in their order, without those entered in error."""
    if event._state.adding:
        return []
    return [one for one in event.grade_changes.all() if not one.voided]


def grade_findings(event: AdverseEvent) -> Iterator[Finding]:
    """What an event's grade and its dated changes say against each other."""
    if event.severity not in grading.GRADINGS[event.scale].grades:
        return
    changes = valid_changes(event)
    if changes and changes[-1].became != event.severity:
        words = "This event has dated grades: record a new grade, or mark the wrong one."
        yield Finding("GRADE", "severity", words)
    onset, end = (_read(text) for text in (event.onset, event.end))
    for one in changes:
        since = PartialDate.parse(one.since)
        if onset is not None and since.latest < onset.earliest:
            yield Finding("GRADE", "onset", "A grade is dated before this.")
        elif end is not None and since.earliest > end.latest:
            yield Finding("GRADE", "end", "A grade is dated after this.")


def _read(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None
