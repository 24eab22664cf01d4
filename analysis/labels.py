"""Codes in words, as the cut's own `value_labels.csv` has them."""

from __future__ import annotations

from analysis.columns import texts
from analysis.cut import Cut
from analysis.tables import in_words

VALUE_LABELS = "value_labels.csv"


def labelled(cut: Cut, table: str, column: str) -> list[str]:
    """The column's codes in words; a code without a label has its underscores taken off.

    Raises:
        CutRefused: the table or the column is missing.
    """
    known = _labels(cut, table, column)
    return [known.get(cell, in_words(cell)) for cell in texts(cut.table(table, column), column)]


def _labels(cut: Cut, table: str, column: str) -> dict[str, str]:
    frame = cut.tables.get(VALUE_LABELS)
    if frame is None or not {"table", "column", "value", "label"} <= set(frame.columns):
        return {}
    stem = table.removesuffix(".csv")
    mine = (frame["column"] == column) & frame["table"].isin([stem, table])
    return dict(zip(texts(frame[mine], "value"), texts(frame[mine], "label"), strict=True))
