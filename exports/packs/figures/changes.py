"""What changed since the meeting before: the cut of then beside the cut of now, both veiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.cut import Cut
from analysis.tables import Table
from exports.packs.figures import counting
from exports.packs.figures.facts import Facts, Setting, behind_the_veil, read_facts
from exports.packs.figures.suppressing import EXPLANATION, FEW, LEAST, MARK, told

FIRST = "This is the first meeting: there is nothing to compare with."


@dataclass(frozen=True)
class Before:
    """The last meeting held before: its code and day, and the cut its packs were made from."""

    meeting: str
    held_on: str
    cut: Cut


def since(before: Before | None, whole: Facts, setting: Setting) -> list[str | Table]:
    """Sentences on the protocol, and a table of counts then and now."""
    if before is None:
        return [FIRST]
    then = read_facts(before.cut)
    return [*_sentences(before, then, whole), _table(before, then, whole, setting)]


def _sentences(before: Before, then: Facts, now: Facts) -> list[str]:
    old, new = then.manifest, now.manifest
    found = [f"The meeting before was {before.meeting}, {before.held_on}, on {old.name}."]
    same = old.protocol.version == new.protocol.version
    found.append(
        f"The protocol is of version {new.protocol.version}"
        + (", as it was then." if same else f"; it was of version {old.protocol.version} then.")
    )
    if old.protocol.planned != new.protocol.planned:
        found.append(f"Planned are {new.protocol.planned}; then it was {old.protocol.planned}.")
    return found


def _table(before: Before, then: Facts, now: Facts, setting: Setting) -> Table:
    rows = [
        (label, *_cells(old, new))
        for (label, old), (_, new) in zip(
            _counts(then, setting), _counts(now, setting), strict=True
        )
    ]
    return Table(
        "changes", f"Counts since {before.meeting}",
        ("What", f"Then, {then.as_of}", f"Now, {now.as_of}", "Change"), tuple(rows),
        ("Counts of the whole trial at each cut-off, by what was known then.", EXPLANATION),
    )  # fmt: skip


def _cells(then: int, now: int) -> tuple[str, str, str]:
    """Then, now and the change; a change too small to be told takes the count of then along."""
    change = now - then
    if abs(change) < LEAST or then < LEAST or now < LEAST:
        return (told(then) if then < LEAST else MARK), told(now), FEW
    return str(then), str(now), f"{change:+d}"


def _counts(whole: Facts, setting: Setting) -> Sequence[tuple[str, int]]:
    """The exposure is counted from the whole cut, everything else behind the veil."""
    facts = read_facts(behind_the_veil(whole.cut, setting))
    states = list(counting.statuses(facts).values())
    inside = {person.code for person in facts.randomized}
    events = [event for event in facts.events if event.participant in inside]
    visits = counting.visits_due(facts, setting)
    return (
        ("Approached", len(facts.cut.table("screening.csv"))),
        ("Consented", len(facts.people)),
        ("Randomized", len(inside)),
        ("Infusion given", sum(one.infused_on is not None for one in whole.randomized)),
        ("Visits done", sum(done for _, _, done, _ in visits)),
        ("Adverse events", len(events)),
        ("Serious adverse events", sum(event.serious for event in events)),
        ("Deaths", states.count(counting.DIED)),
        ("Withdrew or lost", states.count(counting.WITHDREW) + states.count(counting.LOST)),
    )
