"""The frozen CSV files of a cut, read again typed and batch by batch for the other formats.

Every other format is made from these files: what it holds is what they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from exports.errors import UnfitForFormat
from exports.tables import Column, Table

BATCH_ROWS = 10_000
# A row longer than a block of the file cannot be read.
_BLOCK_BYTES = 1 << 22
# What ``trial.csv_cells.guarded`` put an apostrophe before.
_GUARDED = r"\A'('*[=+\-@\t\r])"
# So many characters hold at most 15 digits: what a double keeps as they are.
_EXACT_CHARACTERS = 15


@dataclass(frozen=True)
class FrozenTable:
    """One table of the cut: as declared, and the CSV file that holds its rows."""

    table: Table
    path: Path
    rows: int

    @property
    def name(self) -> str:
        """The name of the table without ``.csv``."""
        return self.table.file.removesuffix(".csv")

    @property
    def schema(self) -> pa.Schema:
        """The types of ``batches``: one field a column, by kind."""
        return pa.schema([(one.name, arrow_type(one)) for one in self.table.columns])

    def batches(self, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The rows in the file's order, ``size`` at a time; an empty cell is null.

        Raises:
            UnfitForFormat: a cell is not of its column's type, or a double cannot hold it.
        """
        waiting: list[pa.RecordBatch] = []
        count = 0
        for read in self._read():
            start = 0
            while count + len(read) - start >= size:
                part = read.slice(start, size - count)
                start += len(part)
                yield self._typed(pa.concat_batches([*waiting, part]))
                waiting, count = [], 0
            if start < len(read):
                waiting.append(read.slice(start))
                count += len(waiting[-1])
        if waiting:
            yield self._typed(pa.concat_batches(waiting))

    def _read(self) -> Iterator[pa.RecordBatch]:
        names = [column.name for column in self.table.columns]
        yield from csv.open_csv(
            self.path,
            csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
            csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=names,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    def _typed(self, cells: pa.RecordBatch) -> pa.RecordBatch:
        arrays = [self._column(cells.column(one.name), one) for one in self.table.columns]
        return pa.record_batch(arrays, schema=self.schema)

    def _column(self, cells: pa.StringArray, column: Column) -> pa.Array:
        wanted = arrow_type(column)
        try:
            if pa.types.is_string(wanted):
                return pc.replace_substring_regex(cells, _GUARDED, r"\1")
            if pa.types.is_timestamp(wanted):
                return cells.cast(pa.timestamp("s", "UTC"))
            found = cells.cast(wanted)
        except pa.ArrowInvalid:
            raise UnfitForFormat(self.table.file, column.name, "holds what its type forbids") from (
                None
            )
        if pa.types.is_floating(wanted) and not _exact(cells, found):
            raise UnfitForFormat(
                self.table.file, column.name, "has a number of more digits than a double holds"
            )
        return found


@dataclass(frozen=True)
class Frozen:
    """The CSV files of a cut that is being made, and what else its other formats need.

    A format writes into ``folder / Format.folder``; what it put aside in the snapshot lies in
    ``aside / Format.code``. ``look`` is called now and then: it raises CutStopped once the cut is
    not being made any more.
    """

    folder: Path
    aside: Path
    code: str
    as_of: datetime
    blinded: bool
    tables: Sequence[FrozenTable]
    look: Callable[[], None]

    def watched(self, table: FrozenTable, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The batches of a table, ``look`` being called before each."""
        for batch in table.batches(size):
            self.look()
            yield batch


def coded_in_numbers(column: Column) -> bool:
    """Whether every code of the column is a whole number."""
    return column.coded_in_numbers


def arrow_type(column: Column) -> pa.DataType:
    """The type of a column: text for codes that are words, and for dates known in part."""
    if column.kind == "choice":
        return pa.int64() if column.coded_in_numbers else pa.string()
    return _TYPES[column.kind]


_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "partial": pa.string(),
    "datetime": pa.timestamp("s", "UTC"),
}


def _exact(cells: pa.StringArray, found: pa.DoubleArray) -> bool:
    """Whether the doubles are the very numbers in the cells."""
    longest = pc.max(pc.utf8_length(cells)).as_py() or 0
    if longest <= _EXACT_CHARACTERS:
        return True
    pairs = zip(cells.to_pylist(), found.to_pylist(), strict=True)
    return all(cell is None or Decimal(cell) == Decimal(repr(number)) for cell, number in pairs)
