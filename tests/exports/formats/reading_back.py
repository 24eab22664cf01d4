"""What an independent reader found, told as the cells of the CSV file: text, or None."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from exports.tables import Column


def as_cell(value: Any, column: Column, *, epoch: date | None = None) -> str | None:
    """The value as its CSV cell; numbers that are days or seconds since ``epoch`` as dates.

    Numbers come back as written without the zeros that say nothing.
    """
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if column.kind == "date":
        return _day(value, epoch).isoformat()
    if column.kind == "datetime":
        return _instant(value, epoch).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool | int | float):
        return number(repr(float(value)))
    return str(value)


def _day(value: Any, epoch: date | None) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    assert epoch is not None
    return epoch + timedelta(days=value)


def _instant(value: Any, epoch: date | None) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    assert epoch is not None
    return datetime(epoch.year, epoch.month, epoch.day, tzinfo=UTC) + timedelta(seconds=value)


def number(cell: str) -> str:
    """A number in one way of writing it."""
    return format(Decimal(cell).normalize(), "f")


def expected(
    rows: Sequence[Mapping[str, str | None]], columns: Sequence[Column]
) -> list[dict[str, str | None]]:
    """The cells of a CSV file with each number written in one way."""
    return [{one.name: _plain(row[one.name], one) for one in columns} for row in rows]


def _plain(cell: str | None, column: Column) -> str | None:
    numeric = column.kind in {"integer", "decimal", "boolean"} or (
        column.kind == "choice" and all(isinstance(value, int) for value, _ in column.values)
    )
    return number(cell) if cell is not None and numeric else cell
