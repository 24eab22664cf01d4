"""What speaks against a lock: every app that knows of something open registers a function here.

An objection is refused nothing by itself: whoever locks settles it, or says why to lock all the
same. A person meets only objections about what they may see, so a visit that tells an arm is
never counted for somebody who must not know the arm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from trial import protocol, worklist
from trial.models import Participant, Record, Signature, Visit

EXAMPLES = 12


@dataclass(frozen=True)
class Extent:
    """What is to be locked, and who locks: the narrowest thing named, or the whole trial."""

    user: User
    participant: Participant | None = None
    visit: Visit | None = None
    record: Record | None = None

    @property
    def scope(self) -> str:
        """The scope as a lock stores it."""
        if self.record is not None:
            return "record"
        if self.visit is not None:
            return "visit"
        return "trial" if self.participant is None else "participant"

    def visits(self) -> QuerySet[Visit]:
        """The visits covered as wholes that the person may know of; none for a single record."""
        found = worklist.visible_visits(self.user)
        if self.record is not None:
            return found.none()
        if self.visit is not None:
            return found.filter(pk=self.visit.pk)
        return found if self.participant is None else found.filter(participant=self.participant)

    def records(self) -> QuerySet[Record]:
        """The records covered that the person may know of."""
        if self.record is not None:
            return Record.objects.filter(pk=self.record.pk)
        return Record.objects.filter(visit__in=self.visits())


@dataclass(frozen=True)
class Objection:
    """One kind of thing that is open: how many, in words, and where some of them are."""

    count: int
    words: str
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.count} {self.words}"


Objecting = Callable[[Extent], Iterable[Objection]]
_registered: dict[str, Objecting] = {}


def register_objections(name: str, function: Objecting) -> None:
    """Add what one app knows of, under a name of its own.

    The function reads with a fixed number of queries and gives no objection with a count of 0.
    """
    _registered[name] = function


def objections(extent: Extent) -> tuple[Objection, ...]:
    """Everything that speaks against locking, what the backbone knows first."""
    return tuple(one for function in _registered.values() for one in function(extent))


def backbone(extent: Extent) -> Iterator[Objection]:
    """Required forms that are not in, drafts, and records nobody signed."""
    lacking = worklist.lacking(extent.visits()).order_by("participant__code", "planned_on")
    yield from _objection(
        lacking.count(),
        "visit without all its required forms",
        "visits without all their required forms",
        (_lacking(visit) for visit in lacking.prefetch_related("records")[:EXAMPLES]),
    )
    records = extent.records().order_by("participant__code", "visit__planned_on", "pk")
    drafts = records.filter(status="draft").select_related("visit__participant")
    yield from _objection(
        drafts.count(), "draft", "drafts", (_place(row) for row in drafts[:EXAMPLES])
    )
    signed = Signature.objects.filter(record=OuterRef("pk"), version=OuterRef("version"))
    unsigned = records.filter(status="complete").exclude(Exists(signed))
    yield from _objection(
        unsigned.count(),
        "record that is not signed as it stands",
        "records that are not signed as they stand",
        (_place(row) for row in unsigned.select_related("visit__participant")[:EXAMPLES]),
    )


def _objection(count: int, one: str, many: str, examples: Iterable[str]) -> Iterator[Objection]:
    if count:
        yield Objection(count, one if count == 1 else many, tuple(examples))


def missing_forms(visit: Visit) -> list[str]:
    """The codes of the required forms that are neither complete nor said to be not done."""
    there = {row.form for row in visit.records.all() if row.status in worklist.SETTLED}
    plan = protocol.current().visit(visit.code)
    return [form.form for form in plan.forms if form.required and form.form not in there]


def _lacking(visit: Visit) -> str:
    return f"{visit.participant.code} {visit}: {', '.join(missing_forms(visit))}"


def _place(record: Record) -> str:
    return f"{record.visit.participant.code} {record.visit}: {record.form}"


register_objections("backbone", backbone)
