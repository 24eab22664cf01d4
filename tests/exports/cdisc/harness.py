"""A cut's files without the service around them: the tables as CSV, and what formats put aside."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from exports import catalogue
from exports.formats import registry, tidy_csv
from exports.formats.frozen import Frozen, FrozenTable
from exports.models import DataCut
from exports.output import WrittenFile
from tests.people import People

AS_OF = datetime(2026, 3, 12, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Cut:
    """The frozen tables of a trial, and the module of its protocol."""

    protocol: str
    frozen: Frozen

    def copy(self, folder: Path) -> Frozen:
        """The same tables in a folder of the test's own."""
        shutil.copytree(self.frozen.folder, folder)
        tables = [replace(one, path=folder / one.table.file) for one in self.frozen.tables]
        return replace(self.frozen, folder=folder, aside=folder / ".aside", tables=tables)


def nothing() -> None:
    """Nobody counts, nobody stops."""


def frozen(people: People, folder: Path, *, blinded: bool) -> Frozen:
    """The frozen tables of the trial as it stands, with what ODM needs put aside."""
    folder.mkdir()
    reader = people.stan if blinded else people.uma
    found = []
    for table in catalogue.tables(blinded=blinded, reader=reader):
        path = folder / table.file
        written = tidy_csv.write(path, table.columns, table.rows(), nothing)
        found.append(FrozenTable(table, path, written.rows or 0))
    for form in registry.FORMATS:
        form.read(folder / ".aside" / form.code, DataCut(blinded=blinded))
    return Frozen(folder, folder / ".aside", "CUT-0001", AS_OF, blinded, found, nothing)


def files(
    write: Callable[[Frozen], Iterable[WrittenFile]], cut: Cut, folder: Path
) -> dict[str, Path]:
    """The files a format writes of a cut, by name."""
    own = cut.copy(folder)
    return {one.name: own.folder / one.name for one in write(own)}
