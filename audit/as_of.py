"""How rows stood at an instant, and every version of them, read from the history tables.

A version is newer than another when its number is higher: two people may act in one order and be
written in the other, and what was written last is what stood. So "as of now" is always what the
tables hold. The condition is asked of the history table, whose columns and foreign keys have the
names of the model's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from simple_history.utils import get_history_manager_for_model

Model = type[models.Model]


@dataclass(frozen=True)
class Version:
    """One version of a row: the row as it was (not to be saved), by whom, when and why.

    ``at`` is the act's time in UTC; ``first`` says that the row began with this version.
    """

    row: Any
    at: datetime
    who: str
    role: str
    reason: str
    first: bool


@dataclass(frozen=True)
class Moment:
    """An instant at which something changed, in UTC, and who did it."""

    at: datetime
    who: str


def versions(model: Model, rows: Q) -> list[Version]:
    """Every version of the rows, the oldest first, in one query."""
    return [_version(one) for one in _past(model).filter(rows).order_by("history_id")]


def as_of(model: Model, rows: Q, at: datetime) -> dict[Any, Version]:
    """The rows that existed at an instant, by key, each as it stood then, in one query."""
    key = model._meta.pk.attname
    found = _past(model).filter(rows, history_date__lte=at)
    newest = found.order_by(key, "-history_id").distinct(key)
    return {getattr(one, key): _version(one) for one in newest}


def changed_columns(model: Model, rows: Q) -> list[list[str]]:
    """The columns each version of the rows changed, the oldest first, in one query."""
    found = _past(model).filter(rows).order_by("history_id")
    return list(found.values_list("history_changed", flat=True))


def moments(sources: Sequence[tuple[Model, Q]], *, most: int) -> list[Moment]:
    """The instants at which any of the rows changed, the newest first, in one query."""
    first, *rest = [
        _past(model)
        .filter(rows)
        .order_by()
        .values_list("history_date", "history_user__full_name", "history_role")
        .distinct()
        for model, rows in sources
    ]
    # One act may touch several tables, and two acts may share an instant: the names decide then,
    # since the order in which rows were written can tell of rows the reader may not know of.
    order = ("-history_date", "-history_user__full_name", "-history_role")
    found = first.union(*rest).order_by(*order)[:most]
    named = {at: name or role for at, name, role in reversed(list(found))}
    return [Moment(at, named[at]) for at in sorted(named, reverse=True)]


def _past(model: Model) -> models.QuerySet[Any]:
    past: models.QuerySet[Any] = get_history_manager_for_model(model).model._default_manager.all()
    return past.select_related("history_user")


def _version(one: Any) -> Version:
    return Version(
        row=one.instance,
        at=one.history_date,
        who=str(one.history_user) if one.history_user else one.history_role,
        role=one.history_role if one.history_user else "",
        reason=one.history_change_reason or "",
        first=one.history_type == "+",
    )
