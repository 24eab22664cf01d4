"""The other half of a verification: the rows of the data against their history, and the floor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from psycopg import sql
from simple_history.utils import get_history_manager_for_model

from audit.entries import audited_models
from audit.findings import Finding, Findings, Kind
from audit.models import Event, Handled, Seal, SealedRow
from audit.operations import FUNCTIONS
from audit.tables import Connection, columns_of, stream

_LIVE = ("hermes_must_be_audited", "hermes_never_deleted", "hermes_never_deleted_all")
_KEPT = ("hermes_append_only", "hermes_append_only_all")
_TAKEN = ("hermes_taken_down", "hermes_gate")
_BODY = re.compile(r"FUNCTION (\w+)\([^$]*?\$\$(.*?)\$\$", re.DOTALL)

_DIFFERING = """
SELECT t.{key}::text, (pg_catalog.to_jsonb(t) - {only_now}::text[])::text,
       (pg_catalog.to_jsonb(h) - {only_then}::text[])::text, h.history_type
FROM {table} t LEFT JOIN LATERAL (
    SELECT * FROM {past} p WHERE p.{key} = t.{key} ORDER BY p.history_id DESC LIMIT 1) h ON true
WHERE h.history_id IS NULL OR h.history_type = '-'
   OR (pg_catalog.to_jsonb(t) - {only_now}::text[])
      IS DISTINCT FROM (pg_catalog.to_jsonb(h) - {only_then}::text[])
"""
_WITHOUT_ROW = """
SELECT h.{key}::text FROM {past} h WHERE h.history_type = '+'
AND NOT EXISTS (SELECT FROM {table} t WHERE t.{key} = h.{key})
"""


@dataclass(frozen=True)
class _Pair:
    """A table of the data and its history."""

    table: str
    past: str
    key: str

    @classmethod
    def all(cls) -> Iterator[_Pair]:
        for model in audited_models():
            past = get_history_manager_for_model(model).model
            yield cls(model._meta.db_table, past._meta.db_table, str(model._meta.pk.column))

    def names(self, connection: Connection) -> dict[str, sql.Composable]:
        now, then = (set(columns_of(connection, name)) for name in (self.table, self.past))
        return {
            "table": sql.Identifier(self.table),
            "past": sql.Identifier(self.past),
            "key": sql.Identifier(self.key),
            "only_now": sql.Literal(sorted(now - then)),
            "only_then": sql.Literal(sorted(then - now)),
        }


def check_rows(connection: Connection, findings: Findings) -> None:
    """Each row of the data must be what its newest history row says, and none may be missing."""
    for pair in _Pair.all():
        names = pair.names(connection)
        differing = sql.SQL(_DIFFERING).format(**names)
        for key, now, then, kind in stream(connection, f"rows_{pair.table}", differing):
            _differs(pair, key, now, then if kind != "-" else None, findings)
        without = sql.SQL(_WITHOUT_ROW).format(**names)
        for (key,) in stream(connection, f"gone_{pair.table}", without):
            says = f"its history is in {pair.past}, and the row is not there"
            findings.add(Finding(pair.table, key, "", Kind.DELETED, says))


def _differs(pair: _Pair, key: str, now: str, then: str | None, findings: Findings) -> None:
    if then is None:
        says = f"{pair.past} knows nothing of it: it was put there around the trail"
        findings.add(Finding(pair.table, key, "", Kind.INSERTED, says))
        return
    held, told = json.loads(now), json.loads(then)
    says = f"it is not what its newest row in {pair.past} says"
    for name in sorted(held):
        if held[name] != told.get(name):
            findings.add(Finding(pair.table, key, name, Kind.CHANGED, says))


def check_triggers(connection: Connection, findings: Findings) -> None:
    """Every trigger of the floor is there and fires, and does what this program wrote into it."""
    found = connection.execute(
        "SELECT c.relname, t.tgname FROM pg_catalog.pg_trigger t"
        " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid WHERE t.tgenabled IN ('O', 'A')"
    )
    there = set(found.fetchall())
    for table, name in _expected():
        if (table, name) not in there:
            says = f"its trigger {name} is gone or switched off"
            findings.add(Finding(table, None, "", Kind.FLOOR_LIFTED, says))
    bodies = dict(
        connection.execute(
            "SELECT proname, prosrc FROM pg_catalog.pg_proc WHERE proname LIKE 'hermes%'"
        ).fetchall()
    )
    for name, body in _BODY.findall(FUNCTIONS):
        if bodies.get(name, "").strip() != body.strip():
            says = f"the function {name} does not say what this version of the program wrote"
            findings.add(Finding("functions", None, name, Kind.FLOOR_LIFTED, says))


def _expected() -> Iterator[tuple[str, str]]:
    for pair in _Pair.all():
        yield from ((pair.table, name) for name in _LIVE)
        yield from ((pair.past, name) for name in _KEPT + _TAKEN)
    logs: tuple[type[models.Model], ...] = (Event, Handled, Seal, SealedRow)
    for model in logs:
        yield from ((model._meta.db_table, name) for name in _KEPT)
    yield from ((Event._meta.db_table, name) for name in _TAKEN)
