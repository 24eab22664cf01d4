"""What happened, read from the history tables and the log of acts: a page in one query.

Every history table gives its newest rows past the cursor, each with the version before it, and
the log gives its own; the database merges them. Names of people and things are read after that,
once per kind. What a reader may meet is told from above: this layer knows neither visits nor arms.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import CharField, F, IntegerField, JSONField, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject
from simple_history.utils import get_history_manager_for_model

from accounts.models import User
from audit.models import AuditedModel, Event

CREATED, CHANGED, ACT = "+", "~", "!"
# Counts the saves: it says nothing that the line itself does not.
_COUNTERS = frozenset({"version"})
_NEWEST_FIRST = ("-trail_at", "-trail_recorded_at", "-trail_rank", "-trail_key")
_MANY = 1_000_000

Row = Mapping[str, Any]
Model = type[models.Model]
Rows = models.QuerySet[Any, dict[str, Any]]


class BadCursor(ValueError):  # noqa: N818 - what was sent, not what went wrong here
    """A place in the trail that cannot be read."""


@dataclass(frozen=True)
class Cursor:
    """A place in the trail: the instant it has come to, and how many entries of it were shown.

    It holds no key of a row: from the gaps in keys a reader could tell rows that are kept back.
    """

    at: datetime
    shown: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.shown}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what ``str`` wrote.

        Raises:
            BadCursor: anything else.
        """
        try:
            at, shown = text.split("~")
            place = cls(datetime.fromisoformat(at), int(shown))
        except ValueError as error:
            raise BadCursor(text) from error
        if place.at.tzinfo is None or not 0 <= place.shown <= _MANY:
            raise BadCursor(text)
        return place


@dataclass(frozen=True)
class Source:
    """One table in the trail of one reader.

    ``allowed`` is asked of its history rows. ``about`` names what says which row it is, as paths
    from the history row (``record__visit__code``); it is the subject and not shown as fields.
    """

    model: Model
    allowed: Q = field(default_factory=Q)
    about: tuple[str, ...] = ()

    @property
    def past(self) -> Model:
        """The history table."""
        past: Model = get_history_manager_for_model(self.model).model
        return past

    @cached_property
    def participant_path(self) -> str:
        """The path to the participant's code; empty for rows of nobody in particular."""
        path: str = getattr(self.model, "participant_path", "")
        return {"": "", "self": "code"}.get(path, f"{path}__code")

    @cached_property
    def fields(self) -> tuple[models.Field[Any, Any], ...]:
        """The fields of the trail: what a person entered, neither place nor key nor total."""
        place = {path.split("__")[0] for path in (self.participant_path, *self.about)}
        kept = {one.name for one in self.past._meta.concrete_fields}
        return tuple(
            one
            for one in self.model._meta.concrete_fields
            if one.name in kept - _COUNTERS
            and not one.primary_key
            and not one.generated
            and not (one.name in place and (one.is_relation or one.name in self.about))
        )


@dataclass(frozen=True)
class Search:
    """What to show; empty means everything. ``since`` is included, ``until`` is not."""

    participant: str = ""
    actor: int | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def rows(self, participant_path: str) -> Q | None:
        """The condition on a history table; None where it has nothing to show."""
        if self.kind == ACT or (self.participant and not participant_path):
            return None
        return self._condition(
            participant_path, actor="history_user_id", at="history_date", kind="history_type"
        )

    def acts(self) -> Q | None:
        """The condition on the log."""
        if self.kind not in {"", ACT}:
            return None
        return self._condition("participant", actor="actor_id", at="at")

    def _condition(self, participant: str, *, actor: str, at: str, kind: str = "") -> Q:
        asked = {
            participant: self.participant,
            actor: self.actor,
            kind: self.kind,
            f"{at}__gte": self.since,
            f"{at}__lt": self.until,
        }
        return Q(**{path: value for path, value in asked.items() if path and value})


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
    """Some entries, the newest first, and where the older ones begin (None: there are none)."""

    entries: tuple[Entry, ...]
    older: Cursor | None


def audited_models() -> tuple[Model, ...]:
    """Every model with a history, in a fixed order."""
    found = [model for model in apps.get_models() if issubclass(model, AuditedModel)]
    return (User, *sorted(found, key=lambda model: model._meta.label))


