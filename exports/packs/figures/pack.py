"""A whole pack as data: what stands on it, in its order. Pure; same cut and setting, same data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.cut import Cut
from analysis.tables import Table
from exports.packs.figures import changes, closed, counting, drawing, laboratory, opened
from exports.packs.figures.changes import Before
from exports.packs.figures.drawing import Picture
from exports.packs.figures.facts import Facts, Setting, behind_the_veil, read_facts
from exports.packs.figures.opened import INDENT
from exports.packs.figures.suppressing import LEAST, told
from safety import stopping
from trial.stopping_plan import percent

OPEN, CLOSED = "OPEN", "CLOSED"
Part = Table | Picture | str


@dataclass(frozen=True)
class Pack:
    """``kind`` is OPEN or CLOSED; ``sections`` are headings with their sentences and tables."""

    kind: str
    sections: tuple[tuple[str, tuple[Part, ...]], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in its order."""
        return tuple(part for _, some in self.sections for part in some if isinstance(part, Table))


def rules(setting: Setting, planned: int) -> list[Part]:
    """The stopping guidelines: each rule in a sentence, and its boundaries."""
    found: list[Part] = []
    for rule in setting.rules:
        ever = stopping.ever_crossed(rule, planned, rule.null_rate)
        lines = tuple(
            (
                f"{line.first} to {line.last}" if line.last > line.first else str(line.first),
                "–" if line.boundary is None else str(line.boundary),
            )
            for line in stopping.table(rule, planned)
        )
        found.append(
            Table(f"rule_{rule.code}", f"{rule.label}, within {rule.within_days} days",
                  ("Treated", "Pause at"), lines,
                  ((f"By treatment received; {rule.method}. Were the true rate "
                   f"{percent(rule.null_rate)}, the chance of ever pausing among {planned} treated "
                   f"is {float(100 * ever):.1f} %."),))
        )  # fmt: skip
    return found or ["The protocol declares no stopping rules."]


def open_pack(
    cut: Cut, setting: Setting, past: Sequence[str], before: Before | None = None
) -> Pack:
    """Pooled, no arm, small cells held back.

    ``past`` is what the board said before, ``before`` the last meeting that was held.
    """
    whole = read_facts(cut)
    facts = read_facts(behind_the_veil(cut, setting))
    by_name = {table.name: table for table in opened.tables(facts, whole, setting)}

    def take(*starts: str) -> tuple[Part, ...]:
        return tuple(table for name, table in by_name.items() if name.startswith(starts))

    with_grades = (by_name["ae_by_category"], by_name["ae_by_grade"],
                   drawing.grades(by_name["ae_by_grade"]))  # fmt: skip
    planned = facts.manifest.protocol.planned or 0
    return Pack(OPEN, (
        ("Synopsis", tuple(_synopsis(facts))),
        ("Stopping guidelines", tuple(rules(setting, planned))),
        ("Changes since the last meeting", tuple(changes.since(before, whole, setting))),
        ("Past recommendations", tuple(past) or ("The board has not met before.",)),
        ("Participant flow", (_open_flow(by_name), *take("screening", "status"))),
        ("Enrolment", (*_enrolment(facts, setting), *take("enrolment"))),
        ("Eligibility violations and deviations", take("deviations")),
        ("Demographics and baseline", take("baseline")),
        ("Exposure and feasibility", take("exposure", "doses")),
        ("Data quality", (*take("visits", "forms", "outcomes", "queries", "sdv"),
                          *_unwatched(facts))),
        ("Adverse events", with_grades),
        ("Serious adverse events and deaths", take("sae", "deaths")),
        ("Listing of adverse events", take("ae_listing")),
        ("Clinically significant laboratory values",
         tuple(laboratory.significant(facts, setting))),
    ))  # fmt: skip


def _unwatched(facts: Facts) -> list[Part]:
    if facts.queries is not None and facts.marks is not None:
        return []
    return ["This cut was made before cuts had queries and source verification."]


def _synopsis(facts: Facts) -> list[Part]:
    plan = facts.manifest.protocol
    approached = len(facts.cut.table("screening.csv"))
    return [
        (
            f"{plan.title} ({plan.code}), protocol version {plan.version}; {plan.planned} "
            "participants are planned."
        ),
        (
            f"By the cut-off {told(approached)} people were approached, {told(len(facts.people))} "
            f"consented and {told(len(facts.randomized))} were randomized."
        ),
        (
            "All numbers are pooled: nothing in this pack tells an arm. Counts under "
            f"{LEAST} are held back, and others with them where they could be worked out."
        ),
    ]


