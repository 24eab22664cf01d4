"""The cells of a frozen table as text, as they were before the CSV guarded them. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from exports.tables import Column
from trial.csv_cells import unguarded

Cells = Mapping[str, str]
# What is text in the file, and guarded there against a sheet that computes.
_GUARDED = frozenset({"text", "choice", "partial"})


def rows(path: Path, columns: Iterable[Column]) -> Iterator[Cells]:
    """The rows of a CSV of the cut, each cell as entered; a missing value is empty."""
    guarded = [column.name for column in columns if column.kind in _GUARDED]
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            for name in guarded:
                row[name] = unguarded(row[name])
            yield row
