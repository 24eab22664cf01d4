"""What each name in a file of a format stands for: ``crosswalk.csv`` in the format's folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from exports.formats import tidy_csv
from exports.output import WrittenFile
from exports.tables import Column, Row

NAME = "crosswalk.csv"
_COLUMNS = (
    Column("table", "CSV file of the table"),
    Column("column", "Column of the CSV file"),
    Column("file", "File of this format"),
    Column("dataset", "Name of the data set in it"),
    Column("name", "Name of the variable"),
    Column("label", "Label in full"),
    Column("label_in_file", "Label as it stands in the file"),
    Column("holds", "What the variable holds"),
)


def write(folder: Path, lines: Iterable[Row]) -> WrittenFile:
    """Write the crosswalk of a format into its folder.

    Raises:
        OSError: the disk is full, or not there.
    """
    written = tidy_csv.write(folder / NAME, _COLUMNS, lines, _nothing)
    return replace(written, name=f"{folder.name}/{NAME}")


def _nothing() -> None:
    """Nobody counts these rows."""
