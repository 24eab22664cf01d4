"""Rows of a frozen CSV file by their position in it. Pure.

The files are those ``exports.formats.tidy_csv`` writes: UTF-8, rows end in LF, quotes doubled. They
never change, so that the position after a row is a place to go on from, however much later.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

Cells = list[str]


class BrokenFileError(ValueError):
    """The file ends in the middle of a row, or has none: not one that a cut has."""


def header(path: Path) -> tuple[Cells, int]:
    """The names of the columns, and the position of the first row.

    Raises:
        BrokenFileError: the file has no header.
    """
    for cells, after in rows(path, 0):
        return cells, after
    raise BrokenFileError(f"{path.name} is empty")


def rows(path: Path, position: int) -> Iterator[tuple[Cells, int]]:
    """Each row from a position on, with the position after it; never more than one is held.

    Raises:
        BrokenFileError: the file ends in the middle of a row.
    """
    with path.open("rb") as file:
        file.seek(position)
        row, quotes = b"", 0
        for line in file:
            row += line
            quotes += line.count(b'"')
            # An odd number of quotes: the line ends inside a cell.
            if quotes % 2 or not line.endswith(b"\n"):
                continue
            position += len(row)
            yield _cells(row.decode(), quotes), position
            row, quotes = b"", 0
        if row:
            raise BrokenFileError(f"{path.name} ends in the middle of a row")


def _cells(row: str, quotes: int) -> Cells:
    if not quotes:
        return row.removesuffix("\n").split(",")
    return next(csv.reader([row], strict=True))
