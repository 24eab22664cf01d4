"""Moving to a newer version: what a coding would be there. Nothing changes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from safety.coding.models import Coding, Dictionary, Term
from safety.coding.selectors import behind, newest_codings
from safety.models import AdverseEvent
from trial.access import AnyUser

GONE, NOT_CURRENT, MOVED, RENAMED, OTHER_SOC, REWORDED = (
    "gone", "not_current", "moved", "renamed", "other_soc", "reworded",
)  # fmt: skip
CHANGES: Mapping[str, str] = {
    GONE: "The LLT is gone",
    NOT_CURRENT: "The LLT is no longer current",
    MOVED: "The LLT is under another PT",
    RENAMED: "The PT is called otherwise",
    OTHER_SOC: "The PT has another primary SOC",
    REWORDED: "The LLT or the SOC is called otherwise",
}


@dataclass(frozen=True)
class Moved:
    """One coding in an older version beside what its term is in the version in use."""

    event: AdverseEvent
    coding: Coding
    term: Term | None
    changes: tuple[str, ...]

    @property
    def can_stay(self) -> bool:
        """Whether the same LLT may be confirmed: it is there, and current."""
        return self.term is not None and self.term.current

    @property
    def words(self) -> str:
        """What changes, for a person."""
        return " · ".join(CHANGES[one] for one in self.changes)


def compare(coding: Coding, term: Term | None) -> tuple[str, ...]:
    """What differs between a coding and the line its LLT has in another version."""
    if term is None:
        return (GONE,)
    moved = term.pt_code != coding.pt_code
    found = {
        NOT_CURRENT: not term.current,
        MOVED: moved,
        RENAMED: not moved and term.pt != coding.pt,
        OTHER_SOC: term.soc_code != coding.soc_code,
        REWORDED: term.name != coding.name
        or (term.soc_code == coding.soc_code and term.soc != coding.soc),
    }
    return tuple(code for code, so in found.items() if so)


def report(user: AnyUser, dictionary: Dictionary) -> list[Moved]:
    """Every coding in an older version, by participant and event; what changes stands in it."""
    events = list(behind(user, dictionary))
    codings = newest_codings(events)
    codes = {one.code for one in codings.values()}
    lines = {line.code: line for line in dictionary.lines.filter(code__in=codes)}
    found = []
    for event in events:
        coding = codings[event.pk]
        term = lines.get(coding.code)
        found.append(Moved(event, coding, term, compare(coding, term)))
    return found


def unchanged(user: AnyUser, dictionary: Dictionary) -> list[Coding]:
    """The codings that read the same in a newer version."""
    found = []
    for one in report(user, dictionary):
        if not one.changes:
            one.coding.event = one.event
            found.append(one.coding)
    return found
