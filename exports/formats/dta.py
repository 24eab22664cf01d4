"""Stata: one file a table, with labels, value labels, and days and instants as such.

Codes that are words have their numbers beside them (``exports.formats.stata_names``).
``crosswalk.csv`` says what each name and shortened label stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from exports.formats import crosswalk, stata_names
from exports.formats.frozen import Frozen, FrozenTable
from exports.formats.stata import write_dataset
from exports.formats.stata_names import Variable
from exports.output import WrittenFile
from exports.tables import Column, Row

FOLDER = "dta"


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """One file a table, and the crosswalk.

    Raises:
        UnfitForFormat: a name, text or number that Stata cannot hold.
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    lines: list[Row] = []
    for one in frozen.tables:
        frozen.look()
        described = stata_names.variables(one.table)
        lines += _lines(one, described)
        numbered = {
            stata_names.beside(one.table, column): column
            for column in one.table.columns
            if column.coded_in_words
        }
        yield write_dataset(
            folder / f"{one.name}.dta",
            FOLDER,
            label=stata_names.title(one.table),
            variables=described,
            schema=_with_numbers(one.schema.empty_table(), numbered).schema,
            batches=_Numbering(frozen, one, numbered),
            rows=one.rows,
            at=frozen.as_of,
        )
    yield crosswalk.write(folder, lines)


def _with_numbers(held: pa.Table, numbered: Mapping[str, Column]) -> pa.Table:
    for name, column in numbered.items():
        codes = pa.array([str(value) for value, _ in column.values], pa.string())
        places = pc.index_in(held.column(column.name), codes, skip_nulls=True)
        held = held.append_column(name, pc.add(places.cast(pa.int64()), 1))
    return held


class _Numbering:
    """The batches of a table with the numbers of its codes that are words."""

    def __init__(self, frozen: Frozen, table: FrozenTable, numbered: Mapping[str, Column]) -> None:
        self._frozen, self._table, self._numbered = frozen, table, numbered

    def __call__(self) -> Iterator[pa.RecordBatch]:
        """From the first row on."""
        for batch in self._frozen.watched(self._table):
            whole = _with_numbers(pa.Table.from_batches([batch]), self._numbered)
            yield from whole.combine_chunks().to_batches()


def _lines(one: FrozenTable, described: list[Variable]) -> Iterator[Row]:
    columns = {
        source: column
        for column in one.table.columns
        for source in stata_names.sources(one.table, column)
    }
    for variable in described:
        column = columns[variable.source]
        yield {
            "table": one.table.file,
            "column": column.name,
            "file": f"{one.name}.dta",
            "dataset": one.name,
            "name": variable.name,
            "label": column.label,
            "label_in_file": variable.label,
            "holds": _holds(column, variable.source),
        }


def _holds(column: Column, source: str) -> str:
    if source == column.name:
        return "the column"
    codes = "; ".join(f"{number} = {value}" for number, (value, _) in enumerate(column.values, 1))
    return f"the column's codes as numbers: {codes}"
