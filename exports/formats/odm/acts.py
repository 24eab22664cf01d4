"""The lines that tell who entered, changed and signed what, as they lie beside the tables. Pure.

One file a table with one line of JSON a row, by participant; the file of signatures likewise. They
are written inside the cut's instant, read here, and no part of the cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

SIGNATURES, PEOPLE = "signatures", "people"
Key = tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """One act: who (None for the system), at which site or none, when in UTC, and why."""

    user: int | None
    site: str
    at: str
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """What is known of a row: its first entry, and of each column the last change since."""

    entered: Done
    changed: Mapping[str, Done] = field(default_factory=dict)


@dataclass(frozen=True)
class Signed:
    """A signature that holds: what it means, by whom, and when."""

    meaning: str
    done: Done


@dataclass(frozen=True)
class Person:
    """Somebody who did something the file tells of, and at which sites they work."""

    pk: int | None
    name: str
    login: str
    investigator: bool
    sites: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A site, and since when it takes part (ISO 8601; empty when it does not yet)."""

    code: str
    name: str
    since: str


@dataclass(frozen=True)
class People:
    """Everybody and every place that is referred to."""

    persons: tuple[Person, ...]
    places: tuple[Place, ...]

    @classmethod
    def read(cls, folder: Path) -> People:
        """As written beside the tables."""
        data = json.loads((folder / f"{PEOPLE}.json").read_bytes())
        persons = (Person(**{**one, "sites": tuple(one["sites"])}) for one in data["persons"])
        return cls(tuple(persons), tuple(Place(**one) for one in data["places"]))


class ByParticipant:
    """The lines of one file, asked for participant by participant in rising order."""

    def __init__(self, folder: Path, name: str) -> None:
        self._groups = groupby(_lines(folder / f"{name}.jsonl"), key=lambda one: str(one["who"]))
        self._next = next(self._groups, None)

    def take(self, whose: str) -> list[dict[str, Any]]:
        """The lines of a participant, those of people passed over dropped."""
        while self._next is not None and self._next[0] < whose:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != whose:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found


def lines_of(found: list[dict[str, Any]]) -> dict[Key, Line]:
    """The lines of one participant by the key of their row."""
    return {
        tuple(one["key"]): Line(
            Done(*one["entered"]), {name: Done(*done) for name, done in one["changed"].items()}
        )
        for one in found
    }


def signatures_of(found: list[dict[str, Any]]) -> dict[Key, Signed]:
    """The signatures of one participant by what they cover: form, visit, and which visit of it."""
    return {tuple(one["key"]): Signed(one["meaning"], Done(*one["done"])) for one in found}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
