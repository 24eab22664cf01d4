"""A report as a tree, free of any format: sections of paragraphs, tables and figures.

The page (`analysis.page`) and the paper (`analysis.paper`) are made from the same tree, so what one
says the other says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from analysis.figures import Drawing
from analysis.manifest import Manifest
from analysis.tables import Table

SIMULATED = "SIMULATED DATA – no real participant; not for any clinical or regulatory use"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section; `key` is its place on the page."""

    key: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; a remark is something a reader must not miss."""

    text: str
    remark: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of sentences; it is left out where it is empty."""

    items: tuple[str, ...]


Block: TypeAlias = Heading | Paragraph | Bullets | Table | Drawing


@dataclass(frozen=True)
class Section:
    """One part of the report.

    `numbers` goes into `results.json` as it is, under keys no other section has; `also` are tables
    that are written as files and not shown; a `wide` section lies across the paper.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Table, ...] = ()
    wide: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report: what it is made from, its main results, and its sections in order.

    `warnings` stand before everything else.
    """

    title: str
    manifest: Manifest
    origin: tuple[tuple[str, str], ...]
    main_results: tuple[str, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table that is shown, in the order of the report."""
        return tuple(block for block in self._blocks() if isinstance(block, Table))

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """Every figure, in the order of the report."""
        return tuple(block for block in self._blocks() if isinstance(block, Drawing))

    @property
    def files(self) -> tuple[Table, ...]:
        """Every table that is written as a file."""
        return (*self.tables, *(table for section in self.sections for table in section.also))

    def numbered(self) -> Mapping[str, str]:
        """ "Table 3" or "Figure 2" by the place of the table or figure (`place_of`)."""
        return _numbered("Table", self.tables) | _numbered("Figure", self.figures)

    def _blocks(self) -> Iterator[Block]:
        for section in self.sections:
            yield from section.blocks


def _numbered(word: str, found: Iterable[Table | Drawing]) -> dict[str, str]:
    return {place_of(one): f"{word} {number}" for number, one in enumerate(found, start=1)}


def place_of(one: Table | Drawing) -> str:
    """What names a table or figure in the report: no other has it."""
    return f"{'table' if isinstance(one, Table) else 'figure'}-{one.name}"


def bullets(sentences: Iterable[str]) -> Bullets:
    """The sentences as a list."""
    return Bullets(tuple(sentences))
