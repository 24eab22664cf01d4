"""Missing data: of each outcome at each visit who was seen, who was not, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.columns import dates, texts
from analysis.cut import Cut
from analysis.longitudinal import Series
from analysis.manifest import Outcome, PlannedVisit
from analysis.people import Participant
from analysis.sets import AnalysisSet
from analysis.tables import Table, count_percent

SEEN, NOT_ASSESSED, MISSED = "seen", "not assessed", "missed"
WITHDRAWN, LOST, DIED, NOT_DUE = "withdrawn", "lost", "died", "not yet due"
STATES = {
    SEEN: "S",
    NOT_ASSESSED: "n",
    MISSED: "m",
    WITHDRAWN: "w",
    LOST: "l",
    DIED: "d",
    NOT_DUE: ".",
}
"""Every state with its letter in a pattern."""
MEANING = {
    SEEN: "a complete reading",
    NOT_ASSESSED: "the visit took place, the outcome was not scored or not completed",
    MISSED: "the visit was due and did not take place",
    WITHDRAWN: "withdrew before the visit was due",
    LOST: "lost to follow-up before the visit was due",
    DIED: "died before the visit was due; a grade of death is no reading here",
    NOT_DUE: "the window of the visit was still open at the cut",
}


@dataclass(frozen=True)
class Visited:
    """What the cut says of one participant's visit: state, and the last day of its window."""

    status: str
    until: date | None


@dataclass(frozen=True)
class Pattern:
    """The states of one outcome: by participant and visit code, in the order of `visits`."""

    outcome: Outcome
    visits: tuple[PlannedVisit, ...]
    states: Mapping[tuple[str, str], str]

    def word(self, participant: str) -> str:
        """The participant's pattern, a letter a visit."""
        return "".join(STATES[self.states[participant, visit.code]] for visit in self.visits)


def read_visits(cut: Cut) -> Mapping[tuple[str, str], Visited]:
    """The visits by participant and code; of several occurrences one that took place.

    Raises:
        CutRefused: a column or cell that cannot be read.
    """
    columns = ("participant", "visit", "status", "window_to")
    frame = cut.table("visits.csv", *columns)
    names = [texts(frame, name) for name in columns[:3]]
    found: dict[tuple[str, str], Visited] = {}
    for code, visit, status, until in zip(*names, dates(frame, "window_to"), strict=True):
        if status == "done" or (code, visit) not in found:
            found[code, visit] = Visited(status, until)
    return found


def patterns(
    series: Sequence[Series],
    people: Sequence[Participant],
    visits: Mapping[tuple[str, str], Visited],
    as_of: date,
) -> tuple[Pattern, ...]:
    """The pattern of each outcome over the visits at which anybody has a reading."""
    return tuple(
        Pattern(
            one.outcome,
            one.visits,
            {
                (person.code, visit.code): _state(
                    person, visit, visits.get((person.code, visit.code)), as_of, one
                )
                for person in people
                for visit in one.visits
            },
        )
        for one in series
    )


def _state(
    person: Participant, visit: PlannedVisit, visited: Visited | None, as_of: date, series: Series
) -> str:
    """Why there is a reading or none. What took place comes before why it could not."""
    done = visited is not None and visited.status == "done"
    due = _due(person, visit)
    dead = due is not None and person.died_by is not None and person.died_by <= due
    if (person.code, visit.code) in series.readings and (done or not dead):
        return SEEN
    if done:
        return NOT_ASSESSED
    if dead:
        return DIED
    if due is not None:
        for state, day in ((WITHDRAWN, person.withdrawn_on), (LOST, person.lost_on)):
            if day is not None and day <= due:
                return state
    if visited is not None and visited.status == "missed":
        return MISSED
    until = visited.until if visited is not None and visited.until is not None else due
    return NOT_DUE if until is None or until >= as_of else MISSED


def _due(person: Participant, visit: PlannedVisit) -> date | None:
    if person.index_on is None or visit.day is None:
        return None
    return person.index_on + timedelta(days=round(visit.day))


def states_table(found: Sequence[Pattern], sets: Sequence[AnalysisSet]) -> Table:
    """Participants in each state, by outcome, visit, set and group."""
    rows = []
    for one in found:
        for visit in one.visits:
            for chosen in sets:
                for group in chosen.groups:
                    counts = Counter(one.states[code, visit.code] for code in group.members)
                    names = (one.outcome.label, visit.code, chosen.title, group.label)
                    cells = (count_percent(counts[SEEN], group.size), *_others(counts))
                    rows.append((*names, str(group.size), *cells))
    return Table(
        "missing_by_visit",
        "Readings at each visit: seen, or why not",
        (
            *("Outcome", "Visit", "Analysis", "Group", "n", "Seen (%)"),
            *(state.capitalize() for state in STATES if state != SEEN),
        ),
        tuple(rows),
        tuple(f"{state.capitalize()}: {meaning}." for state, meaning in MEANING.items()),
        stub=4,
    )


def _others(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(str(counts.get(state, 0)) for state in STATES if state != SEEN)


def patterns_table(found: Sequence[Pattern], sets: Sequence[AnalysisSet]) -> Table:
    """How often each pattern over the visits occurs, by outcome, set and group."""
    rows: list[tuple[str, ...]] = []
    for one in found:
        words: dict[str, Counter[tuple[str, str]]] = {}
        for chosen in sets:
            for group in chosen.groups:
                for code in group.members:
                    counts = words.setdefault(one.word(code), Counter())
                    counts[chosen.code, group.code] += 1
        total = {word: sum(counts.values()) for word, counts in words.items()}
        for word in sorted(words, key=lambda each: (-total[each], each)):
            cells = (
                str(words[word][chosen.code, group.code])
                for chosen in sets
                for group in chosen.groups
            )
            shape = _shape(word)
            rows.append((one.outcome.label, " ".join(word), shape, *cells))
    heads = (f"{chosen.title}, {g.label} (n = {g.size})" for chosen in sets for g in chosen.groups)
    letters = "; ".join(f"{letter} {state}" for state, letter in STATES.items())
    visits = "; ".join(
        f"{one.outcome.label}: {' '.join(visit.code for visit in one.visits)}" for one in found
    )
    return Table(
        "missing_patterns",
        "Patterns of missing readings over the visits",
        ("Outcome", "Pattern", "Shape", *heads),
        tuple(rows),
        (
            f"A letter a visit: {letters}.",
            f"Visits in order: {visits}." if visits else "No outcome has a reading.",
            "Monotone: nothing seen after the first missing one; what is not due is not missing.",
        ),
        stub=3,
    )


def _shape(word: str) -> str:
    """Whether a pattern is complete, monotone (drop-out), intermittent, or nothing was seen."""
    due = word.rstrip(STATES[NOT_DUE])
    seen = [letter == STATES[SEEN] for letter in due]
    if all(seen):
        return "complete" if due else "nothing due"
    if not any(seen):
        return "nothing seen"
    last = max(place for place, one in enumerate(seen) if one)
    return "monotone" if all(seen[: last + 1]) else "intermittent"
