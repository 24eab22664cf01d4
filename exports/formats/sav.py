"""SPSS: one file a table, with labels and value labels, codes as they are, days as dates.

``crosswalk.csv`` says what each shortened label and each changed name stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from exports.formats import crosswalk, short_names
from exports.formats.frozen import Frozen, FrozenTable
from exports.formats.spss import LABEL_BYTES, NAME_LENGTH, RESERVED, Variable, write_dataset
from exports.output import WrittenFile
from exports.tables import Column, Row, Table

FOLDER = "sav"
_TITLE_BYTES = 64


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """One file a table, and the crosswalk.

    Raises:
        UnfitForFormat: a name, text, value label or number that SPSS cannot hold.
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    lines: list[Row] = []
    for one in frozen.tables:
        frozen.look()
        described = variables(one.table)
        lines += _lines(one, described)
        yield write_dataset(
            folder / f"{one.name}.sav",
            FOLDER,
            label=short_names.cut_to_bytes(one.table.title, _TITLE_BYTES),
            variables=described,
            schema=one.schema,
            batches=partial(frozen.watched, one),
            rows=one.rows,
            at=frozen.as_of,
        )
    yield crosswalk.write(folder, lines)


def variables(table: Table) -> list[Variable]:
    """The variables of a table, under the names they have in the file."""
    names = short_names.names([_legal(column.name) for column in table.columns], NAME_LENGTH)
    return [_variable(column, names[_legal(column.name)]) for column in table.columns]


def _variable(column: Column, name: str) -> Variable:
    labels: dict[int | str, str] = dict(column.values) if column.kind == "choice" else {}
    if column.kind == "boolean":
        labels = {0: "No", 1: "Yes"}
    label = short_names.cut_to_bytes(column.label, LABEL_BYTES)
    return Variable(column.name, name, label, labels)


def _legal(name: str) -> str:
    return f"{name}_" if name.upper() in RESERVED else name


def _lines(one: FrozenTable, described: list[Variable]) -> Iterator[Row]:
    for column, variable in zip(one.table.columns, described, strict=True):
        yield {
            "table": one.table.file,
            "column": column.name,
            "file": f"{one.name}.sav",
            "dataset": one.name,
            "name": variable.name,
            "label": column.label,
            "label_in_file": variable.label,
            "holds": "the column",
        }
