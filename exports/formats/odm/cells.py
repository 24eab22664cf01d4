"""The rows of a frozen table in the order of its participants, in flat memory. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from exports.errors import UnfitForFormat
from exports.formats.cells import Cells, rows
from exports.formats.odm.keys import PARTICIPANT, Source, subject


@dataclass
class Size:
    """The most characters, and the most decimals, of the values of a column."""

    length: int = 0
    decimals: int = 0

    def grow(self, cell: str) -> None:
        """Take one more value in."""
        self.length = max(self.length, len(cell))
        _, _, decimals = cell.partition(".")
        self.decimals = max(self.decimals, len(decimals))


def measure(source: Source) -> tuple[dict[str, Size], bool]:
    """How long the values of each column are, and whether the rows are ordered by their subject.

    Raises:
        UnfitForFormat: a row is about nobody.
    """
    sizes = {column.name: Size() for column in source.columns}
    last, ordered = "", True
    for row in rows(source.path, source.columns):
        if not subject(row):
            raise UnfitForFormat(source.file, PARTICIPANT, "is empty, and ODM asks whose a row is")
        ordered = ordered and last <= subject(row)
        last = subject(row)
        for name, size in sizes.items():
            size.grow(row[name])
    return sizes, ordered


class BySubject:
    """The rows of a table, asked for subject by subject in rising order.

    A table that is not in this order (the screening log, queries: one line a person or a question,
    never one an answer) is held in memory and sorted.
    """

    def __init__(self, source: Source, *, ordered: bool) -> None:
        found = rows(source.path, source.columns)
        self._groups = groupby(found if ordered else sorted(found, key=subject), key=subject)
        self._next = next(self._groups, None)

    @property
    def waiting(self) -> str | None:
        """The next subject; None at the end."""
        return None if self._next is None else self._next[0]

    def take(self, whose: str) -> list[Cells]:
        """The rows of a subject; none if it is not the next one."""
        if self._next is None or self._next[0] != whose:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found
