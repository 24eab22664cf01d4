"""SAS transport v5: one file a table, with names of eight characters and labels of forty.

Codes stay as they are, words as text and numbers as numbers: the format has no value labels, which
``readers/read.sas`` puts on. ``crosswalk.csv`` says what each name and shortened label stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from exports.errors import UnfitForFormat
from exports.formats import crosswalk, short_names
from exports.formats.frozen import Frozen, FrozenTable
from exports.formats.xport import LABEL_LENGTH, NAME_LENGTH, Variable, write_dataset
from exports.output import WrittenFile
from exports.tables import Row, Table

FOLDER = "xpt"


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """One file a table, and the crosswalk.

    Raises:
        UnfitForFormat: text that is too long or not ASCII, a label without an ASCII form.
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    sets = datasets([one.table for one in frozen.tables])
    lines: list[Row] = []
    for one in frozen.tables:
        frozen.look()
        described = variables(one.table)
        path = folder / f"{one.name}.xpt"
        lines += _lines(one, sets[one.table.file], described)
        yield write_dataset(
            path,
            FOLDER,
            name=sets[one.table.file],
            label=_label(one.table, "(title)", one.table.title),
            variables=described,
            schema=one.schema,
            batches=partial(frozen.watched, one),
            at=frozen.as_of,
        )
    yield crosswalk.write(folder, lines)


def datasets(tables: list[Table]) -> dict[str, str]:
    """The name of each table's data set, by its CSV file."""
    stems = [table.file.removesuffix(".csv").upper() for table in tables]
    short = short_names.names(stems, NAME_LENGTH)
    return {table.file: short[stem] for table, stem in zip(tables, stems, strict=True)}


def variables(table: Table) -> list[Variable]:
    """The variables of a table, under the names they have in the file.

    Raises:
        UnfitForFormat: a label has no form in ASCII.
    """
    short = short_names.names([column.name.upper() for column in table.columns], NAME_LENGTH)
    return [
        Variable(column.name, short[column.name.upper()], _label(table, column.name, column.label))
        for column in table.columns
    ]


def _label(table: Table, column: str, label: str) -> str:
    plain = short_names.ascii_label(label, LABEL_LENGTH)
    if plain is None:
        raise UnfitForFormat(table.file, column, "its label has no form in ASCII")
    return plain


def _lines(one: FrozenTable, dataset: str, described: list[Variable]) -> Iterator[Row]:
    for column, variable in zip(one.table.columns, described, strict=True):
        yield {
            "table": one.table.file,
            "column": column.name,
            "file": f"{one.name}.xpt",
            "dataset": dataset,
            "name": variable.name,
            "label": column.label,
            "label_in_file": variable.label,
            "holds": "the column",
        }
