"""What tables and columns are called in SAS transport files of version 5. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from exports.errors import UnfitForFormat
from exports.formats import short_names
from exports.tables import Table

NAME_LENGTH, LABEL_LENGTH = 8, 40


@dataclass(frozen=True)
class Variable:
    """One variable: the field of the batches it comes from, its name and label in the file.

    Its type follows the field's: text, or a number; days and instants are numbers with the
    display format DATE9. or DATETIME20. Text is as long as its longest value, at least ``length``.
    """

    source: str
    name: str
    label: str
    length: int = 1


def datasets(tables: Iterable[Table], longest: int = NAME_LENGTH) -> dict[str, str]:
    """The name of each table's data set, by its CSV file."""
    stems = {table.file: table.file.removesuffix(".csv").upper() for table in tables}
    short = short_names.names(list(stems.values()), longest)
    return {file: short[stem] for file, stem in stems.items()}


def variables(table: Table) -> list[Variable]:
    """The variables of a table, under the names they have in the file.

    Raises:
        UnfitForFormat: a label has no form in ASCII.
    """
    short = short_names.names([column.name.upper() for column in table.columns], NAME_LENGTH)
    return [
        Variable(column.name, short[column.name.upper()], label(table, column.name, column.label))
        for column in table.columns
    ]


def label(table: Table, column: str, words: str) -> str:
    """A label as the file can hold it.

    Raises:
        UnfitForFormat: it has no form in ASCII.
    """
    plain = short_names.ascii_label(words, LABEL_LENGTH)
    if plain is None:
        raise UnfitForFormat(table.file, column, "its label has no form in ASCII")
    return plain
