"""Dates that cannot be in this order, or are odd."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitoring.checks.facts import Check, Hit, Snapshot, VisitFacts

ASSESSED_ON = "assessed_on"


def _words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _assessed(snapshot: Snapshot, *, without: str = "") -> Iterator[tuple[VisitFacts, str, date]]:
    """The days of assessment at each visit, with the first form of each: a day is asked once."""
    for visit in snapshot.visits:
        first: dict[date, str] = {}
        for form, record in sorted(visit.records.items()):
            if record.complete and record.assessed_on is not None and form != without:
                first.setdefault(record.assessed_on, form)
        yield from ((visit, form, day) for day, form in first.items())


def _assessed_after_death(snapshot: Snapshot) -> Iterator[Hit]:
    if snapshot.died is None:
        return
    # The mRS of a dead participant is 6; a check of its own looks at it.
    for visit, form, day in _assessed(snapshot, without="mrs"):
        if day > snapshot.died.latest:
            words = {"day": _words(day), "died": _words(snapshot.died.latest)}
            yield Hit((day, snapshot.died.latest), visit, form, ASSESSED_ON, words=words)


def _assessed_before_consent(snapshot: Snapshot) -> Iterator[Hit]:
    consent = snapshot.consented_on
    for visit, form, day in _assessed(snapshot):
        if consent is not None and day < consent:
            words = {"day": _words(day), "consent": _words(consent)}
            yield Hit((day, consent), visit, form, ASSESSED_ON, words=words)


def _assessed_after_leaving(snapshot: Snapshot) -> Iterator[Hit]:
    left = snapshot.left_on
    for visit, form, day in _assessed(snapshot):
        if left is not None and day > left:
            words = {"day": _words(day), "left": _words(left)}
            yield Hit((day, left), visit, form, ASSESSED_ON, words=words)


def _visit_before_consent(snapshot: Snapshot) -> Iterator[Hit]:
    consent = snapshot.consented_on
    for visit in snapshot.visits:
        if consent and visit.actual_on and visit.actual_on < consent:
            words = {"day": _words(visit.actual_on), "consent": _words(consent)}
            yield Hit((visit.actual_on, consent), visit, words=words)


def _out_of_order(snapshot: Snapshot) -> Iterator[Hit]:
    latest: VisitFacts | None = None
    planned = [visit for visit in snapshot.visits if visit.place is not None and visit.actual_on]
    for visit in sorted(planned, key=lambda one: one.place or 0):
        if visit.actual_on is None:
            continue
        if latest is not None and latest.actual_on and visit.actual_on < latest.actual_on:
            words = {"visit": latest.name, "before": _words(latest.actual_on),
                     "day": _words(visit.actual_on)}  # fmt: skip
            yield Hit((visit.actual_on, latest.actual_on), visit, words=words)
        else:
            latest = visit


def _out_of_window(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        day = visit.actual_on
        if day is None or visit.place is None or visit.window_from <= day <= visit.window_to:
            continue
        words = {"day": _words(day), "first": _words(visit.window_from),
                 "last": _words(visit.window_to)}  # fmt: skip
        yield Hit((day, visit.window_from, visit.window_to), visit, words=words)


def _event_before_consent(snapshot: Snapshot) -> Iterator[Hit]:
    consent = snapshot.consented_on
    for event in snapshot.events:
        if consent is not None and event.onset.latest < consent:
            words = {"consent": _words(consent)}
            yield Hit((event.onset, consent), event=event.key, words=words)


def _event_after_death(snapshot: Snapshot) -> Iterator[Hit]:
    for event in snapshot.events:
        if snapshot.died is not None and event.onset.earliest > snapshot.died.latest:
            words = {"died": _words(snapshot.died.latest)}
            yield Hit((event.onset, snapshot.died), event=event.key, words=words)


def _death_before_consent(snapshot: Snapshot) -> Iterator[Hit]:
    died, consent = snapshot.died, snapshot.consented_on
    if died is not None and consent is not None and died.latest < consent:
        words = {"died": _words(died.latest), "consent": _words(consent)}
        yield Hit((died.latest, consent), words=words)


DATES: tuple[Check, ...] = (
    Check(
        "AFTER-DEATH", "Assessment after the death",
        "Assessed on {day}, after the death on {died}. Correct one of the dates.",
        "participant", "contradiction", "the assessment date", _assessed_after_death,
    ),
    Check(
        "BEFORE-CONSENT", "Assessment before the consent",
        "Assessed on {day}, before the consent of {consent}. Correct one of the dates.",
        "participant", "contradiction", "the assessment date", _assessed_before_consent,
    ),
    Check(
        "AFTER-LEAVING", "Assessment after the withdrawal from follow-up",
        "Assessed on {day}, after the withdrawal from follow-up on {left}. Is the date right?",
        "participant", "contradiction", "the assessment date", _assessed_after_leaving,
    ),
    Check(
        "VISIT-CONSENT", "Visit before the consent",
        "The visit took place on {day}, before the consent of {consent}.",
        "participant", "contradiction", "the visit", _visit_before_consent,
    ),
    Check(
        "VISIT-ORDER", "Visits out of the order of the plan",
        "The visit took place on {day}, before {visit} on {before}. Correct one of the dates.",
        "participant", "contradiction", "the later visit of the plan", _out_of_order,
    ),
    Check(
        "VISIT-WINDOW", "Visit outside its window",
        "The visit took place on {day}; the window was {first} to {last}. Say why.",
        "visit", "deviation", "the visit", _out_of_window,
    ),
    Check(
        "AE-CONSENT", "Adverse event before the consent",
        "The event began before the consent of {consent}. Is the date right?",
        "participant", "odd", "the adverse event", _event_before_consent,
    ),
    Check(
        "AE-DEATH", "Adverse event after the death",
        "The event began after the death on {died}. Correct one of the dates.",
        "participant", "contradiction", "the adverse event", _event_after_death,
    ),
    Check(
        "DEATH-CONSENT", "Death before the consent",
        "The death on {died} is before the consent of {consent}. Correct one of the dates.",
        "participant", "contradiction", "the participant", _death_before_consent,
    ),
)  # fmt: skip
