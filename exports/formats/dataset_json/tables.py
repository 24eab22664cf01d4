"""The tables of a cut as Dataset-JSON 1.1: ``dataset_json/nihss.json`` and so on.

Names, labels, codes and values are those of the CSV; the OIDs are those of the cut's ODM file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.conf import settings

from exports.formats import cells
from exports.formats.dataset_json import layout
from exports.formats.dataset_json.layout import Head, Value, Variable
from exports.formats.frozen import Frozen, FrozenTable, coded_in_numbers
from exports.formats.odm import keys
from exports.formats.odm.trail import instant
from exports.output import WrittenFile
from exports.tables import Column, Kind
from trial import protocol
from trial.protocol import Protocol

FOLDER = "dataset_json"
_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "choice": "string",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    # Known to the year or the month, it is no date to a reader.
    "partial": "string",
    "datetime": "datetime",
}


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """One file a table.

    Raises:
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    plan = protocol.current()
    for table in frozen.tables:
        frozen.look()
        yield layout.write(
            folder / f"{table.name}.json",
            FOLDER,
            _head(frozen, plan, table),
            [_variable(table, column) for column in table.table.columns],
            rows(table),
        )


def rows(table: FrozenTable) -> Iterator[list[Value]]:
    """The rows of a table, each cell as the standard writes its kind."""
    columns = table.table.columns
    for row in cells.rows(table.path, columns):
        yield [_value(row[column.name], column) for column in columns]


def _head(frozen: Frozen, plan: Protocol, table: FrozenTable) -> Head:
    study, version = keys.study(plan)
    return Head(
        created=instant(frozen.as_of),
        file=f"{plan.code}.{frozen.code}.{table.name}",
        system=settings.VERSION,
        study=study,
        version=version,
        group=f"IG.{table.name.upper()}",
        name=table.name,
        label=table.table.title,
        records=table.rows,
    )


def _variable(table: FrozenTable, column: Column) -> Variable:
    kind = "integer" if coded_in_numbers(column) else _TYPES[column.kind]
    return Variable(
        oid=f"I.{table.name.upper()}.{column.name.upper()}",
        name=column.name,
        label=column.label,
        kind=kind,
        target="decimal" if kind == "decimal" else "",
    )


def _value(cell: str, column: Column) -> Value:
    if not cell:
        return None
    if column.kind == "boolean":
        return cell == "1"
    if column.kind == "integer" or coded_in_numbers(column):
        return int(cell)
    return cell
