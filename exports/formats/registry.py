"""The formats a cut may have besides its CSV files, in the order in which they are offered.

A writer is loaded only by who makes a cut with its format: it brings 100 MB of libraries along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from exports.models import DataCut
from exports.output import WrittenFile

if TYPE_CHECKING:
    from exports.formats.frozen import Frozen


@dataclass(frozen=True)
class Format:
    """One format: its tick box, its folder in the cut, and the module that writes it.

    The module has ``write(frozen: Frozen) -> Iterable[WrittenFile]``. With ``in_snapshot`` it also
    has ``in_snapshot(aside: Path, cut: DataCut) -> None``, called while the tables are read: what
    it reads of the database it writes as plain CSV or JSON lines into ``aside``, an empty folder
    that is ``Frozen.aside`` later and no part of the cut.
    """

    code: str
    title: str
    folder: str
    module: str
    in_snapshot: bool = False

    def write(self, frozen: Frozen) -> Iterable[WrittenFile]:
        """Write the files of this format from the CSV files of the cut.

        Raises:
            UnfitForFormat: the format cannot hold a name, a length, a type or a character.
            CutStopped: the cut is not being made any more.
            OSError: the disk is full, or not there.
        """
        written: Iterable[WrittenFile] = import_module(self.module).write(frozen)
        return written

    def read(self, aside: Path, cut: DataCut) -> None:
        """Put aside what this format needs of the database; inside the snapshot."""
        if self.in_snapshot:
            aside.mkdir(parents=True)
            import_module(self.module).in_snapshot(aside, cut)


FORMATS = (
    Format("parquet", "Parquet", "parquet", "exports.formats.parquet"),
    Format("xpt", "SAS transport (XPT v5)", "xpt", "exports.formats.xpt"),
    Format("sav", "SPSS", "sav", "exports.formats.sav"),
    Format("dta", "Stata", "dta", "exports.formats.dta"),
    Format(
        "odm",
        "CDISC ODM-XML 1.3.2: forms, data, audit records, signatures",
        "odm",
        "exports.formats.odm.writing",
        in_snapshot=True,
    ),
    Format(
        "dataset_json",
        "CDISC Dataset-JSON 1.1",
        "dataset_json",
        "exports.formats.dataset_json.tables",
    ),
    Format(
        "sdtm",
        "CDISC SDTM 3.4: XPT, Dataset-JSON and define.xml",
        "sdtm",
        "exports.formats.sdtm.writing",
        in_snapshot=True,
    ),
    Format(
        "adam",
        "CDISC ADaM 1.3: XPT, Dataset-JSON and define.xml",
        "adam",
        "exports.formats.adam.writing",
    ),
)


def chosen(codes: Sequence[str]) -> tuple[Format, ...]:
    """The formats with these codes."""
    return tuple(one for one in FORMATS if one.code in codes)


def titles(codes: Sequence[str]) -> str:
    """CSV and these formats, in words."""
    return ", ".join(["CSV", *(one.title for one in chosen(codes))])
