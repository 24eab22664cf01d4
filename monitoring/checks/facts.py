"""What a check reads, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Literal

Scope = Literal["form", "visit", "participant"]
# A contradiction cannot all be true; an odd value can; a deviation happened and asks why; a gap
# is data that should be there.
Severity = Literal["contradiction", "odd", "deviation", "gap"]


@dataclass(frozen=True)
class Span:
    """A date as far as it is known: the first and the last day it can mean."""

    earliest: date
    latest: date


@dataclass(frozen=True)
class RecordFacts:
    """One form at one visit. ``confirmed`` holds the soft rules confirmed in this version."""

    form: str
    status: str
    assessed_on: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, int | None] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether it was saved as complete; a draft is asked nothing."""
        return self.status == "complete"


@dataclass(frozen=True)
class VisitFacts:
    """One visit. ``place`` is its place in the protocol's plan, None for an unscheduled one.

    ``expected`` is false where a death, a loss or a withdrawal came before its window. A
    ``hidden`` one tells an arm.
    """

    key: int
    code: str
    name: str
    place: int | None
    planned_on: date
    window_from: date
    window_to: date
    status: str = "planned"
    actual_on: date | None = None
    baseline: bool = False
    expected: bool = True
    hidden: bool = False
    required: tuple[str, ...] = ()
    records: Mapping[str, RecordFacts] = field(default_factory=dict)

    def complete(self, form: str) -> RecordFacts | None:
        """The record of a form, if it is complete."""
        record = self.records.get(form)
        return record if record is not None and record.complete else None

    def score(self, form: str, name: str = "total") -> int | None:
        """A score of a complete record; None where there is none."""
        record = self.complete(form)
        return None if record is None else record.scores.get(name)

    def answer(self, form: str, name: str) -> Any:
        """An answer of a complete record; None where there is none."""
        record = self.complete(form)
        return None if record is None else record.answers.get(name)


@dataclass(frozen=True)
class EventFacts:
    """One adverse event: only when it began, which everybody may know."""

    key: int
    number: int
    onset: Span


@dataclass(frozen=True)
class Snapshot:
    """One participant's data as they stand, visits in the order of their planned days."""

    today: date
    consented_on: date | None
    died: Span | None = None
    left_on: date | None = None
    visits: tuple[VisitFacts, ...] = ()
    events: tuple[EventFacts, ...] = ()

    def pairs(self, form: str) -> Iterator[tuple[VisitFacts, VisitFacts]]:
        """Each visit with a complete record of a form, and the one before it."""
        having = [visit for visit in self.visits if visit.complete(form)]
        yield from pairwise(having)


@dataclass(frozen=True)
class Found:
    """Where a check found something, the sentence for the site, and the values it saw.

    It is ``hidden`` from whoever may not know the arms when it was found only by reading a visit
    that tells one.
    """

    code: str
    sentence: str
    values: tuple[str, ...]
    visit: int | None = None
    form: str = ""
    item: str = ""
    event: int | None = None
    hidden: bool = False

    @property
    def point(self) -> tuple[str, int | None, str, str, int | None, bool]:
        """The check, its data point and who may read it: at most one live query of each."""
        return (self.code, self.visit, self.form, self.item, self.event, self.hidden)

    @property
    def seen(self) -> str:
        """A digest of the values: explained once, the same values are not asked about again."""
        return hashlib.sha256("\x1f".join(self.values).encode()).hexdigest()


@dataclass(frozen=True)
class Hit:
    """What a predicate gives: a data point, and the values that do not agree there."""

    values: tuple[object, ...]
    visit: VisitFacts | None = None
    form: str = ""
    item: str = ""
    event: int | None = None
    words: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One edit check.

    ``sentence`` is what the site reads; names in braces are filled from the hit. ``version``
    rises whenever the predicate or a limit changes: explained queries of the version before are
    then asked again. ``hangs_on`` says in words where its query stands. ``origin`` says who made
    it; limits marked "ours" are in no published source.
    """

    code: str
    title: str
    sentence: str
    scope: Scope
    severity: Severity
    hangs_on: str
    predicate: Callable[[Snapshot], Iterable[Hit]]
    version: int = 1
    origin: str = "ours"
    declared: str = ""

    @property
    def meaning(self) -> str:
        """What identifies it besides code and version: a changed declaration is a changed check."""
        return self.declared or self.sentence

    def run(self, snapshot: Snapshot) -> Iterator[Found]:
        """Where it finds something in one participant's data."""
        for hit in self.predicate(snapshot):
            yield Found(
                code=self.code,
                sentence=self.sentence.format(**hit.words),
                values=tuple(str(value) for value in hit.values),
                visit=None if hit.visit is None else hit.visit.key,
                form=hit.form,
                item=hit.item,
                event=hit.event,
            )
