"""The one query of the trail: every history table gives its rows, the log its own, all merged.

Each part is ordered and limited by itself, so that the database walks an index of each and never
reads a table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.db.models import (
    CharField,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import JSONObject

from audit.cursor import Cursor
from audit.models import Event
from audit.search import ACT, Search
from audit.sources import Model, Source

_NEWEST_FIRST = ("-trail_at", "-trail_recorded_at", "-trail_rank", "-trail_key")
_OLDEST_FIRST = ("trail_at", "trail_recorded_at", "trail_rank", "trail_key")

Ranked = Mapping[int, Source]
Rows = models.QuerySet[Any, dict[str, Any]]


class _Exact(json.JSONDecoder):
    """Numbers as PostgreSQL has them: 92.50 stays 92.50."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class _Json(JSONObject):
    output_field = JSONField(decoder=_Exact)


class _WholeRow(Func):
    """The row a column stands in, by the names of its columns.

    Naming each of some hundred columns of forty tables, twice, took Django longer than the
    database needs to find the rows. What a source shows of them is picked by ``Source.fields``.
    """

    arity = 1
    output_field = JSONField(decoder=_Exact)

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> Any:
        """The table's alias stands for the row."""
        (column,) = self.get_source_expressions()
        return f"to_jsonb({compiler.quote_name_unless_alias(column.alias)})", []


def ranked(sources: Sequence[Source]) -> Ranked:
    """The sources by the number their rows carry."""
    return dict(enumerate(sources, start=1))


def limited(
    sources: Ranked, events: Q | None, search: Search, *, past: Cursor | None, limit: int
) -> Rows | None:
    """The first ``limit`` rows from an instant on; None where nothing can be asked."""
    order = _OLDEST_FIRST if search.oldest else _NEWEST_FIRST
    side = "trail_at__gte" if search.oldest else "trail_at__lte"
    parts = [
        (part if past is None else part.filter(**{side: past.at})).order_by(*order)[:limit]
        for part in _parts(sources, events, search)
    ]
    return _merged(parts, order, limit)


@contextmanager
def planned_for(search: Search) -> Iterator[None]:
    """Run the query inside; where words are searched for, by the index on words.

    PostgreSQL takes every word for a common one and would rather walk the whole trail backwards
    until it has met it often enough, which for a rare word is never.
    """
    with transaction.atomic():
        if search.phrase is None:
            yield
            return
        _walk_in_order("off")
        yield
        _walk_in_order("on")


def _walk_in_order(state: str) -> None:
    with connection.cursor() as cursor:
        for way in ("enable_indexscan", "enable_seqscan"):
            cursor.execute("SELECT set_config(%s, %s, true)", [way, state])


def whole(sources: Ranked, events: Q | None, search: Search) -> Rows | None:
    """All rows in order; None where nothing can be asked."""
    order = _OLDEST_FIRST if search.oldest else _NEWEST_FIRST
    return _merged([part.order_by() for part in _parts(sources, events, search)], order, None)


def count(sources: Sequence[Source], events: Q | None, search: Search) -> int:
    """How many rows there are in all."""
    total = 0
    for source in sources:
        asked = search.rows(source.participant_path)
        if asked is not None:
            total += source.past._default_manager.filter(source.condition & asked).count()
    acts = search.acts()
    if events is not None and acts is not None:
        total += Event.objects.filter(events & acts).count()
    return total


def _parts(sources: Ranked, events: Q | None, search: Search) -> Iterator[Rows]:
    for rank, source in sources.items():
        asked = search.rows(source.participant_path)
        if asked is not None:
            yield _rows(source, rank, asked)
    acts = search.acts()
    if events is not None and acts is not None:
        yield _acts(events & acts, len(sources) + 1)


def _merged(parts: Sequence[Rows], order: Sequence[str], limit: int | None) -> Rows | None:
    if not parts:
        return None
    first, *rest = parts
    if not rest:
        return first if limit is not None else first.order_by(*order)
    found: Rows = first.union(*rest, all=True).order_by(*order)
    return found if limit is None else found[:limit]


def _rows(source: Source, rank: int, asked: Q) -> Rows:
    told = _told(source.past, source.model, rank, source.participant_path, source.about)
    return told.filter(source.condition & asked)


@cache
def _told(
    past: Model, model: Model, rank: int, participant_path: str, about: tuple[str, ...]
) -> Rows:
    """What every row of a history tells, whoever asks: put together once, never read as it is."""
    versions, key = past._default_manager, model._meta.pk.attname
    earlier = versions.filter(**{key: OuterRef(key), "history_id__lt": OuterRef("history_id")})
    return _columns(
        versions.all(),
        rank=rank,
        at="history_date",
        key="history_id",
        recorded_at="history_recorded_at",
        kind=F("history_type"),
        actor="history_user_id",
        role="history_role",
        reason="history_change_reason",
        act="history_act",
        participant=F(participant_path) if participant_path else _text(""),
        about=_Json(**{path: F(path) for path in about}),
        new=_WholeRow("history_id"),
        old=Subquery(
            earlier.order_by("-history_id").values(trail_content=_WholeRow("history_id"))[:1],
            output_field=JSONField(decoder=_Exact),
        ),
    )


def _acts(asked: Q, rank: int) -> Rows:
    nothing = Value(None, output_field=JSONField(decoder=_Exact))
    return _columns(
        Event.objects.filter(asked),
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
