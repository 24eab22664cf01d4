"""What a table's columns are called in Stata, and the value labels they carry. Pure.

Stata labels whole numbers only. A code that is a word stays as it is, as text, and a second
variable beside it, of the same name with ``_n`` behind, numbers the codes from 1 in the order of
the codebook and carries their labels; it is missing where the code is not of the codebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exports.formats import short_names
from exports.tables import Column, Table

NAME_LENGTH, LABEL_LENGTH = 32, 80
RESERVED = frozenset((
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n",
    "_N", "_pi", "_pred", "_rc", "_skip", "strL", "using", "with",
))  # fmt: skip
NUMBERED = "_n"
YES_NO = {0: "No", 1: "Yes"}


@dataclass(frozen=True)
class Variable:
    """One variable: the field of the rows it comes from, its name and label in the file.

    ``labels`` are value labels of whole numbers. ``notes`` are characteristics: words kept with
    the variable, whatever their length.
    """

    source: str
    name: str
    label: str
    labels: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def title(table: Table) -> str:
    """The table's title, as long as a data set's label may be."""
    return short_names.cut_short(table.title, LABEL_LENGTH)


def variables(table: Table) -> list[Variable]:
    """The variables of a table: its columns, each one coded in words with its numbers behind."""
    fields = [(column, source) for column in table.columns for source in sources(table, column)]
    names = short_names.names([_legal(source) for _, source in fields], NAME_LENGTH)
    return [_variable(column, source, names[_legal(source)]) for column, source in fields]


def sources(table: Table, column: Column) -> Sequence[str]:
    """The fields a column becomes: itself, and its numbers where it is coded in words."""
    return (column.name, beside(table, column)) if column.coded_in_words else (column.name,)


def beside(table: Table, column: Column) -> str:
    """The field with the numbers of a column that is coded in words."""
    name = f"{column.name}{NUMBERED}"
    while name in {one.name for one in table.columns}:
        name += NUMBERED
    return name


def _variable(column: Column, source: str, name: str) -> Variable:
    short = short_names.cut_short(column.label, LABEL_LENGTH)
    labels: Mapping[int, str] = {}
    if column.kind == "boolean":
        labels = YES_NO
    elif column.coded_in_numbers:
        labels = {int(value): words for value, words in column.values}
    elif source != column.name:
        labels = {number: words for number, (_, words) in enumerate(column.values, start=1)}
    notes = {} if short == column.label else {"label_in_full": column.label}
    return Variable(source, name, short, labels, notes)


def _legal(name: str) -> str:
    return f"{name}_" if name in RESERVED else name
