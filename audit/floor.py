"""The other half of a verification: the rows of the data against their history, and the floor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from psycopg import sql
from simple_history.utils import get_history_manager_for_model

from audit.entries import audited_models
from audit.findings import Finding, Findings, Kind
from audit.laid import Trigger, laid
from audit.models import Event, Handled, Seal, SealedRow
from audit.tables import Connection, columns_of, stream

_LIVE = ("hermes_must_be_audited", "hermes_never_deleted", "hermes_never_deleted_all")
_KEPT = ("hermes_append_only", "hermes_append_only_all")
_TAKEN = ("hermes_taken_down", "hermes_gate")

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
    """Every trigger of the floor is there, fires, and does what this program wrote into it."""
    wanted, there = laid(), _triggers_of(connection)
    for table, name in sorted(wanted.triggers.keys() | set(_expected())):
        says = ""
        if (table, name) not in there:
            says = f"its trigger {name} is gone or switched off"
        elif there[table, name] != wanted.triggers.get((table, name)):
            says = f"its trigger {name} is not the one this version of the program laid"
        if says:
            findings.add(Finding(table, None, "", Kind.FLOOR_LIFTED, says))
    bodies = _bodies_of(connection)
    for name, body in sorted(wanted.functions.items()):
        if bodies.get(name) != {body}:
            says = f"the function {name} does not say what this version of the program wrote"
            findings.add(Finding("functions", None, name, Kind.FLOOR_LIFTED, says))


_TRIGGERS = """
SELECT c.relname, t.tgname, p.proname, t.tgtype, t.tgargs, t.tgdeferrable AND t.tginitdeferred,
    t.tgqual IS NOT NULL OR t.tgattr <> ''::int2vector
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = c.relnamespace
WHERE t.tgenabled IN ('O', 'A') AND pg_catalog.pg_table_is_visible(c.oid)
"""
_BODIES = """
SELECT proname, CASE WHEN proconfig IS NULL THEN prosrc ELSE '' END
FROM pg_catalog.pg_proc WHERE proname LIKE 'hermes%'
"""


def _triggers_of(connection: Connection) -> dict[tuple[str, str], Trigger]:
    found = {}
    for table, name, function, kind, raw, *how in connection.execute(_TRIGGERS).fetchall():
        arguments = bytes(raw).decode().split("\0")[:-1]
        found[table, name] = Trigger(function, kind, tuple(sorted(arguments)), *how)
    return found


def _bodies_of(connection: Connection) -> dict[str, set[str]]:
    """More than one for a name: another of that name might be called in its place."""
    found: dict[str, set[str]] = {}
    for name, body in connection.execute(_BODIES).fetchall():
        found.setdefault(name, set()).add(body.strip())
    return found


def _expected() -> Iterator[tuple[str, str]]:
    for pair in _Pair.all():
        yield from ((pair.table, name) for name in _LIVE)
        yield from ((pair.past, name) for name in _KEPT + _TAKEN)
    logs: tuple[type[models.Model], ...] = (Event, Handled, Seal, SealedRow)
    for model in logs:
        yield from ((model._meta.db_table, name) for name in _KEPT)
    yield from ((Event._meta.db_table, name) for name in _TAKEN)
