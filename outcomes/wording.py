"""Stored values in words, for the trail, the record page and print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from outcomes.scales.base import Instrument, Item, is_blank


def words_of(instrument: Instrument, name: str, value: Any) -> str:
    """A stored value in the declaration's words; empty for a blank.

    ``name`` is any column: an answer, an untestable mark, its reason, or a score.
    """
    if is_blank(value):
        return ""
    column = instrument.column(name)
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


def answer_words(instrument: Instrument, name: str, answers: Mapping[str, Any]) -> str:
    """The answer to a question in words, its untestable mark and reason included."""
    item = instrument.item(name)
    if isinstance(item, Item) and answers.get(item.untestable_column):
        return f"Untestable: {answers.get(item.reason_column) or 'no reason given'}"
    return words_of(instrument, name, answers.get(name))
