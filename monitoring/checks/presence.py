"""What should be there and is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monitoring.checks.facts import Check, Hit, Snapshot, VisitFacts

# Days after the window's last day before anybody asks; ours.
GRACE = timedelta(days=14)
SETTLED = frozenset({"complete", "not_done"})


def _overdue(snapshot: Snapshot) -> Iterator[VisitFacts]:
    for visit in snapshot.visits:
        gone = visit.window_to + GRACE < snapshot.today
        if gone and visit.expected and visit.place is not None and visit.status != "missed":
            yield visit


def _no_visit(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in _overdue(snapshot):
        if visit.required and visit.status == "planned" and not visit.records:
            yield Hit(("nothing",), visit)


def _no_form(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in _overdue(snapshot):
        if visit.status == "planned" and not visit.records:
            continue
        for form in visit.required:
            record = visit.records.get(form)
            state = record.status if record is not None else "not entered"
            if state not in SETTLED:
                yield Hit((state,), visit, form, words={"state": state})


PRESENCE: tuple[Check, ...] = (
    Check(
        "NO-VISIT", "Nothing entered for a visit",
        "The window has closed and nothing is entered. Enter the visit, or mark it as missed "
        "with the reason.",
        "visit", "gap", "the visit", _no_visit,
    ),
    Check(
        "NO-FORM", "A required form is not complete",
        "The window has closed and the form is {state}. Complete it, or say why it was not done.",
        "visit", "gap", "the form", _no_form,
    ),
)  # fmt: skip
