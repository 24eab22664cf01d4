"""Tidy CSV written by PostgreSQL itself (COPY): byte for byte what ``tidy_csv`` writes.

The server formats and quotes the rows; here they are only hashed, counted and put on the disk, one
at a time. Two things are decided beforehand, column by column: whether the type it has in the
database is what the catalogue declares, and how its values are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Func, TextField
from django.db.models.expressions import Combinable

from exports.formats.tidy_csv import UnfitCellError
from exports.output import HashedFile, WrittenFile
from exports.tables import Column, Kind, Selection
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
# compute is guarded (trial.csv_cells).
_GUARDED = (
    "CASE WHEN left(ltrim({0}, ''''), 1) IN ('=', '+', '-', '@', E'\\t', E'\\r')"
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
_STRANGE = re.compile(r"column \w+ holds")


class _Cell(Func):
    """A column as its text stands in the file; the template names it as ``{0}``."""

    output_field = TextField()

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """The template around the column, its parameters as often as the column stands in it."""
        column, parameters = compiler.compile(self.source_expressions[0])
        text: str = self.extra["written"]
        return text.replace("{0}", f"({column})"), tuple(parameters) * text.count("{0}")


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
        cursor.execute(
            "SELECT set_config('datestyle', 'ISO', true), set_config('jit', 'off', true)"
        )
        found = _as_text(path.name, columns, selection).values(names)
        rows, parameters = found.query.sql_with_params()
        out.add(line(names).encode())
        try:
            with cursor.cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT csv)", parameters) as copied:
                for row in copied:
                    out.add(row)
                    count += 1
                    tick()
        except psycopg.DataError as error:
            raise UnfitCellError(f"{path.name}, {_place(error)}") from None
        return out.finish(rows=count)


def _as_text(file: str, columns: Sequence[Column], selection: Selection) -> Selection:
    types = _types([column.name for column in columns], selection)
    cells: dict[str, Combinable] = {}
    for column, type_ in zip(columns, types, strict=True):
        if type_ not in _TYPES[column.kind]:
            raise UnfitCellError(
                f"{file}, column {column.name}: {type_} in a column of kind {column.kind}"
            )
        written = _WRITTEN[type_].replace("{name}", column.name).replace("{type}", type_)
        cells[column.name] = _Cell(selection.cells[column.name], written=written)
    return replace(selection, cells=cells)


def _types(names: Sequence[str], selection: Selection) -> list[str]:
    """What the database says the columns are, without reading a row."""
    rows, parameters = selection.values(names).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(" ".join(("SELECT * FROM (", rows, ") AS one LIMIT 0")), parameters)
        known = connection.connection.adapters.types
        return [known[one.type_code].name for one in cursor.description]


def _place(error: psycopg.DataError) -> str:
    found = _STRANGE.search(error.diag.message_primary or "")
    return f"{found[0]} what no file can hold" if found else f"the server says {error.sqlstate}"
