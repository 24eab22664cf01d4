"""Who is in which analysis and who is not, with the reason for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.longitudinal import Series
from analysis.manifest import Outcome
from analysis.models import Fit
from analysis.people import Participant
from analysis.sets import INTENTION_TO_TREAT, POOLED, AnalysisSet, Group
from analysis.tables import NOT_AVAILABLE, Table, count_percent, in_words

IN, OUT = "in", "out"
ANALYSED = "analysed"
NO_BASELINE = "no baseline reading"
NO_READING = "no reading after the baseline"
NOT_AT_THE_VISITS = "readings only at visits the model leaves out"


@dataclass(frozen=True)
class Membership:
    """Whether a participant is in an analysis set: in which group, or why not."""

    participant: str
    analysis_set: AnalysisSet
    group: Group | None
    reason: str


@dataclass(frozen=True)
class Analysed:
    """A participant of an analysis set and an outcome: analysed, or why not."""

    participant: str
    outcome: Outcome
    analysis_set: AnalysisSet
    group: Group
    reason: str


def memberships(
    people: Sequence[Participant], sets: Sequence[AnalysisSet]
) -> tuple[Membership, ...]:
    """Everybody who consented, in each set."""
    return tuple(
        Membership(person.code, chosen, group, _reason(person, chosen, group))
        for person in people
        for chosen in sets
        for group in [_group_of(person.code, chosen)]
    )


def _group_of(code: str, chosen: AnalysisSet) -> Group | None:
    return next((group for group in chosen.groups if code in group.members), None)


def _reason(person: Participant, chosen: AnalysisSet, group: Group | None) -> str:
    """Why somebody is in a group, or in none, in words."""
    if group is None:
        return _reason_out(person)
    if chosen.code == POOLED:
        return "randomized"
    if chosen.explanation == INTENTION_TO_TREAT:
        return "allocated to this arm"
    if person.received == person.arm:
        return "received what was allocated"
    why = in_words(person.reason_not_treated or "") or "no reason recorded"
    return f"did not receive what was allocated: {why}"


def _reason_out(person: Participant) -> str:
    if not person.randomized:
        return "consented, not randomized"
    missing = "no allocation" if person.arm is None else "no treatment row"
    return f"randomized, {missing} in the cut"


def members_table(
    found: Sequence[Membership],
    people: Mapping[str, Participant],
    sets: Sequence[AnalysisSet],
    labels: Mapping[str, str],
) -> Table:
    """A row a participant: allocated, received, and for each set the group and the reason."""
    by_person: dict[str, dict[str, Membership]] = {}
    for one in found:
        by_person.setdefault(one.participant, {})[one.analysis_set.code] = one
    told = any(person.arm is not None for person in people.values())
    rows = []
    for code, mine in by_person.items():
        person = people[code]
        facts = (labels.get(person.arm or "", ""), labels.get(person.received or "", ""))
        row = [code, *(fact or NOT_AVAILABLE for fact in facts)] if told else [code]
        for chosen in sets:
            one = mine[chosen.code]
            row += [one.group.label if one.group else OUT, one.reason]
        rows.append(tuple(row))
    heads = ["Participant", *(("Allocated to", "Received") if told else ())]
    for chosen in sets:
        heads += [chosen.title, f"{chosen.title}: because"]
    return Table(
        "analysis_set_members",
        "Who is in which analysis set, and why",
        tuple(heads),
        tuple(rows),
        ("Everybody who consented.",),
    )


def analysed(
    series: Sequence[Series], sets: Sequence[AnalysisSet], fits: Sequence[Fit]
) -> tuple[Analysed, ...]:
    """Every participant of every set for every outcome, by the models' own lists where fitted."""
    designs = {(fit.outcome.code, fit.analysis_set.code): fit.design for fit in fits}
    found = []
    for one in series:
        for chosen in sets:
            design = designs.get((one.outcome.code, chosen.code))
            inside = None if design is None else set(design.people)
            for group in chosen.groups:
                for code in group.members:
                    reason = _left_out(one, code, inside)
                    found.append(Analysed(code, one.outcome, chosen, group, reason))
    return tuple(found)


def _left_out(series: Series, code: str, inside: set[str] | None) -> str:
    if inside is not None and code in inside:
        return ANALYSED
    if series.baseline(code) is None:
        return NO_BASELINE
    if not any((code, visit.code) in series.readings for visit in series.follow_up):
        return NO_READING
    return ANALYSED if inside is None else NOT_AT_THE_VISITS


def analysed_table(found: Sequence[Analysed]) -> Table:
    """A row an outcome, set and group: analysed of all, and how many not for which reason."""
    places: dict[tuple[str, str, str], list[Analysed]] = {}
    for one in found:
        key = (one.outcome.label, one.analysis_set.title, one.group.label)
        places.setdefault(key, []).append(one)
    rows = []
    for key, mine in places.items():
        inside = sum(one.reason == ANALYSED for one in mine)
        rows.append((*key, str(len(mine)), count_percent(inside, len(mine)), _listed(mine)))
    return Table(
        "analysed",
        "Analysed for each outcome, and who is not, with the reason",
        ("Outcome", "Analysis", "Group", "n", "Analysed (%)", "Not analysed"),
        tuple(rows),
        ("Analysed: a baseline reading and at least one after it.",),
        stub=3,
    )


def _listed(mine: Sequence[Analysed]) -> str:
    """ "no baseline reading: 2 (A, B)" for each reason; "none" where everybody is analysed."""
    return "; ".join(_reasons(mine)) or "none"


def _reasons(mine: Sequence[Analysed]) -> Iterator[str]:
    counts = Counter(one.reason for one in mine if one.reason != ANALYSED)
    for reason, count in sorted(counts.items()):
        codes = ", ".join(one.participant for one in mine if one.reason == reason)
        yield f"{reason}: {count} ({codes})"
