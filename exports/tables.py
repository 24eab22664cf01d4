"""What a table of a data cut is: its columns as declared, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

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
class Table:
    """One file of a cut. ``rows`` reads it in a fixed order, ``count`` says how many there are.

    Both are called inside the snapshot; a row is a map from column name to value.
    """

    file: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]
    count: Callable[[], int]
