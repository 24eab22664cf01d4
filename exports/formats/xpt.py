"""SAS transport v5: one file a table, with names of eight characters and labels of forty.

Codes stay as they are, words as text and numbers as numbers: the format has no value labels, which
``readers/read.sas`` puts on. ``crosswalk.csv`` says what each name and shortened label stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from exports.formats import crosswalk, sas_names
from exports.formats.frozen import Frozen, FrozenTable
from exports.formats.sas_names import Variable
from exports.formats.xport import write_dataset
from exports.output import WrittenFile
from exports.tables import Row

FOLDER = "xpt"


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """One file a table, and the crosswalk.

    Raises:
        UnfitForFormat: text that is too long or not ASCII, a label without an ASCII form.
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    sets = sas_names.datasets(one.table for one in frozen.tables)
    lines: list[Row] = []
    for one in frozen.tables:
        frozen.look()
        described = sas_names.variables(one.table)
        path = folder / f"{one.name}.xpt"
        lines += _lines(one, sets[one.table.file], described)
        yield write_dataset(
            path,
            FOLDER,
            name=sets[one.table.file],
            label=sas_names.label(one.table, "(title)", one.table.title),
            variables=described,
            schema=one.schema,
            batches=partial(frozen.watched, one),
            at=frozen.as_of,
        )
    yield crosswalk.write(folder, lines)


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
