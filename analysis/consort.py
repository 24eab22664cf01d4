"""The CONSORT flow: every participant approached is accounted for once at each level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.columns import texts
from analysis.cut import Cut
from analysis.feasibility import NO_REASON
from analysis.labels import labelled
from analysis.longitudinal import Series
from analysis.manifest import Protocol
from analysis.people import Participant
from analysis.sets import AnalysisSet, Group
from analysis.tables import Table, count_percent, in_words

CONSENTED = "consented"
EXCLUSIONS = {"not_eligible": "Not eligible", "declined": "Declined", "other": "Other"}
Reasons = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Branch:
    """One arm of the flow, by allocation. `ends` classes each participant of the arm once.

    `not_analysed` are those without a reading after the baseline, by why.
    """

    group: Group
    received: int | None
    not_received: Reasons
    ends: Reasons
    with_outcome: int
    not_analysed: Reasons


@dataclass(frozen=True)
class Flow:
    """The numbers of the flow chart. Enrolled means: consented and randomized.

    `moves` counts participants by allocated arm code and received arm code; it is empty for a
    blinded cut, whose only branch is everybody.
    """

    screened: int
    excluded: tuple[tuple[str, Reasons], ...]
    consented: int
    not_randomized: Reasons
    enrolled: int
    branches: tuple[Branch, ...]
    moves: Mapping[tuple[str, str], int]
    treated: AnalysisSet | None
    treated_with_outcome: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def excluded_total(self) -> int:
        """Everybody screened who did not consent."""
        return sum(count for _, reasons in self.excluded for _, count in reasons)


def flow(
    cut: Cut,
    people: Sequence[Participant],
    sets: Sequence[AnalysisSet],
    series: Sequence[Series],
) -> Flow:
    """Count the flow of the trial from the screening log, the participants and the visits."""
    screening = cut.table("screening.csv", "screening_id", "outcome", "reason")
    outcomes = texts(screening, "outcome")
    reasons = zip(outcomes, labelled(cut, "screening.csv", "reason"), strict=True)
    by_code = {person.code: person for person in people}
    treated = next((chosen for chosen in sets if chosen.code == "as_treated"), None)
    by_allocation = next(chosen for chosen in sets if chosen.code != "as_treated")
    last_visit, measured = _last_visit(cut), _measured(series)
    branches = tuple(
        _branch(group, [by_code[code] for code in group.members], last_visit, measured)
        for group in by_allocation.groups
    )
    return Flow(
        screened=len(outcomes),
        excluded=_excluded(reasons),
        consented=sum(person.consented_on is not None for person in people),
        not_randomized=_not_randomized(people),
        enrolled=sum(person.randomized for person in people),
        branches=branches,
        moves=Counter((p.arm, p.received) for p in people if p.arm and p.received),
        treated=treated,
        treated_with_outcome=_with_outcome(treated, measured),
        notes=_contradictions(people, outcomes, treated is not None),
    )


def _with_outcome(chosen: AnalysisSet | None, measured: set[str]) -> tuple[int, ...]:
    groups = chosen.groups if chosen else ()
    return tuple(sum(code in measured for code in group.members) for group in groups)


def _excluded(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, Reasons], ...]:
    counts: dict[str, Counter[str]] = {}
    for outcome, reason in pairs:
        if outcome != CONSENTED:
            label = EXCLUSIONS.get(outcome, in_words(outcome) or "no outcome recorded")
            counts.setdefault(label, Counter())[reason or NO_REASON] += 1
    labels = dict.fromkeys((*EXCLUSIONS.values(), *sorted(counts)))
    return tuple((label, ordered(counts[label])) for label in labels if label in counts)


def ordered(counts: Mapping[str, int]) -> Reasons:
    """Reasons by falling count, then by name."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _not_randomized(people: Sequence[Participant]) -> Reasons:
    words = {
        False: "not eligible",
        True: "eligible, not randomized",
        None: "eligibility not signed",
    }
    return ordered(Counter(words[p.eligible] for p in people if not p.randomized))


def _last_visit(cut: Cut) -> tuple[str, set[str], set[str]]:
    """The label of the last planned visit, who attended it, and who is recorded as missing it."""
    label, code = _final(cut.manifest.protocol)
    frame = cut.table("visits.csv", "participant", "visit", "status")
    by_status: dict[str, set[str]] = {}
    columns = (texts(frame, name) for name in ("participant", "visit", "status"))
    for participant, visit, status in zip(*columns, strict=True):
        if visit == code:
            by_status.setdefault(status, set()).add(participant)
    return label, by_status.get("done", set()), by_status.get("missed", set())


def _final(protocol: Protocol) -> tuple[str, str]:
    dated = [visit for visit in protocol.visits if visit.day is not None]
    if not dated:
        return "the last visit", ""
    final = max(dated, key=lambda visit: visit.day or 0.0)
    return final.label, final.code


def _branch(
    group: Group,
    people: Sequence[Participant],
    last_visit: tuple[str, set[str], set[str]],
    measured: set[str],
) -> Branch:
    missed: Counter[str] = Counter()
    for person in people:
        if person.arm is not None and person.received != person.arm:
            missed[person.reason_not_treated or NO_REASON] += 1
    known = all(person.arm is not None for person in people) and bool(people)
    ends = Counter(_end(person, *last_visit) for person in people)
    return Branch(
        group=group,
        received=len(people) - missed.total() if known else None,
        not_received=ordered(missed),
        ends=tuple((label, ends[label]) for label in _end_labels(last_visit[0]) if ends[label]),
        with_outcome=sum(person.code in measured for person in people),
        not_analysed=ordered(Counter(_unread(p) for p in people if p.code not in measured)),
    )


