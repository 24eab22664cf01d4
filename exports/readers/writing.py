"""The readers of a cut, in its folder ``readers``: made of the catalogue, as the cut has it.

``read.R`` and ``read.py`` follow ``codebook.csv`` and ``value_labels.csv``; ``read.sas`` and
``read.do`` spell every column, label and code out, for their tools cannot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from exports.output import HashedFile, WrittenFile
from exports.readers import sas, stata
from exports.tables import Table

FOLDER = "readers"
SCRIPTS = Path(__file__).with_name("scripts")


def write(
    folder: Path, tables: Sequence[Table], rows: Sequence[int], formats: Collection[str]
) -> Iterator[WrittenFile]:
    """Write the readers of these tables, which have so many rows, into the cut's folder.

    Raises:
        OSError: the disk is full, or not there.
    """
    (folder / FOLDER).mkdir()
    contents = {
        "read.R": (SCRIPTS / "read.R").read_text(encoding="utf-8"),
        "read.do": stata.program(tables, rows),
        "read.py": (SCRIPTS / "read.py").read_text(encoding="utf-8"),
        "read.sas": sas.program(tables, rows, transport="xpt" in formats),
    }
    for name, text in contents.items():
        with HashedFile(folder / FOLDER / name, FOLDER) as out:
            out.add(text.encode())
            yield out.finish()