def page(
    sources: Sequence[Source],
    *,
    events: Q | None,
    search: Search,
    before: Cursor | None = None,
    size: int = 40,
) -> Page:
    """A page, the newest first. ``events`` is None where the reader meets no act of the log."""
    ranked = dict(enumerate(sources, start=1))
    branches = [_rows(source, rank, search) for rank, source in ranked.items()]
    branches.append(_acts(events, len(ranked) + 1, search))
    skipped = before.shown if before else 0
    limit = skipped + size + 1
    wanted = [_older(branch, before)[:limit] for branch in branches if branch is not None]
    found = _merged(wanted, limit)[skipped:]
    shown = found[:size]
    names = _names(shown, ranked)
    entries = tuple(_entry(row, ranked.get(row["trail_rank"]), names) for row in shown)
    return Page(entries, _after(entries, before) if len(found) > size else None)


def _after(entries: Sequence[Entry], before: Cursor | None) -> Cursor:
    last = entries[-1].at
    shown = sum(entry.at == last for entry in entries)
    if before is not None and before.at == last:
        shown += before.shown
    return Cursor(last, shown)


class _Exact(json.JSONDecoder):
    """Numbers as PostgreSQL has them: 92.50 stays 92.50."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class _Json(JSONObject):
    output_field = JSONField(decoder=_Exact)


def _rows(source: Source, rank: int, search: Search) -> Rows | None:
    asked = search.rows(source.participant_path)
    if asked is None:
        return None
    past, key = source.past._default_manager, source.model._meta.pk.attname
    content = _Json(**{one.attname: F(one.attname) for one in source.fields})
    earlier = past.filter(**{key: OuterRef(key), "history_id__lt": OuterRef("history_id")})
    return _columns(
        past.filter(source.allowed & asked),
        rank=rank,
        at="history_date",
        key="history_id",
        recorded_at="history_recorded_at",
        kind=F("history_type"),
        actor="history_user_id",
        role="history_role",
        reason="history_change_reason",
        act="history_act",
        participant=F(source.participant_path) if source.participant_path else _text(""),
        about=_Json(**{path: F(path) for path in source.about}),
        new=content,
        old=Subquery(
            earlier.order_by("-history_id").values(trail_content=content.copy())[:1],
            output_field=JSONField(decoder=_Exact),
        ),
    )


def _acts(events: Q | None, rank: int, search: Search) -> Rows | None:
    asked = search.acts()
    if events is None or asked is None:
        return None
    nothing = Value(None, output_field=JSONField(decoder=_Exact))
    return _columns(
        Event.objects.filter(events & asked),
        rank=rank,
        at="at",
        key="id",
        recorded_at="recorded_at",
        kind=_text(ACT),
        actor="actor_id",
        role="role",
        reason="reason",
        act="act_id",
        participant=F("participant"),
        about=_Json(name=F("name"), data=F("data")),
        new=nothing,
        old=nothing,
    )


def _text(text: str) -> Value:
    return Value(text, output_field=CharField())


def _columns(found: models.QuerySet[Any], *, rank: int, **columns: Any) -> Rows:
    """The columns every part of the merged query has, by the same names and in the same order."""
    named = {
        f"trail_{name}": F(source) if isinstance(source, str) else source
        for name, source in columns.items()
    }
    number = Value(rank, output_field=IntegerField())
    rows: Rows = found.order_by().annotate(trail_rank=number, **named).values("trail_rank", *named)
    return rows


def _older(found: Rows, before: Cursor | None) -> Rows:
    if before is not None:
        found = found.filter(trail_at__lte=before.at)
    return found.order_by(*_NEWEST_FIRST)


def _merged(parts: Sequence[Rows], limit: int) -> list[dict[str, Any]]:
    if not parts:
        return []
    first, *rest = parts
    if not rest:
        return list(first)
    return list(first.union(*rest, all=True).order_by(*_NEWEST_FIRST)[:limit])


def _raw_changes(row: Row, source: Source) -> Iterator[tuple[models.Field[Any, Any], Any, Any]]:
    """The fields that differ from the version before; of a first version, those with a value."""
    new, old = row["trail_new"], row["trail_old"]
    for one in source.fields:
        value = new[one.attname]
        if old is None:
            default = one.get_default() if one.has_default() else None
            if value not in (None, "") and value != default:
                yield one, None, value
        elif value != old[one.attname]:
            yield one, old[one.attname], value


Names = Mapping[Model, Mapping[Any, str]]


def _names(found: Sequence[Row], ranked: Mapping[int, Source]) -> Names:
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
