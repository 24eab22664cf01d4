"""The codebook that travels with a cut: every column of every table, and what its codes mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from exports.tables import Column, Kind, Row, Table

FILE, LABELS_FILE = "codebook.csv", "value_labels.csv"
TYPES: dict[Kind, str] = {
    "text": "text",
    "choice": "code",
    "integer": "whole number",
    "decimal": "number",
    "boolean": "0 = no, 1 = yes",
    "date": "date (ISO 8601)",
    "partial": "date as far as known: year, year and month, or day (ISO 8601)",
    "datetime": "instant in UTC (ISO 8601)",
}
_COLUMNS = (
    Column("table", "File"),
    Column("title", "What the table holds"),
    Column("position", "Place of the column in the file, from 1", "integer"),
    Column("column", "Column"),
    Column("label", "What the column holds"),
    Column("type", "Type"),
    Column("unit", "Unit"),
    Column("minimum", "Lowest possible value", "decimal"),
    Column("maximum", "Highest possible value", "decimal"),
    Column("codes", "Whether value_labels.csv explains its codes", "boolean"),
)
_LABEL_COLUMNS = (
    Column("table", "File"),
    Column("column", "Column"),
    Column("value", "Code as it stands in the file", "choice"),
    Column("label", "What it means"),
)


def tables(described: Sequence[Table]) -> tuple[Table, Table]:
    """``codebook.csv`` and ``value_labels.csv`` for these tables."""
    return (
        Table(
            FILE,
            "Codebook",
            _COLUMNS,
            lambda: column_rows(described),
            lambda: sum(len(table.columns) for table in described),
        ),
        Table(
            LABELS_FILE,
            "Value labels",
            _LABEL_COLUMNS,
            lambda: label_rows(described),
            lambda: sum(len(column.values) for table in described for column in table.columns),
        ),
    )


def column_rows(described: Sequence[Table]) -> Iterator[Row]:
    """One row a column."""
    for table in described:
        for position, column in enumerate(table.columns, start=1):
            yield {
                "table": table.file,
                "title": table.title,
                "position": position,
                "column": column.name,
                "label": column.label,
                "type": TYPES[column.kind],
                "unit": column.unit,
                "minimum": _limit(column.minimum),
                "maximum": _limit(column.maximum),
                "codes": bool(column.values),
            }


def label_rows(described: Sequence[Table]) -> Iterator[Row]:
    """One row a code."""
    for table in described:
        for column in table.columns:
            for value, label in column.values:
                yield {
                    "table": table.file,
                    "column": column.name,
                    "value": value,
                    "label": label,
                }


def _limit(limit: float | Decimal | None) -> Decimal | None:
    return None if limit is None else Decimal(str(limit))
