"""Tidy CSV: UTF-8, comma, LF, a header row, empty for missing, and no cell a sheet computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from exports.output import HashedFile, WrittenFile
from exports.tables import Column, Kind, Row
from trial.csv_cells import guarded, line, unguarded

__all__ = ["UnfitCellError", "cell", "guarded", "line", "unguarded", "write"]


class UnfitCellError(TypeError):
    """A value that is not of its column's kind: the cut fails rather than hold a guess."""


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
