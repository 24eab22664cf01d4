"""Writes the ADaM data sets of a cut: ``adam/adsl.xpt``, ``adam/adsl.json``, ... and define.xml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from exports.formats.adam.core import Analysis
from exports.formats.adam.occurrences import adverse_events
from exports.formats.adam.scales import scales
from exports.formats.adam.subjects import subjects
from exports.formats.adam.times import times
from exports.formats.cdisc import files, setting, terms
from exports.formats.cdisc.files import Package
from exports.formats.cdisc.model import Standard
from exports.formats.cdisc.persons import Setting, persons
from exports.formats.cdisc.store import Stored, shelf
from exports.formats.frozen import Frozen
from exports.output import WrittenFile

FOLDER = "adam"
STANDARD = Standard(
    "ADaMIG", "1.3", (("SDTM", terms.TERMINOLOGY), ("ADaM", terms.ANALYSIS_TERMINOLOGY))
)


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """Every data set that has rows, and what define.xml says of them.

    Raises:
        UnfitForFormat: a name, a label or a text that SAS transport cannot hold.
        CutStopped: the cut is not being made any more.
    """
    (frozen.folder / FOLDER).mkdir()
    place = frozen.aside / FOLDER
    place.mkdir(parents=True)
    about = setting.of(frozen, {})
    package = Package(frozen, about.plan, FOLDER, STANDARD)
    yield from files.write(package, analyses(frozen, about, place))


def analyses(frozen: Frozen, about: Setting, place: Path) -> list[Stored]:
    """Put the rows of every data set down, participant by participant."""
    found: list[Analysis] = [
        subjects(about), adverse_events(about), times(about), *scales(about),
    ]  # fmt: skip
    tables = frozenset().union(*(one.tables for one in found))
    with shelf(place) as stored:
        sets = [stored(one.dataset) for one in found]
        for person in persons(frozen, about, tables):
            for one, rows in zip(found, sets, strict=True):
                for row in one.rows(person):
                    rows.add(row)
    return sets
