"""The history of one item of a record, and the mark beside the item that opens it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from audit.as_of import changed_columns, versions
from trial import access, registry
from trial.access import Permission
from trial.margin import Look, Mark, Marks
from trial.models import Record
from trial.registry import FormSpec

_TIMES = {1: "once", 2: "twice"}


@dataclass(frozen=True)
class Value:
    """One value an item has had, the one before it, and who saved it when and why.

    ``words`` and ``was`` are empty for no answer; ``stands`` is true of the present value.
    """

    words: str
    was: str
    at: datetime
    who: str
    role: str
    reason: str
    first: bool
    stands: bool = False


def values_of(record: Record, item: str) -> list[Value]:
    """Every value the item has had, the newest first; a save that left it alone is no line."""
    spec = registry.form(record.form)
    found = list(_values(record, spec, item))
    if found:
        found[-1] = _standing(found[-1])
    return found[::-1]


def _values(record: Record, spec: FormSpec, item: str) -> Iterator[Value]:
    answered, before = False, spec.answer(item, {})
    for version in versions(spec.model, Q(record_id=record.pk)):
        words = spec.answer(item, version.row.values(spec.columns))
        if words == before:
            continue
        yield Value(
            words=words,
            was=before,
            at=version.at,
            who=version.who,
            role=version.role,
            reason=version.reason,
            first=not answered,
        )
        answered, before = True, words


def _standing(value: Value) -> Value:
    return Value(**{**value.__dict__, "stands": True})


def marks(look: Look, record: Record) -> Marks:
    """A mark for every item that has or had an answer, in one query for the whole record."""
    if not reads_trail(look, record):
        return {}
    spec = registry.form(record.form)
    changes = _changes(record, spec)
    return {
        item: [_mark(record, item, spec.labels[item], changes[item] - 1)]
        for item in spec.items
        if changes[item]
    }


def _changes(record: Record, spec: FormSpec) -> Counter[str]:
    """How often each item was saved with another answer than before, the first entry included."""
    owner = {column: item for item, columns in spec.items.items() for column in columns}
    defaults = {name for name in owner if spec.model._meta.get_field(name).has_default()}  # type: ignore[union-attr]  # answers are plain fields
    found: Counter[str] = Counter()
    for place, names in enumerate(changed_columns(spec.model, Q(record_id=record.pk))):
        # A first version names what is not blank, and "not untestable" is not blank.
        counted = set(names) - (defaults if place == 0 else set())
        found.update({owner[name] for name in counted if name in owner})
    return found


def _mark(record: Record, item: str, label: str, changed: int) -> Mark:
    words = f"Changed {_TIMES.get(changed, f'{changed} times')}: history" if changed else ""
    return Mark(
        "history",
        words or f"History of {label}",
        item_address(record, item),
        shown=bool(changed),
        inline=True,
    )


def item_address(record: Record, item: str) -> str:
    """The page of an item's history."""
    visit = record.visit
    place = [record.participant.code, visit.code, visit.occurrence, record.form, item]
    return reverse("item-history", args=place)


def reads_trail(look: Look, record: Record) -> bool:
    """Whether this person reads the trail of the record's site."""
    return access.may(look.user, Permission.READ_TRAIL, site=record.participant.site)
