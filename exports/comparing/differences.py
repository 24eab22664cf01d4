"""How the rows of a table differ between two cuts, by their keys. Pure.

Of every row only its place in the file and a hash are held: what is shown is read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exports.datasets import records
from exports.datasets.described import Dataset
from exports.datasets.pages import NotComparable
from trial.csv_cells import unguarded

Kind = Literal["added", "changed", "gone"]
Key = tuple[str, ...]
Cells = Mapping[str, str]
KINDS: tuple[Kind, ...] = ("added", "changed", "gone")


@dataclass(frozen=True)
class Found:
    """One row that differs, and where it begins in the old and in the new file."""

    kind: Kind
    key: Key
    old: int | None
    new: int | None


@dataclass(frozen=True)
class Difference:
    """One row that differs: by column what it held and what it holds now, where that is not the
    same. A row that was added held nothing, one that is gone holds nothing."""

    kind: Kind
    key: Key
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Pair:
    """A table in both cuts, compared by the columns both have; either may lack the table."""

    old: Dataset | None
    new: Dataset | None

    @property
    def name(self) -> str:
        """The table."""
        known = self.new or self.old
        return known.name if known else ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a row."""
        known = self.new or self.old
        return known.key if known else ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are compared: those of the newer cut that the older has too."""
        if self.old is None or self.new is None:
            known = self.new or self.old
            return known.columns if known else ()
        return tuple(name for name in self.new.columns if name in self.old.columns)


def differing(pair: Pair) -> list[Found]:
    """Every row that differs, in the order of the newer file; those that are gone last."""
    before = dict(_index(pair, pair.old))
    found = []
    for key, (digest, new) in _index(pair, pair.new):
        if key not in before:
            found.append(Found("added", key, None, new))
            continue
        was, old = before.pop(key)
        if was != digest:
            found.append(Found("changed", key, old, new))
    return found + [Found("gone", key, old, None) for key, (_, old) in before.items()]


def told(pair: Pair, found: Sequence[Found]) -> list[Difference]:
    """These rows with what is in them."""
    return [
        Difference(
            one.kind, one.key, _cells(pair, _row(pair.old, one.old), _row(pair.new, one.new))
        )
        for one in found
    ]


def _index(pair: Pair, dataset: Dataset | None) -> Iterator[tuple[Key, tuple[bytes, int]]]:
    if dataset is None:
        return
    key, rest = _taking(dataset, pair.keys), _taking(dataset, pair.columns)
    start = dataset.first
    for cells, after in records.rows(dataset.path, start):
        text = "\0".join(rest(cells)).encode()
        yield key(cells), (hashlib.blake2b(text, digest_size=16).digest(), start)
        start = after


def _taking(dataset: Dataset, names: Sequence[str]) -> Callable[[Sequence[str]], Key]:
    if missing := sorted(set(names) - set(dataset.columns)):
        raise NotComparable(f"An older cut knows no {missing[0]} in this table.")
    places = [dataset.columns.index(name) for name in names]
    return lambda cells: tuple(cells[place] for place in places)


def _row(dataset: Dataset | None, start: int | None) -> Cells:
    if dataset is None or start is None:
        return {}
    cells, _ = next(records.rows(dataset.path, start))
    return dict(zip(dataset.columns, map(unguarded, cells), strict=True))


def _cells(pair: Pair, old: Cells, new: Cells) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name, old.get(name, ""), new.get(name, ""))
        for name in pair.columns
        if name not in pair.keys and old.get(name, "") != new.get(name, "")
    )
