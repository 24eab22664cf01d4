"""A list brought as a file: read whole, judged line by line, and nothing kept. Pure.

A CSV file in UTF-8 with a line of column names: ``stratum``, ``position`` and ``arm``, and where
the list has blocks ``block`` and ``block_size``. Commas, semicolons or tabs; any line end; a byte
order mark or none; rows in any order. Positions and blocks count from 1 in each stratum.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from randomization.schemes import PlannedSlot

NEEDED = ("stratum", "position", "arm")
BLOCKS = ("block", "block_size")
DELIMITERS = ",;\t"
MAXIMUM_BYTES = 2_000_000
MAXIMUM_PLACES = 10_000
# A list is corrected in several passes anyway; a wrong column name must not fill a page.
MAXIMUM_TOLD = 500


@dataclass(frozen=True)
class BadLine:
    """What is wrong with one line, counted from 1; None where it is the file as a whole."""

    line: int | None
    sentence: str


@dataclass(frozen=True)
class Count:
    """How many places a stratum has, of each arm too, and its blocks (0 for none)."""

    stratum: str
    places: int
    arms: tuple[tuple[str, int], ...]
    blocks: int


@dataclass(frozen=True)
class Read:
    """A file as read: its places in the order of the strata, or everything that is wrong."""

    slots: tuple[PlannedSlot, ...]
    bad: tuple[BadLine, ...]
    counts: tuple[Count, ...]
    untold: int = 0

    @property
    def length(self) -> int:
        """The least number of places in a stratum."""
        return min((count.places for count in self.counts), default=0)


class UnreadableError(ValueError):
    """Nothing in the file can be judged line by line."""


def read(content: bytes, *, arms: Sequence[str], strata: Sequence[str]) -> Read:
    """Read a list file for these arms and strata; what is wrong is told, never raised."""
    try:
        rows = list(_rows(content))
    except UnreadableError as error:
        return Read((), (BadLine(None, str(error)),), ())
    bad: list[BadLine] = []
    lines: dict[tuple[str, int], int] = {}
    slots: list[PlannedSlot] = []
    for number, cells in rows:
        wrong = list(_objections(cells, arms, strata))
        if not wrong:
            slot = _slot(cells)
            first = lines.setdefault((slot.stratum, slot.position), number)
            slots.append(slot)
            if first != number:
                wrong = [f"Stratum {slot.stratum} has position {slot.position} in line {first}."]
        bad += [BadLine(number, sentence) for sentence in wrong]
    order = {stratum: place for place, stratum in enumerate(strata)}
    slots.sort(key=lambda slot: (order[slot.stratum], slot.position))
    # Gaps and blocks are looked for once every line is good: a misspelt line is no gap.
    bad = bad or list(_whole(slots, lines, strata))
    told = tuple(bad[:MAXIMUM_TOLD])
    counts = tuple(_counts(slots, arms, strata))
    return Read(() if bad else tuple(slots), told, counts, len(bad) - len(told))


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Every filled line with its number and its cells by column."""
    text = _text(content)
    head = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text), delimiter=max(DELIMITERS, key=head.count), strict=True)
    columns: list[str] = []
    number = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and not columns:
                columns = _columns(cells)
            elif any(cells):
                cells += [""] * (len(columns) - len(cells))
                yield number, dict(zip([*columns, *_EXTRA], cells, strict=False))
            number = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableError(f"Line {number} cannot be read: a quotation mark is odd.") from error
    if not columns:
        raise UnreadableError("The file is empty.")


_EXTRA = ("",)


