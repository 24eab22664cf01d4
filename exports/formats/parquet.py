"""Parquet: one file a table, with labels, units and value labels in the schema's metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa
from pyarrow import parquet

from exports.formats.frozen import Frozen, FrozenTable
from exports.output import WrittenFile, finished
from exports.tables import Column

FOLDER = "parquet"
_ROW_GROUP = 50_000


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """One file a table.

    Raises:
        UnfitForFormat: a cell is not of its column's type.
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    for table in frozen.tables:
        path = folder / f"{table.name}.parquet"
        with parquet.ParquetWriter(path, described(frozen, table), compression="zstd") as out:
            for batch in frozen.watched(table, _ROW_GROUP):
                out.write_batch(batch, _ROW_GROUP)
        yield finished(path, FOLDER, rows=table.rows)


def described(frozen: Frozen, table: FrozenTable) -> pa.Schema:
    """The table's schema, with the words for people in its metadata."""
    fields = [
        field.with_metadata(_words(column))
        for field, column in zip(table.schema, table.table.columns, strict=True)
    ]
    return pa.schema(
        fields,
        {
            "title": table.table.title,
            "cut": frozen.code,
            "as_of": frozen.as_of.isoformat(timespec="microseconds"),
        },
    )


def _words(column: Column) -> dict[str, str]:
    words = {"label": column.label, "kind": column.kind, "unit": column.unit}
    labels = {str(value): label for value, label in column.values}
    if labels:
        words["value_labels"] = json.dumps(labels, ensure_ascii=False)
    return {key: word for key, word in words.items() if word}
