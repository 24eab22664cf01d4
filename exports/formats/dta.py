"""Stata: one file a table, with labels, value labels, and days and instants as such.

Stata labels whole numbers only. A code that is a word stays as it is, as text, and a second
variable beside it, of the same name with ``_n`` behind, numbers the codes from 1 in the order of
the codebook and carries their labels; it is missing where the code is not of the codebook.
``crosswalk.csv`` says what each name and shortened label stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from exports.formats import crosswalk, short_names
from exports.formats.frozen import Frozen, FrozenTable, coded_in_numbers
from exports.formats.stata import (
    LABEL_LENGTH,
    NAME_LENGTH,
    RESERVED,
    Variable,
    write_dataset,
)
from exports.output import WrittenFile
from exports.tables import Column, Row, Table

FOLDER = "dta"
NUMBERED = "_n"
YES_NO = {0: "No", 1: "Yes"}


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
        described = variables(one.table)
        lines += _lines(one, described)
        numbered = {_beside(one.table, column): column for column in _coded_in_words(one.table)}
        yield write_dataset(
            folder / f"{one.name}.dta",
            FOLDER,
            label=short_names.cut_short(one.table.title, LABEL_LENGTH),
            variables=described,
            schema=_with_numbers(one.schema.empty_table(), numbered).schema,
            batches=_Numbering(frozen, one, numbered),
            rows=one.rows,
            at=frozen.as_of,
        )
    yield crosswalk.write(folder, lines)


def variables(table: Table) -> list[Variable]:
    """The variables of a table: its columns, each one coded in words with its numbers behind."""
    names = short_names.names(
        [_legal(source) for column in table.columns for source in _sources(table, column)],
        NAME_LENGTH,
    )
    return [
        _variable(column, source, names[_legal(source)])
        for column in table.columns
        for source in _sources(table, column)
    ]


def _variable(column: Column, source: str, name: str) -> Variable:
    short = short_names.cut_short(column.label, LABEL_LENGTH)
    labels: Mapping[int, str] = {}
    if column.kind == "boolean":
        labels = YES_NO
    elif coded_in_numbers(column):
        labels = {int(value): words for value, words in column.values}
    elif source != column.name:
        labels = {number: words for number, (_, words) in enumerate(column.values, start=1)}
    notes = {} if short == column.label else {"label_in_full": column.label}
    return Variable(source, name, short, labels, notes)


def _sources(table: Table, column: Column) -> list[str]:
    """The fields a column becomes."""
    both = column in _coded_in_words(table)
    return [column.name, _beside(table, column)] if both else [column.name]


def _coded_in_words(table: Table) -> list[Column]:
    return [
        column
        for column in table.columns
        if column.kind == "choice" and column.values and not coded_in_numbers(column)
    ]


def _beside(table: Table, column: Column) -> str:
    name = f"{column.name}{NUMBERED}"
    while name in {one.name for one in table.columns}:
        name += NUMBERED
    return name


def _legal(name: str) -> str:
    return f"{name}_" if name in RESERVED else name


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
        source: column for column in one.table.columns for source in _sources(one.table, column)
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
