"""A slip put right at once by whoever made it: the one change that explains itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from simple_history.utils import get_history_manager_for_model

from accounts.models import User
from trial import protocol, registry
from trial.models import Record
from trial.reasons import TYPING_ERROR


def slip_reason(record: Record, changed: Collection[str], actor: User, at: datetime) -> str:
    """The reason that stands for itself, or nothing where a person has to say why.

    ``changed`` are the answer columns that change, ``"assessed_on"`` among them. Each was first
    entered by the same person within the protocol's minutes, nobody else ever touched it, and
    nobody has signed anything of the participant since, nor ever this record. Taking back a "not
    done" is never a slip.
    """
    minutes = protocol.current().slip_minutes
    if not minutes or not changed or record.status == "not_done":
        return ""
    first = at - timedelta(minutes=minutes)
    signed = Q(record=record) | Q(signed_at__gte=first)
    if record.participant.signatures.filter(signed).exists():
        return ""
    if not all(_own(record, column, actor, first, at) for column in changed):
        return ""
    span = "minute" if minutes == 1 else "minutes"
    return f"{TYPING_ERROR} (automatic, within {minutes} {span} of entry)"


def _own(record: Record, column: str, actor: User, first: datetime, at: datetime) -> bool:
    """Whether only this person ever entered the answer, all of it between the two instants."""
    entered = _entries(record, column)
    return bool(entered) and all(
        row.history_user_id == actor.pk and first <= row.history_date <= at for row in entered
    )


def _entries(record: Record, column: str) -> list[Any]:
    """The versions in which the answer was entered, replaced or taken away, the first one first."""
    spec = registry.form(record.form)
    is_answer = column in spec.columns
    past = get_history_manager_for_model(spec.model if is_answer else Record)
    key = {"record_id": record.pk} if is_answer else {"id": record.pk}
    rows = past.filter(**key, history_changed__contains=[column]).order_by("history_id")
    found = list(rows)
    # A mark that is not set is noted with the first version: nobody entered it.
    while found and _blank(found[0].instance, column, answer=is_answer):
        found.pop(0)
    return found


def _blank(row: Any, column: str, *, answer: bool) -> bool:
    value = row.values((column,))[column] if answer else getattr(row, column)
    return value is None or value == ""
