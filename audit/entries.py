"""What happened, read from the history tables and the log of acts: a page in one query.

The database merges them (``audit.branches``). Names of people and things are read after that,
once per kind. What a reader may meet is told from above: this layer knows neither visits nor arms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit import branches
from audit.branches import Ranked
from audit.cursor import BadCursor, Cursor
from audit.models import AuditedModel
from audit.search import ACT, CHANGED, CREATED, Phrase, Search
from audit.sources import Model, Row, Source, audited_models

__all__ = [
    "ACT", "CHANGED", "CREATED", "BadCursor", "Change", "Cursor", "Entry", "Model", "Page",
    "Phrase", "Row", "Search", "Source", "audited_models", "count", "every", "page",
]  # fmt: skip

_AT_ONCE = 500


@dataclass(frozen=True)
class Change:
    """One field, with its old and new value; a key of another row is that row in words."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """One version of a row, or one act of the log (``model`` is None, ``about`` says what)."""

    at: datetime
    recorded_at: datetime
    kind: str
    actor: str
    role: str
    reason: str
    act_id: UUID | None
    participant: str
    model: Model | None
    about: Row
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Page:
    """Some entries in the order asked for, and where the rest begins (None: there is none)."""

    entries: tuple[Entry, ...]
    older: Cursor | None


def page(
    sources: Sequence[Source],
    *,
    events: Q | None,
    search: Search,
    before: Cursor | None = None,
    size: int = 40,
) -> Page:
    """A page. ``events`` is None where the reader meets no act of the log.

    ``before`` is where the last page ended, in the order of the search.
    """
    ranked = branches.ranked(sources)
    skipped = before.shown if before else 0
    wanted = branches.limited(ranked, events, search, past=before, limit=skipped + size + 1)
    with branches.planned_for(search):
        found = [] if wanted is None else list(wanted)[skipped:]
    entries = tuple(_entries(found[:size], ranked))
    return Page(entries, _after(entries, before) if len(found) > size else None)


def every(sources: Sequence[Source], *, events: Q | None, search: Search) -> Iterator[Entry]:
    """All entries in order, as of one instant, read a few hundred at a time."""
    ranked = branches.ranked(sources)
    wanted = branches.whole(ranked, events, search)
    if wanted is None:
        return
    # The rows come through a cursor of the database, which lives as long as the transaction.
    with branches.planned_for(search):
        rows = wanted.iterator(chunk_size=_AT_ONCE)
        while some := list(islice(rows, _AT_ONCE)):
            yield from _entries(some, ranked)


def count(sources: Sequence[Source], *, events: Q | None, search: Search) -> int:
    """How many entries there are."""
    return branches.count(sources, events, search)


def _after(entries: Sequence[Entry], before: Cursor | None) -> Cursor:
    last = entries[-1].at
    shown = sum(entry.at == last for entry in entries)
    if before is not None and before.at == last:
        shown += before.shown
    return Cursor(last, shown)


def _entries(found: Sequence[Row], ranked: Ranked) -> Iterator[Entry]:
    names = _names(found, ranked)
    for row in found:
        yield _entry(row, ranked.get(row["trail_rank"]), names)


def _raw_changes(row: Row, source: Source) -> Iterator[tuple[models.Field[Any, Any], Any, Any]]:
    """The fields that differ from the version before; of a first version, those with a value."""
    new, old = row["trail_new"], row["trail_old"]
    for one in source.fields:
        value = new[one.column]
        if old is None:
            default = one.get_default() if one.has_default() else None
            if value not in (None, "") and value != default:
                yield one, None, value
        elif value != old[one.column]:
            yield one, old[one.column], value


Names = Mapping[Model, Mapping[Any, str]]


def _names(found: Iterable[Row], ranked: Ranked) -> Names:
    """People and audited rows that the entries refer to, in words: one query per kind."""
    wanted: dict[Model, set[Any]] = defaultdict(set)
    wanted[User] = {row["trail_actor"] for row in found}
    for row in found:
        if source := ranked.get(row["trail_rank"]):
            for one, old, new in _raw_changes(row, source):
                related = one.related_model
                if isinstance(related, type) and issubclass(related, (User, AuditedModel)):
                    wanted[related] |= {old, new}
    return {model: _read(model, keys - {None}) for model, keys in wanted.items()}


def _read(model: Model, keys: Collection[Any]) -> dict[Any, str]:
    return {key: str(one) for key, one in model._default_manager.in_bulk(list(keys)).items()}


def _entry(row: Row, source: Source | None, names: Names) -> Entry:
    return Entry(
        at=row["trail_at"],
        recorded_at=row["trail_recorded_at"],
        kind=row["trail_kind"],
        actor=names[User].get(row["trail_actor"], ""),
        role=row["trail_role"],
        reason=row["trail_reason"],
        act_id=row["trail_act"],
        participant=row["trail_participant"] or "",
        model=source.model if source else None,
        about=_about(row, source),
        changes=tuple(_changes(row, source, names)) if source else (),
    )


def _about(row: Row, source: Source | None) -> Row:
    found: Row = row["trail_about"]
    return found if source is None else {path: found[path] for path in source.about}


def _changes(row: Row, source: Source, names: Names) -> Iterator[Change]:
    for one, old, new in _raw_changes(row, source):
        yield Change(one.name, _value(one, old, names), _value(one, new, names))


def _value(one: models.Field[Any, Any], raw: Any, names: Names) -> Any:
    related = one.related_model
    if raw is None:
        return None
    if not isinstance(related, type):
        return one.to_python(raw)
    return names.get(related, {}).get(raw, f"number {raw}")
