"""The participants of a cut one after another, each with all rows about them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exports.formats.cdisc.dates import study_day
from exports.formats.cdisc.words import plain
from exports.formats.cells import Cells
from exports.formats.frozen import Frozen
from exports.formats.odm import keys
from exports.formats.odm.cells import BySubject, measure
from outcomes.scales.base import Instrument
from trial.protocol import Protocol, VisitPlan

_NO_ROWS: Sequence[Cells] = ()


@dataclass(frozen=True)
class Setting:
    """What a builder may know besides the rows.

    ``countries`` are those of the sites (ISO 3166-1 alpha-3); ``instruments`` those of the forms.
    """

    plan: Protocol
    blinded: bool
    as_of: str
    countries: Mapping[str, str]
    instruments: Mapping[str, Instrument]

    @property
    def study(self) -> str:
        """STUDYID."""
        return self.plan.code

    @property
    def visits(self) -> tuple[VisitPlan, ...]:
        """The visits that may be named."""
        return tuple(one for one in self.plan.visits if not (self.blinded and one.reveals_arm))

    def visit_number(self, code: str, occurrence: str) -> float:
        """VISITNUM: the visit's place in the protocol; a repeatable one adds hundredths."""
        order = [visit.code for visit in self.plan.visits]
        place = order.index(code) + 1
        if not self.plan.visit(code).repeatable:
            return float(place)
        return round(place + int(occurrence or 1) / 100, 2)

    def visit_name(self, code: str, occurrence: str) -> str:
        """VISIT."""
        visit = self.plan.visit(code)
        label = plain(visit.label)
        return f"{label} {occurrence}" if visit.repeatable else label


@dataclass(frozen=True)
class Person:
    """One participant, with the rows of every table about them."""

    setting: Setting
    code: str
    tables: Mapping[str, Sequence[Cells]]

    def rows(self, table: str) -> Sequence[Cells]:
        """The rows of a table; none where the cut has no such table."""
        return self.tables.get(table, _NO_ROWS)

    @property
    def facts(self) -> Cells:
        """The row of ``participants.csv``."""
        return self.tables["participants"][0]

    @property
    def usubjid(self) -> str:
        """Study, site and participant: unique in the world as far as the study's name is."""
        site = self.facts["site"]
        own = self.code if self.code.startswith(f"{site}-") else f"{site}-{self.code}"
        return f"{self.setting.study}-{own}"

    @property
    def reference(self) -> str:
        """The day all study days count from: randomization; empty before it."""
        return self.facts["randomized_on"]

    def day(self, on: str) -> int | None:
        """A study day."""
        return study_day(on, self.reference)

    def one(self, table: str) -> Cells:
        """The only row of a table; empty where there is none."""
        found = self.rows(table)
        return found[0] if found else {}


def persons(frozen: Frozen, setting: Setting, tables: frozenset[str]) -> Iterator[Person]:
    """Everybody who consented, in the order of their codes, with the rows of these tables."""
    plan = setting.plan
    sources = [
        keys.source(plan, one.table.file, one.table.title, one.table.columns, one.path)
        for one in frozen.tables
        if one.name in tables
    ]
    readers = {one.code: BySubject(one, ordered=measure(one)[1]) for one in sources}
    while waiting := [one.waiting for one in readers.values() if one.waiting is not None]:
        code = min(waiting)
        frozen.look()
        yield Person(
            setting, code, {name: rows for name, one in readers.items() if (rows := one.take(code))}
        )
