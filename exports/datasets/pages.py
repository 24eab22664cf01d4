"""A page of a dataset: its rows, or what changed in it since an earlier cut. Pure but for reading.

Memory holds one page and, for a comparison, the keys of at most ``SCANNED`` rows; the time of a
page is bounded by the same number, so that a page may come back with few rows or none and more to
follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from audit.errors import Refused
from exports.datasets import records
from exports.datasets.described import Dataset, Value

# So many rows are looked at for one page.
SCANNED = 20_000

Phase = Literal["rows", "gone"]
Row = Mapping[str, Value]


class NotComparable(Refused):
    """What changed between two cuts cannot be said."""

    code = "not-comparable"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="changed_since")


@dataclass(frozen=True)
class Place:
    """Where a page begins: in the rows of the cut, or in those of the cut before it."""

    phase: Phase
    position: int


@dataclass(frozen=True)
class Page:
    """Rows, the keys of rows that are gone, and where the next page begins."""

    rows: list[Row]
    gone: list[Row] = field(default_factory=list)
    next: Place | None = None


@dataclass(frozen=True)
class Choice:
    """Which rows are wanted: by column, the cells of which a row has one."""

    wanted: Mapping[str, Collection[str]]

    def of(self, dataset: Dataset) -> _Chosen:
        """The same, by place of the column."""
        columns = dataset.columns
        return _Chosen(
            [(columns.index(name), cells) for name, cells in self.wanted.items() if name in columns]
        )


@dataclass(frozen=True)
class _Chosen:
    wanted: list[tuple[int, Collection[str]]]

    def has(self, cells: Sequence[str]) -> bool:
        return all(cells[place] in some for place, some in self.wanted)


def page(dataset: Dataset, choice: Choice, start: Place | None, size: int) -> Page:
    """At most ``size`` rows from a place on."""
    position = start.position if start else dataset.first
    chosen = choice.of(dataset)
    found: list[Row] = []
    for seen, (cells, after) in enumerate(records.rows(dataset.path, position), start=1):
        position = after
        if chosen.has(cells):
            found.append(dataset.row(cells))
        if len(found) == size or seen == SCANNED:
            break
    return Page(found, next=_following(dataset, "rows", position))


def changes(
    new: Dataset, old: Dataset | None, choice: Choice, start: Place | None, size: int
) -> Page:
    """At most ``size`` rows that ``old`` lacks or has otherwise; after them, keys of rows gone.

    Without ``old`` every row is new.

    A column that the older cut did not have counts as empty in it.

    Raises:
        NotComparable: a key is there twice.
    """
    if old is None:
        return page(new, choice, start, size)
    if start is not None and start.phase == "gone":
        return _gone(new, old, choice, start.position, size)
    rows, after = _some(new, choice, start.position if start else new.first)
    known = _find(old, rows, new.columns)
    found: list[Row] = []
    for key, (cells, position) in rows.items():
        if known.get(key) != cells:
            found.append(new.row(cells))
        if len(found) == size:
            after = position
            break
    following = _following(new, "rows", after) or _following(old, "gone", old.first)
    return Page(found, next=following)


def _gone(new: Dataset, old: Dataset, choice: Choice, position: int, size: int) -> Page:
    rows, after = _some(old, choice, position)
    still = _find(new, rows, new.columns)
    found: list[Row] = []
    for key, (cells, place) in rows.items():
        if key not in still:
            row = old.row(cells)
            found.append({name: row[name] for name in old.key})
        if len(found) == size:
            after = place
            break
    return Page([], found, _following(old, "gone", after))


_Key = tuple[str, ...]


def _some(
    dataset: Dataset, choice: Choice, position: int
) -> tuple[dict[_Key, tuple[list[str], int]], int]:
    """The wanted among the next rows, by key, and the position after the last one looked at."""
    chosen, found = choice.of(dataset), {}
    for seen, (key, cells, after) in enumerate(_keyed(dataset, position), start=1):
        position = after
        if chosen.has(cells):
            if key in found:
                raise NotComparable(f"Two rows of {dataset.name} have the same key.")
            found[key] = (cells, after)
        if seen == SCANNED:
            break
    return found, position


def _find(
    dataset: Dataset, keys: Collection[_Key], columns: Sequence[str]
) -> dict[_Key, list[str]]:
    """The rows with these keys, their cells in the order of ``columns``."""
    places = {name: place for place, name in enumerate(dataset.columns)}
    order = [places.get(name) for name in columns]
    return {
        key: ["" if place is None else cells[place] for place in order]
        for key, cells, _ in _keyed(dataset, dataset.first)
        if key in keys
    }


def _keyed(dataset: Dataset, position: int) -> Iterator[tuple[_Key, list[str], int]]:
    columns = dataset.columns
    places = [columns.index(name) for name in dataset.key]
    for cells, after in records.rows(dataset.path, position):
        yield tuple(cells[place] for place in places), cells, after


def _following(dataset: Dataset, phase: Phase, position: int) -> Place | None:
    return Place(phase, position) if position < dataset.path.stat().st_size else None
