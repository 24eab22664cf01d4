"""A trail to take away: every line of it as CSV or JSON, made while it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.trail import Line
from monitoring.presenters import Group
from trial.csv_cells import guarded, line

KINDS = {"+": "first entry", "~": "change", "!": "act"}
COLUMNS = (
    "at_utc", "at_local", "zone", "recorded_at_utc", "person", "role", "participant", "kind",
    "what", "about", "field", "old", "new", "reason", "answers_query",
)  # fmt: skip


def csv(found: Iterable[Group], _about: Mapping[str, Any]) -> Iterator[str]:
    """A header row, then one row a line of the trail."""
    yield line(COLUMNS)
    for row in _rows(found):
        yield line(guarded(row[name]) for name in COLUMNS)


def as_json(found: Iterable[Group], about: Mapping[str, Any]) -> Iterator[str]:
    """One object: what the file is, and the lines. It ends only if it is whole."""
    yield json.dumps(dict(about))[:-1] + ', "lines": ['
    for number, row in enumerate(_rows(found)):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


SHAPES: Mapping[str, Callable[[Iterable[Group], Mapping[str, Any]], Iterator[str]]] = {
    "csv": csv,
    "json": as_json,
}
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def _rows(found: Iterable[Group]) -> Iterator[dict[str, str]]:
    for group in found:
        for one in group.lines:
            yield _row(one, group)


def _row(one: Line, group: Group) -> dict[str, str]:
    return {
        "at_utc": _instant(one.at),
        "at_local": one.at.astimezone(ZoneInfo(group.zone)).isoformat() if group.zone else "",
        "zone": group.zone,
        "recorded_at_utc": _instant(one.recorded_at),
        "person": one.actor,
        "role": one.role,
        "participant": one.participant,
        "kind": KINDS[one.kind],
        "what": one.title,
        "about": one.subject,
        "field": one.field,
        "old": one.old,
        "new": one.new,
        "reason": one.reason,
        "answers_query": ", ".join(group.answers),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
