"""Cells of a cut as typed values. A cell that does not parse is refused, never guessed."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import pandas as pd

from analysis.errors import CutRefused

T = TypeVar("T")


@dataclass(frozen=True)
class Span:
    """A partly known date: the first and the last day it can mean."""

    earliest: date
    latest: date


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """The column as text; "" is missing."""
    return [str(cell) for cell in frame[column]]


def numbers(frame: pd.DataFrame, column: str) -> list[float | None]:
    """The column as finite numbers; None is missing.

    Raises:
        CutRefused: a cell that is no finite number.
    """
    return _parsed(frame, column, _number, "number")


def dates(frame: pd.DataFrame, column: str) -> list[date | None]:
    """The column as dates (an instant gives its date, in UTC as written); None is missing.

    Raises:
        CutRefused: a cell that is no ISO 8601 date.
    """
    return _parsed(frame, column, lambda cell: date.fromisoformat(cell[:10]), "date")


def partial_dates(frame: pd.DataFrame, column: str) -> list[Span | None]:
    """The column as dates known to the day, the month or the year; None is missing.

    Raises:
        CutRefused: a cell that is no ISO 8601 date, month or year.
    """
    return _parsed(frame, column, _span, "date, month or year")


def _span(cell: str) -> Span:
    earliest = date.fromisoformat(cell + "-01-01"[len(cell) - 4 :])
    if len(cell) == len("2027"):
        return Span(earliest, date(earliest.year, 12, 31))
    if len(cell) == len("2027-03"):
        last = calendar.monthrange(earliest.year, earliest.month)[1]
        return Span(earliest, earliest.replace(day=last))
    return Span(earliest, earliest)


def flags(frame: pd.DataFrame, column: str) -> list[bool | None]:
    """The column as yes or no, written 1 and 0 in a cut; None is missing.

    Raises:
        CutRefused: a cell other than 1 or 0.
    """
    return _parsed(frame, column, {"1": True, "0": False}.__getitem__, "0 or 1")


def _number(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(cell)
    return value


def _parsed(
    frame: pd.DataFrame, column: str, parse: Callable[[str], T], kind: str
) -> list[T | None]:
    values: list[T | None] = []
    for number, cell in enumerate(texts(frame, column), start=2):
        try:
            values.append(parse(cell) if cell else None)
        except (ValueError, KeyError) as error:
            raise CutRefused(f"Column {column}, row {number}: {cell!r} is no {kind}.") from error
    return values
