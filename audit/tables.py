"""The tables the seal covers, and one row of them as the bytes that are hashed.

The bytes are the table's name and the row as PostgreSQL writes it in JSON, with the settings that
bear on it fixed. They are hashed here and not in the database: whoever may alter a row there may
alter a function too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from simple_history.utils import get_history_manager_for_model

from audit.entries import audited_models
from audit.models import Event

Connection = psycopg.Connection[Any]

BEFORE_ALL = -(2**63)
"""Lower than every key."""
COLUMN_BYTES = 4
_AT_ONCE = 2000
_RENDERING = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
}
_DATES = frozenset({"history_date", "history_recorded_at", "at", "recorded_at"})


@dataclass(frozen=True)
class SealedTable:
    """A table of the trail. ``places`` are its columns that say to what or whom a row belongs."""

    name: str
    key: str
    places: frozenset[str] = frozenset()

    @property
    def dates(self) -> frozenset[str]:
        """The columns that say when the row was made."""
        return _DATES


def sealed_tables() -> tuple[SealedTable, ...]:
    """Every history, and the log of acts.

    Not ``audit_handled``: it remembers which program took up an event, and nobody's act. Not the
    allocation list: its own commitment covers it.
    """
    log = Event._meta.db_table
    found = [SealedTable(log, "id", frozenset({"participant", "subject_id"}))]
    for model in audited_models():
        past = get_history_manager_for_model(model).model
        kin = {str(one.column) for one in model._meta.concrete_fields if one.is_relation}
        places = frozenset({str(model._meta.pk.column), *kin})
        found.append(SealedTable(past._meta.db_table, "history_id", places))
    return tuple(sorted(found, key=lambda table: table.name))


def fix_rendering(connection: Connection) -> None:
    """Let rows be written alike on every server, until the running transaction ends."""
    for name, value in _RENDERING.items():
        connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])


def columns_of(connection: Connection, table: str) -> list[str]:
    """The columns of a table in alphabetical order; none where there is no such table."""
    found = connection.execute(
        "SELECT attname FROM pg_catalog.pg_attribute"
        " WHERE attrelid = pg_catalog.to_regclass(pg_catalog.quote_ident(%s))"
        " AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return sorted(name for (name,) in found.fetchall())


def rows(
    connection: Connection,
    table: SealedTable,
    *,
    after: int = BEFORE_ALL,
    upto: int,
    without: Sequence[str] = (),
    limit: int | None = None,
) -> Iterator[tuple[int, str]]:
    """Key and text of the rows in order, from past ``after`` to ``upto``; flat memory.

    ``without`` names columns to leave out: those younger than the seal.
    """
    row: sql.Composable = sql.SQL("pg_catalog.to_jsonb(t)")
    if without:
        row = sql.SQL("({} - {}::text[])").format(row, sql.Literal(list(without)))
    statement = sql.SQL(
        "SELECT t.{key}, {row}::text FROM {table} t"
        " WHERE t.{key} > {after} AND t.{key} <= {upto} ORDER BY t.{key}{limit}"
    ).format(
        key=sql.Identifier(table.key),
        row=row,
        table=sql.Identifier(table.name),
        after=sql.Literal(after),
        upto=sql.Literal(upto),
        limit=sql.SQL("") if limit is None else sql.SQL(" LIMIT {}").format(sql.Literal(limit)),
    )
    yield from stream(connection, f"rows_of_{table.name}", statement)


def stream(connection: Connection, name: str, statement: sql.Composed) -> Iterator[Any]:
    """The rows of a query, some at a time, by a cursor of the server."""
    with connection.cursor(name=name[:60]) as cursor:
        cursor.execute(statement)
        while block := cursor.fetchmany(_AT_ONCE):
            yield from block


def row_digest(table: str, text: str) -> bytes:
    """The SHA-256 of one row."""
    return hashlib.sha256(f"{table}\n{text}".encode()).digest()


# Numbers stay the characters PostgreSQL wrote: 92.50 is not 92.5.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
_ENCODER = json.JSONEncoder(sort_keys=True)


def column_digests(text: str, columns: Sequence[str]) -> bytes:
    """Four bytes for each of these columns of a row, one after the other."""
    content = _DECODER.decode(text)
    return b"".join(_column_digest(name, content.get(name)) for name in columns)


def _column_digest(name: str, value: Any) -> bytes:
    return hashlib.sha256(f"{name}\0{_ENCODER.encode(value)}".encode()).digest()[:COLUMN_BYTES]


def by_column(digests: bytes, columns: Sequence[str]) -> Mapping[str, bytes]:
    """The digests of ``column_digests`` by the name of the column."""
    parts = range(0, len(digests), COLUMN_BYTES)
    return dict(zip(columns, (digests[at : at + COLUMN_BYTES] for at in parts), strict=False))


class TableDigest:
    """The digest of one table in one seal: over key, hash and column digests, by key."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.first: int | None = None
        self.last: int | None = None
        self.count = 0

    def add(self, key: int, digest: bytes, columns: bytes) -> None:
        """The next row."""
        self._hash.update(key.to_bytes(8, "big", signed=True) + digest + columns)
        self.first = key if self.first is None else self.first
        self.last = key
        self.count += 1

    def content(self) -> dict[str, Any]:
        """What a seal says of the table, the columns apart."""
        return {
            "first": self.first,
            "last": self.last,
            "count": self.count,
            "digest": self._hash.hexdigest(),
        }