def _text(content: bytes) -> str:
    if len(content) > MAXIMUM_BYTES:
        raise UnreadableError(f"The file is larger than {MAXIMUM_BYTES // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("The file is not text in UTF-8: save it as CSV UTF-8.") from error
    if "\0" in text:
        raise UnreadableError("The file is not text in UTF-8: save it as CSV UTF-8.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _columns(cells: Sequence[str]) -> list[str]:
    columns = [cell.lower() for cell in cells]
    missing = [name for name in NEEDED if name not in columns]
    unknown = [name or "one without a name" for name in columns if name not in NEEDED + BLOCKS]
    if missing:
        raise UnreadableError(f"The first line lacks columns: {', '.join(missing)}.")
    if unknown:
        raise UnreadableError(f"The first line has unknown columns: {', '.join(unknown)[:200]}.")
    if len(set(columns)) != len(columns):
        raise UnreadableError("The first line has a column twice.")
    if (BLOCKS[0] in columns) != (BLOCKS[1] in columns):
        raise UnreadableError("The columns block and block_size belong together.")
    return columns


def _objections(
    cells: dict[str, str], arms: Collection[str], strata: Collection[str]
) -> Iterator[str]:
    """Everything that is wrong with one line by itself; no arm is repeated in the words."""
    if cells.get(""):
        yield "There are more cells than columns."
    if cells["stratum"] not in strata:
        yield f"Stratum {cells['stratum'][:80] or '(empty)'} is not one of the protocol's."
    if not _count(cells["position"]) or int(cells["position"]) > MAXIMUM_PLACES:
        yield f"The position is a whole number from 1 to {MAXIMUM_PLACES}."
    if cells["arm"] not in arms:
        yield f"The arm is written as the protocol's code: {', '.join(arms)}."
    blocks = [cells.get(name, "") for name in BLOCKS]
    if any(blocks) and not (
        all(_count(cell) for cell in blocks) and 2 <= int(blocks[1]) <= MAXIMUM_PLACES
    ):
        yield "A block is a whole number from 1, and its size one from 2."


def _count(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) <= 6 and int(cell) >= 1


def _slot(cells: dict[str, str]) -> PlannedSlot:
    block, size = (int(cells.get(name, "") or 0) for name in BLOCKS)
    return PlannedSlot(cells["stratum"], int(cells["position"]), block, size, cells["arm"])


def _whole(
    slots: Sequence[PlannedSlot], lines: Mapping[tuple[str, int], int], strata: Sequence[str]
) -> Iterator[BadLine]:
    """What only the whole list shows: a stratum without places, a gap, a block that is odd."""
    for stratum in strata:
        mine = [slot for slot in slots if slot.stratum == stratum]
        if not mine:
            yield BadLine(None, f"Stratum {stratum} has no place.")
        before = 0
        for slot in mine:
            line = lines[stratum, slot.position]
            if slot.position != before + 1:
                gap = f"{before + 1}" + (f" to {slot.position - 1}" * (slot.position > before + 2))
                yield BadLine(line, f"Stratum {stratum} lacks position {gap} before this one.")
            before = slot.position
        if any(slot.block for slot in mine):
            yield from _blocks(mine, lines)


def _blocks(mine: Sequence[PlannedSlot], lines: Mapping[tuple[str, int], int]) -> Iterator[BadLine]:
    blocks = groupby(mine, key=lambda slot: slot.block)
    for expected, (block, places) in enumerate(blocks, 1):
        held = list(places)
        line = lines[held[0].stratum, held[0].position]
        if block != expected:
            yield BadLine(line, f"Block {expected} of stratum {held[0].stratum} should begin here.")
            return
        if {slot.block_size for slot in held} != {len(held)}:
            yield BadLine(
                line, f"Block {block} of stratum {held[0].stratum} has {len(held)} places, not so "
                "many as its size says."
            )  # fmt: skip


def _counts(
    slots: Sequence[PlannedSlot], arms: Sequence[str], strata: Sequence[str]
) -> Iterator[Count]:
    for stratum in strata:
        mine = [slot for slot in slots if slot.stratum == stratum]
        found = Counter(slot.arm for slot in mine)
        blocks = len({slot.block for slot in mine if slot.block})
        yield Count(stratum, len(mine), tuple((arm, found[arm]) for arm in arms), blocks)
