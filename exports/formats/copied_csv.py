"""Tidy CSV written by PostgreSQL itself (COPY): byte for byte what ``tidy_csv`` writes.

The server formats and quotes the rows; here they are only hashed, counted and put on the disk, one
at a time. Two things are decided beforehand, column by column: whether the type it has in the
database is what the catalogue declares, and how its values are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import psycopg
from django.db import connection
from psycopg.pq import ExecStatus

from exports.formats.tidy_csv import UnfitCellError
from exports.output import HashedFile, WrittenFile
from exports.tables import CHUNK, Column, Kind, Selection
from trial.csv_cells import line

_TEXT, _WHOLE = ("text", "varchar"), ("int2", "int4", "int8")
_TYPES: dict[Kind, tuple[str, ...]] = {
    "text": _TEXT,
    "partial": _TEXT,
    "choice": (*_TEXT, *_WHOLE),
    "integer": _WHOLE,
    "decimal": ("numeric", *_WHOLE),
    "boolean": ("bool",),
    "date": ("date",),
    "datetime": ("timestamptz",),
}
# How a value of each type is written. An empty text is an empty cell; what a spreadsheet would
# compute is guarded (trial.csv_cells). All that begins such a text sorts before a letter.
_GUARDED = (
    "CASE WHEN {0} COLLATE \"C\" >= 'A' THEN {0}"
    " WHEN left(ltrim({0}, ''''), 1) IN ('=', '+', '-', '@', E'\\t', E'\\r')"
    " THEN '''' || {0} ELSE nullif({0}, '') END"
)
# A value that no file can hold becomes an error of the server, which names the column.
_UNFIT = "CASE WHEN {0} {strange} THEN ('column {name} holds ' || {0})::{type} ELSE {0} END"
_DAYS = "NOT BETWEEN '0001-01-01' AND '9999-12-31'"
_WRITTEN = {
    **dict.fromkeys(_TEXT, _GUARDED),
    **dict.fromkeys(_WHOLE, "{0}"),
    "bool": "{0}::int",
    "numeric": _UNFIT.replace("{strange}", "IN ('NaN', 'Infinity', '-Infinity')"),
    "date": _UNFIT.replace("{strange}", _DAYS),
    "timestamptz": f"to_char({_UNFIT.replace('{strange}', _DAYS)} AT TIME ZONE 'UTC',"
    """ 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
}
# For the transaction: a table of a hundred thousand rows is sorted in the server's memory.
_SETTINGS = """
SELECT set_config('datestyle', 'ISO', true), set_config('jit', 'off', true), set_config(
    'work_mem', greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 32768)::text, true
)
"""
_STRANGE = re.compile(r"column \w+ holds")


def write(
    path: Path, columns: Sequence[Column], selection: Selection, tick: Callable[[], None]
) -> WrittenFile:
    """Write a selection to a new file and onto the disk; ``tick`` is called once a row.

    Raises:
        UnfitCellError: a column, or a value in it, is not of the kind declared; the message names
            file and column.
        OSError: the disk is full or the folder is gone.
    """
    names = [column.name for column in columns]
    count = 0
    with HashedFile(path) as out, connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        query = cursor.cursor.mogrify(*selection.values(names).query.sql_with_params())
        cells = _cells(path.name, columns, _types(query))
        # A sorted query stays a query of its own: whatever it computes is computed once a row.
        places = ", ".join(_place(number) for number in range(len(columns)))
        found = " ".join(("SELECT", cells, "FROM (", query, ") AS found (", places, ")"))
        out.add(line(names).encode())
        try:
            with cursor.cursor.copy(f"COPY ({found}) TO STDOUT (FORMAT csv)") as copied:
                rows = iter(copied)
                while some := list(islice(rows, CHUNK)):
                    out.add(b"".join(some))
                    count += len(some)
                    for _ in some:
                        tick()
        except psycopg.DataError as error:
            raise UnfitCellError(f"{path.name}, {_reason(error)}") from None
        return out.finish(rows=count)


def _cells(file: str, columns: Sequence[Column], types: Sequence[str]) -> str:
    """The columns as their texts stand in the file."""
    cells = []
    for number, (column, type_) in enumerate(zip(columns, types, strict=True)):
        if type_ not in _TYPES[column.kind]:
            raise UnfitCellError(
                f"{file}, column {column.name}: {type_} in a column of kind {column.kind}"
            )
        written = _WRITTEN[type_].replace("{name}", column.name).replace("{type}", type_)
        cells.append(written.replace("{0}", _place(number)))
    return ", ".join(cells)


def _place(number: int) -> str:
    """What a column is called on its way into the file: no name that the server could mistake."""
    return f"cell_{number}"


def _types(query: str) -> list[str]:
    """What the database says the columns are: the query is read, and neither planned nor run.

    Raises:
        psycopg.ProgrammingError: it cannot be read.
    """
    server = connection.connection.pgconn
    read = server.prepare(b"", query.encode())
    if read.status != ExecStatus.COMMAND_OK:
        raise psycopg.ProgrammingError(read.get_error_message())
    columns = server.describe_prepared(b"")
    known = connection.connection.adapters.types
    return [known[columns.ftype(number)].name for number in range(columns.nfields)]


def _reason(error: psycopg.DataError) -> str:
    found = _STRANGE.search(error.diag.message_primary or "")
    return f"{found[0]} what no file can hold" if found else f"the server says {error.sqlstate}"
