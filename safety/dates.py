"""Dates of an event that cannot be right: in the future, after death, out of order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safety.models import AdverseEvent
from safety.rules import Finding
from trial.clock import day_at
from trial.partial_dates import PartialDate
from trial.selectors import died_on


def date_findings(event: AdverseEvent, at: datetime) -> Iterator[Finding]:
    """What is wrong with the dates, as far as one row alone cannot tell.

    A partial date is refused only when every day it can mean is wrong. Days are days at the site.
    """
    yield from _day_findings(event, at)
    yield from _time_findings(event, at)


def _day_findings(event: AdverseEvent, at: datetime) -> Iterator[Finding]:
    today = day_at(at, event.participant.site)
    died = died_on(event.participant)
    named = (
        *(("onset", "The onset"), ("end", "The end"), ("serious_on", "Becoming serious")),
        ("pregnancy_ended", "The end of the pregnancy"),
    )
    for item, words in named:
        day = _read(getattr(event, item))
        if day is None:
            continue
        if day.earliest > today:
            yield Finding("FUTURE", item, f"{words} cannot be in the future.")
        # A partner's pregnancy goes on after the participant's death.
        elif item != "pregnancy_ended" and died is not None and day.earliest > died.latest:
            yield Finding("AFTER-DEATH", item, f"{words} cannot be after the death.")
    yield from _serious_findings(event)


def _serious_findings(event: AdverseEvent) -> Iterator[Finding]:
    onset, end, since = (_read(text) for text in (event.onset, event.end, event.serious_on))
    if since is None:
        return
    if onset is not None and since.latest < onset.earliest:
        yield Finding("ORDER", "serious_on", "It cannot be serious before it begins.")
    elif end is not None and since.earliest > end.latest:
        yield Finding("ORDER", "serious_on", "It cannot become serious after it ended.")


def _time_findings(event: AdverseEvent, at: datetime) -> Iterator[Finding]:
    onset = _read(event.onset)
    for item, words in (("aware_at", "The awareness"), ("sponsor_informed_at", "This")):
        time = getattr(event, item)
        if time is None:
            continue
        if time.tzinfo is None:
            yield Finding("ZONE", item, "Give the time with its time zone.")
        elif time > at:
            yield Finding("FUTURE", item, f"{words} cannot be in the future.")
        elif onset is not None and day_at(time, event.participant.site) < onset.earliest:
            yield Finding("BEFORE-ONSET", item, f"{words} cannot be before the onset.")


def _read(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        # Refused by the database's rule on its form, with its own sentence.
        return None
