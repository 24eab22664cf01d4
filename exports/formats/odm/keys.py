"""Where a row of a table stands in ODM's tree of subject, event, form and group. Pure.

Participant, visit and occurrence are no items: they are the keys of the tree. A row without a
visit stands under the event of the whole trial; a person without a code, whom only the screening
log knows, under the number in that log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.tables import Column
from trial.protocol import Protocol

WHOLE_TRIAL = "SE.TRIAL"
PARTICIPANT, VISIT, OCCURRENCE = "participant", "visit", "occurrence"
PLACES = frozenset({PARTICIPANT, VISIT, OCCURRENCE})
NUMBER_IN_LOG = "screening_id"
# Besides the forms: the tables with one row a participant, or one a visit.
_SINGLE = frozenset({"participants", "visits", "screening", "allocation", "treatment"})


@dataclass(frozen=True)
class Source:
    """One table of the cut as ODM takes it: a form with one group of items."""

    code: str
    title: str
    columns: tuple[Column, ...]
    path: Path
    repeats: bool

    @property
    def file(self) -> str:
        """The table's name in the cut."""
        return f"{self.code}.csv"

    @property
    def form(self) -> str:
        """The form's OID."""
        return f"F.{self.code.upper()}"

    @property
    def group(self) -> str:
        """The item group's OID."""
        return f"IG.{self.code.upper()}"

    @property
    def items(self) -> tuple[Column, ...]:
        """The columns that are items and not places in the tree."""
        return tuple(column for column in self.columns if column.name not in PLACES)

    @property
    def at_visits(self) -> bool:
        """Whether its rows may belong to a visit."""
        return any(column.name == VISIT for column in self.columns)

    def item(self, column: str) -> str:
        """An item's OID."""
        return f"I.{self.code.upper()}.{column.upper()}"


def source(plan: Protocol, file: str, title: str, columns: Sequence[Column], path: Path) -> Source:
    """A table of the cut as a form."""
    code = file.removesuffix(".csv")
    single = code in _SINGLE or code in plan.form_codes()
    return Source(code, title, tuple(columns), path, repeats=not single)


def event(visit: str) -> str:
    """The OID of a visit's event; of the whole trial's for none."""
    return f"SE.{visit}" if visit else WHOLE_TRIAL


def subject(row: Mapping[str, str]) -> str:
    """The key of the person a row is about; empty when it is about nobody."""
    return row.get(PARTICIPANT, "") or row.get(NUMBER_IN_LOG, "")


def study(plan: Protocol) -> tuple[str, str]:
    """The OIDs of the study and of this version of its metadata."""
    return f"ST.{plan.code}", f"MDV.{plan.version}"


def user(pk: int | None) -> str:
    """A person's OID; of the system itself for none."""
    return "USR.SYSTEM" if pk is None else f"USR.{pk}"


def location(site: str, sites: Collection[str]) -> str:
    """The OID of the site where somebody acted; of the coordination for one who is at none."""
    return f"LOC.{site}" if site in sites else "LOC.COORDINATION"
