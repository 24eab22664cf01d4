"""Tidy CSV: UTF-8, comma, LF, a header row, empty for missing, and no cell a sheet computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from exports.output import HashedFile, WrittenFile
from exports.tables import Column, Kind, Row

# A spreadsheet computes what begins so. Apostrophes in front are guarded along with it: taking
# one away gives the text back, whatever it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r'[,"\r\n]')


class UnfitCellError(TypeError):
    """A value that is not of its column's kind: the cut fails rather than hold a guess."""


def guarded(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text as entered, from a cell that ``guarded`` wrote."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def cell(value: object, kind: Kind) -> str:
    """A value as it stands in the file; None and empty text are both an empty cell.

    Raises:
        UnfitCellError: the value is not of this kind.
    """
    if value is None:
        return ""
    written = _WRITERS[kind](value)
    if written is None:
        raise UnfitCellError(f"{type(value).__name__} in a column of kind {kind}")
    return written


def _text(value: object) -> str | None:
    return guarded(value) if isinstance(value, str) else None


def _choice(value: object) -> str | None:
    return _integer(value) if isinstance(value, int) else _text(value)


def _integer(value: object) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole else None


def _decimal(value: object) -> str | None:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    return _integer(value)


def _boolean(value: object) -> str | None:
    return str(int(value)) if isinstance(value, bool) else None


def _date(value: object) -> str | None:
    return value.isoformat() if type(value) is date else None


def _instant(value: object) -> str | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_WRITERS: dict[Kind, Callable[[object], str | None]] = {
    "text": _text,
    "choice": _choice,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "partial": _text,
    "datetime": _instant,
}


def line(cells: Iterable[str]) -> str:
    """One row of the file, quoted where a reader would otherwise misread it."""
    # csv.writer leaves a bare CR unquoted when rows end in LF; a reader takes it for a new row.
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def write(
    path: Path, columns: Sequence[Column], rows: Iterable[Row], tick: Callable[[], None]
) -> WrittenFile:
    """Write a table to a new file and onto the disk; ``tick`` is called once a row.

    Raises:
        UnfitCellError: a value is not of its column's kind; the message names file and column.
        KeyError: a row lacks a column.
        OSError: the disk is full or the folder is gone.
    """
    count = 0
    with HashedFile(path) as out:
        out.add(line(column.name for column in columns).encode())
        for row in rows:
            out.add(line(_cell(row, column, path) for column in columns).encode())
            count += 1
            tick()
        return out.finish(rows=count)


def _cell(row: Row, column: Column, path: Path) -> str:
    try:
        return cell(row[column.name], column.kind)
    except UnfitCellError as error:
        raise UnfitCellError(f"{path.name}, column {column.name}: {error}") from None
