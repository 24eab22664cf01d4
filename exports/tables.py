"""What a table of a data cut is: its columns as declared, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

CHUNK = 1000

# "partial" is a date known to the year, the month or the day, kept as known (ISO 8601).
Kind: TypeAlias = Literal[
    "text", "choice", "integer", "decimal", "boolean", "date", "partial", "datetime"
]
Row: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in which unit, and what its codes mean."""

    name: str
    label: str
    kind: Kind = "text"
    unit: str = ""
    values: tuple[tuple[int | str, str], ...] = ()
    minimum: int | float | Decimal | None = None
    maximum: int | float | Decimal | None = None

    @property
    def coded_in_numbers(self) -> bool:
        """Whether every code of the column is a whole number."""
        return bool(self.values) and all(isinstance(value, int) for value, _ in self.values)

    @property
    def coded_in_words(self) -> bool:
        """Whether the codebook says what its codes mean, and they are words."""
        return bool(self.values) and not self.coded_in_numbers


@dataclass(frozen=True)
class Selection:
    """Rows the database puts together by itself: an ordered query, and what each column holds."""

    found: QuerySet[Any]
    cells: Mapping[str, Combinable]

    def values(self, names: Sequence[str]) -> QuerySet[Any, tuple[Any, ...]]:
        """The query with these columns and nothing else, in this order."""
        return self.found.values_list(*(self.cells[name] for name in names))


@dataclass(frozen=True)
class Table:
    """One file of a cut. ``rows`` reads it in a fixed order, ``count`` says how many there are.

    Both are called inside the snapshot; a row is a map from column name to value. Where there is
    a ``select`` it gives the same rows as a query, which the server can write out itself.
    """

    file: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]
    count: Callable[[], int]
    select: Callable[[], Selection] | None = None


def selected(
    file: str, title: str, columns: tuple[Column, ...], select: Callable[[], Selection]
) -> Table:
    """A table whose rows are a selection."""
    names = tuple(column.name for column in columns)

    def rows() -> Iterator[Row]:
        for values in select().values(names).iterator(CHUNK):
            yield dict(zip(names, values, strict=True))

    return Table(file, title, columns, rows, lambda: select().found.order_by().count(), select)