def _unread(person: Participant) -> str:
    """Why a participant has no reading after the baseline, as far as the cut tells."""
    for moment, words in (
        (person.died_on, "died"),
        (person.withdrawn_on, "withdrew"),
        (person.lost_on, "lost to follow-up"),
    ):
        if moment is not None:
            return words
    return "no reading after the baseline yet"


def _end_labels(last: str) -> tuple[str, ...]:
    return (
        f"Followed to {last}",
        "Died",
        "Withdrawn",
        "Lost to follow-up",
        f"Missed {last}",
        "Follow-up not finished at the cut",
    )


def _end(person: Participant, last: str, attended: set[str], missed: set[str]) -> str:
    """How the participant's follow-up ended, once: attending the last visit settles it."""
    followed, *stops, absent, going_on = _end_labels(last)
    if person.code in attended:
        return followed
    moments = zip((person.died_on, person.withdrawn_on, person.lost_on), stops, strict=True)
    dated = [(moment, label) for moment, label in moments if moment is not None]
    if dated:
        return min(dated, key=lambda pair: (pair[0], stops.index(pair[1])))[1]
    return absent if person.code in missed else going_on


def _measured(series: Sequence[Series]) -> set[str]:
    """Participants with at least one outcome reading after the baseline visit."""
    found = set()
    for one in series:
        later = {visit.code for visit in one.follow_up}
        found |= {participant for participant, visit in one.readings if visit in later}
    return found


def _contradictions(
    people: Sequence[Participant], outcomes: Sequence[str], arms_known: bool
) -> tuple[str, ...]:
    """Where the tables of the cut disagree, in words."""
    notes = []
    logged = outcomes.count(CONSENTED)
    if logged != len(people):
        notes.append(f"The screening log has {logged} consented, participants.csv {len(people)}.")
    if arms_known:
        without = sum(p.randomized and p.arm is None for p in people)
        unmarked = sum(p.arm is not None and not p.randomized for p in people)
        untold = sum(p.arm is not None and p.received is None for p in people)
        for count, words in (
            (without, "randomized participants have no allocation in the cut"),
            (unmarked, "allocated participants are not marked as randomized"),
            (untold, "allocated participants have no treatment row; as treated leaves them out"),
        ):
            if count:
                notes.append(f"{count} {words}.")
    return tuple(notes)


def flow_table(found: Flow) -> Table:
    """The flow as a table: level, group, what, participants, and share of the level's number."""
    rows = _entry_rows(found)
    for branch in found.branches:
        rows += _branch_rows(branch)
    if found.treated is not None:
        for group, measured in zip(found.treated.groups, found.treated_with_outcome, strict=True):
            rows.append(("Analysis as treated", group.label, "Analysed, safety", str(group.size)))
            share = count_percent(measured, group.size)
            rows.append(("Analysis as treated", group.label, "Analysed, outcomes", share))
    return Table(
        "consort",
        "Flow of participants (CONSORT 2025, items 22a and 22b)",
        ("Level", "Group", "Participants", "n (%)"),
        tuple(rows),
        (
            "Percentages are of the number that heads the level (and group).",
            "Follow-up: each participant counts once, as followed if the last visit took place.",
            "Analysed, outcomes: at least one outcome reading after its baseline visit.",
            *found.notes,
        ),
        stub=3,
    )


def _entry_rows(found: Flow) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("Screening", "", "Screened", str(found.screened))]
    screened = found.screened
    rows.append(("Screening", "", "Excluded", count_percent(found.excluded_total, screened)))
    rows += [
        ("Screening", "", f"{label}: {reason}", count_percent(count, screened))
        for label, reasons in found.excluded
        for reason, count in reasons
    ]
    rows.append(("Enrolment", "", "Consented", str(found.consented)))
    rows += [
        ("Enrolment", "", f"Not randomized: {reason}", count_percent(count, found.consented))
        for reason, count in found.not_randomized
    ]
    rows.append(("Enrolment", "", "Enrolled (randomized)", str(found.enrolled)))
    return rows


def _branch_rows(branch: Branch) -> list[tuple[str, ...]]:
    name, size = branch.group.label, branch.group.size
    rows: list[tuple[str, ...]] = []
    analysis = "Analysis"
    if branch.received is not None:
        analysis = "Analysis by allocation"
        rows.append(("Allocation", name, "Allocated", str(size)))
        received = count_percent(branch.received, size)
        rows.append(("Allocation", name, "Received as allocated", received))
        rows += [
            ("Allocation", name, f"Did not receive: {reason}", count_percent(count, size))
            for reason, count in branch.not_received
        ]
    rows += [("Follow-up", name, label, count_percent(n, size)) for label, n in branch.ends]
    rows.append((analysis, name, "Analysed, safety", str(size)))
    share = count_percent(branch.with_outcome, size)
    rows.append((analysis, name, "Analysed, outcomes", share))
    rows += [
        (analysis, name, f"Not analysed, outcomes: {reason}", count_percent(count, size))
        for reason, count in branch.not_analysed
    ]
    return rows
