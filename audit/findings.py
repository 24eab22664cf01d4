"""What a verification found, in words: what was done to which table, row and field."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

MOST = 500
"""So many findings are kept and told; all are counted."""
_NO_SEAL = 2**63


class Kind(StrEnum):
    """What was done."""

    CHANGED = "changed"
    RE_DATED = "re-dated"
    MOVED = "moved"
    SWAPPED = "swapped"
    DELETED = "deleted"
    INSERTED = "inserted"
    SEAL_ALTERED = "seal altered"
    CHAIN_CUT = "chain cut"
    NOT_NOTED = "not noted"
    FLOOR_LIFTED = "floor lifted"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed.

    ``seal`` is None for what no seal covers: a row of the data that its history contradicts.
    """

    table: str
    key: int | str | None
    field: str
    kind: Kind
    says: str
    seal: int | None = None

    @property
    def place(self) -> str:
        """Table, row and field."""
        row = "" if self.key is None else f", row {self.key}"
        return f"{self.table}{row}{f', field {self.field}' if self.field else ''}"

    def __str__(self) -> str:
        return f"{self.kind.upper()}: {self.place}: {self.says}"


class Findings:
    """The earliest findings, a bounded number of them, and how many of each kind there are."""

    def __init__(self) -> None:
        self.kinds: Counter[Kind] = Counter()
        self._kept: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Take one in."""
        self.kinds[finding.kind] += 1
        self._kept.append(finding)
        if len(self._kept) > 2 * MOST:
            self._kept = self.sorted()

    def swap(self, table: str, first: int, second: int) -> None:
        """Two rows of a table changed places: say that, instead of field by field."""
        for key, other in ((first, second), (second, first)):
            mine = [one for one in self._kept if one.table == table and one.key == key]
            for one in mine:
                self._kept.remove(one)
                self.kinds[one.kind] -= 1
            if mine:
                says = f"it holds what row {other} held when they were sealed"
                self.add(replace(mine[0], field="", kind=Kind.SWAPPED, says=says))

    def sorted(self) -> list[Finding]:
        """The earliest first."""
        return sorted(self._kept, key=_order)[:MOST]

    def total(self) -> int:
        """How many there are."""
        return self.kinds.total()


def _order(one: Finding) -> tuple[int, bool, str, str, str]:
    seal = _NO_SEAL if one.seal is None else one.seal
    of_a_row = one.kind not in {Kind.SEAL_ALTERED, Kind.CHAIN_CUT, Kind.NOT_NOTED}
    return (seal, of_a_row, one.table, f"{one.key!s:>20}", one.field)


@dataclass(frozen=True)
class Report:
    """The outcome of one verification."""

    seals: int
    newest: int
    newest_hash: str
    rows: int
    waiting: int
    findings: tuple[Finding, ...]
    total: int

    @property
    def clean(self) -> bool:
        """Whether everything is as it was sealed."""
        return self.total == 0
