"""Stored values in words, for the trail, the record page and print."""

from __future__ import annotations

from datetime import date
from typing import Any

from outcomes.scales.base import Instrument, is_blank


def words_of(instrument: Instrument, name: str, value: Any) -> str:
    """A stored value in the declaration's words; empty for a blank.

    ``name`` is any column: an answer, an untestable mark, its reason, or a score.
    """
    if is_blank(value):
        return ""
    columns = (*instrument.columns(), *instrument.score_columns())
    column = next((column for column in columns if column.name == name), None)
    if column is None:
        return str(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return f"{value:%-d %b %Y}"
    listed = next((label for known, label in column.values if known == value), "")
    if not listed:
        return f"{value} {column.unit}".rstrip()
    return f"{value} {listed}" if column.kind == "integer" else listed


def label_of(instrument: Instrument, name: str) -> str:
    """The printed number and the words of a column: "5a Motor arm, left"."""
    column = next(column for column in instrument.columns() if column.name == name)
    return f"{instrument.item(column.item).code} {column.label}".strip()