def _open_flow(by_name: dict[str, Table]) -> Picture:
    def lines(name: str, *, leave: Sequence[str] = ()) -> list[str]:
        rows = by_name[name].rows
        return [f"{row[0]}: {row[1]}" for row in rows if row[0] not in {"All", *leave}]

    def all_of(name: str) -> str:
        return by_name[name].rows[-1][1]

    return drawing.flow(
        [
            [(f"Approached: {all_of('screening')}", ())],
            [("Of these", lines("screening"))],
            [(f"Randomized: {all_of('status')}", lines("exposure"))],
            [("At the cut-off", lines("status"))],
        ],
        "Participant flow (CONSORT), pooled",
    )


def _enrolment(facts: Facts, setting: Setting) -> tuple[Part, ...]:
    days = list(counting.randomized_on(facts).values())
    planned = facts.manifest.protocol.planned or 0
    if len(days) < LEAST:
        return (f"Fewer than {LEAST} participants are randomized.",)
    return (drawing.enrolment(days, planned, setting.months, facts.as_of),)


def closed_pack(cut: Cut, setting: Setting, *, masked: bool) -> Pack:
    """By arm; ``masked`` calls the arms A and B."""
    facts = read_facts(cut)
    arms = closed.Arms(facts, setting, masked)
    by_name = {table.name: table for table in closed.tables(arms)}
    first, risk = drawing.time_to_event(
        "time_to_sae", "Time to first serious adverse event", closed.times(arms, death=False)
    )
    died, dead_risk = drawing.time_to_event(
        "time_to_death", "Time to death", closed.times(arms, death=True)
    )

    def take(*names: str) -> tuple[Part, ...]:
        return tuple(by_name[name] for name in names if name in by_name)

    bars = drawing.categories(
        _headings(by_name["ae_by_category"]), [group.label for group in arms.treated]
    )
    planned = facts.manifest.protocol.planned or 0
    return Pack(CLOSED, (
        ("How to read this pack", tuple(_reading(facts, masked=masked))),
        ("Participant flow", (_closed_flow(facts, arms), *take("status", "discontinuations"))),
        ("Baseline", take("baseline", "baseline_words")),
        ("Exposure", take("exposure", "not_treated", "doses")),
        ("Adverse events", (bars, *take("ae_by_category", "ae_by_grade", "related"))),
        ("Events of special interest", take("special_interest")),
        ("Serious adverse events", take("sae_by_category", "sae_listing")),
        ("Deaths", take("deaths")),
        ("Times to an event", (first, risk, died, dead_risk)),
        ("Stopping boundaries", (*take("stopping"), *rules(setting, planned))),
    ))  # fmt: skip


def _headings(table: Table) -> Table:
    """The rows that are not told apart further: a figure of every preferred term says nothing."""
    return replace(table, rows=tuple(row for row in table.rows if not row[0].startswith(INDENT)))


def _closed_flow(facts: Facts, arms: closed.Arms) -> Picture:
    people = {person.code: person for person in facts.randomized}
    found = counting.statuses(facts)
    boxes, ends = [], []
    for group in arms.allocated:
        same = sum(people[code].received == people[code].arm for code in group.members)
        states = [found[code] for code in group.members]
        boxes.append((f"{group.label}: {group.size}", [f"Received what was allocated: {same}"]))
        lines = [f"{words}: {states.count(words)}" for words in counting.STATUSES]
        ends.append((f"{group.label} at the cut-off", lines))
    approached = len(facts.cut.table("screening.csv"))
    return drawing.flow(
        [
            [(f"Approached: {approached}", [f"Consented: {len(facts.people)}"])],
            [(f"Randomized: {len(people)}", ())],
            boxes,
            ends,
        ],
        "Participant flow (CONSORT) by allocation",
    )


def _reading(facts: Facts, *, masked: bool) -> list[Part]:
    ratio = [str(facts.manifest.protocol.ratio[arm.code]) for arm in facts.manifest.protocol.arms]
    found: list[Part] = [
        "For the members of the board and the unblinded statistician. Show it to nobody else.",
        (
            "Adverse events are counted by the treatment received, everything else by allocation. "
            "Until an infusion a participant counts as untreated."
        ),
    ]
    if masked:
        found.append(
            "The arms are called A and B, because the board has not voted for their names. Why "
            "cells were not given, and categories that only one arm can have, are not told apart."
        )
    if len(set(ratio)) > 1:
        found.append(
            f"Allocation is {':'.join(ratio)}: the size of a group gives its arm away, whatever it "
            "is called. Compare the percentages with their intervals, not the counts."
        )
    return found
