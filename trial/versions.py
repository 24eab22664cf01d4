"""A record as it was in one of its versions, and who changed what since then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simple_history.utils import get_history_manager_for_model

from trial import registry
from trial.models import Record

DATE = "assessed_on"


@dataclass(frozen=True)
class Change:
    """Who changed a column, and when."""

    by: str
    at: datetime


def content_at(record: Record | None, version: int) -> dict[str, Any]:
    """The answers and the date of the assessment in a version; empty where there was none.

    A version nobody ever saved is empty too: whoever claims to have seen it is shown every
    difference.
    """
    if record is None or not 0 < version <= record.version:
        return {}
    spec = registry.form(record.form)
    upto = Record.history.filter(id=record.pk, version__lte=version)
    past = get_history_manager_for_model(spec.model)
    rows = past.filter(record_id=record.pk, history_act__in=upto.values("history_act"))
    answers = rows.order_by("-history_id").first()
    head = upto.order_by("-history_id").first()
    found = {} if answers is None else answers.instance.values(spec.columns)
    return {**found, DATE: None if head is None else head.assessed_on}


def changes_since(record: Record, version: int) -> dict[str, Change]:
    """By column, the newest change after a version."""
    later = Record.history.filter(id=record.pk, version__gt=version)
    past = get_history_manager_for_model(registry.form(record.form).model)
    rows = past.filter(record_id=record.pk, history_act__in=later.values("history_act"))
    found: dict[str, Change] = {}
    for row in (*_stamps(rows), *_stamps(later)):
        for column in row.history_changed:
            found.setdefault(column, Change(str(row.history_user or ""), row.history_date))
    return found


def _stamps(rows: Any) -> Any:
    return rows.select_related("history_user").order_by("-history_id")
