"""What both packs count the same way: status, medians, visits and forms due."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from datetime import date

from analysis.columns import dates, numbers, texts
from analysis.cut import Cut
from analysis.labels import labelled
from analysis.manifest import Manifest
from analysis.people import Participant
from analysis.tables import fixed
from exports.packs.figures.facts import Event, Facts, Setting, Visit

FOLLOWED, COMPLETED = "In follow-up", "Completed the last visit"
DIED, WITHDREW, LOST = "Died", "Withdrew from follow-up", "Lost to follow-up"
STATUSES = (COMPLETED, FOLLOWED, DIED, WITHDREW, LOST)
NIHSS = ("nihss.csv", "total")
HISTORY = "demographics.csv"
# What of the history is told at baseline, where the trial has the form.
ASKED = (
    ("infarct_side", "Side of the infarct"),
    ("territory", "Arterial territory"),
    ("thrombolysis", "Intravenous thrombolysis"),
    ("thrombectomy", "Mechanical thrombectomy"),
    ("prestroke_mrs", "mRS grade before this stroke"),
)
TREATMENT = "treatment.csv"
GIVEN = (
    ("cells_millions", "Cells given, millions"),
    ("viability_percent", "Viability, %"),
    ("volume_ml", "Volume, mL"),
)
_FLAGS = frozenset({"thrombolysis", "thrombectomy"})
_YES_NO = {"1": "yes", "0": "no"}


def statuses(facts: Facts) -> dict[str, str]:
    """Where each randomized participant stands: one of ``STATUSES`` each.

    Death comes before withdrawal, that before loss; completed is who attended the last visit.
    """
    last = last_visit(facts.manifest)
    done = {visit.participant for visit in facts.visits
            if visit.code == last and visit.status == "done"}  # fmt: skip
    return {person.code: _status(person, person.code in done) for person in facts.randomized}


def _status(person: Participant, done: bool) -> str:
    if person.died_on is not None:
        return DIED
    if done:
        return COMPLETED
    if person.withdrawn_on is not None:
        return WITHDREW
    return LOST if person.lost_on is not None else FOLLOWED


def last_visit(manifest: Manifest) -> str:
    """The code of the planned visit with the latest day."""
    planned = [visit for visit in manifest.protocol.visits if visit.day is not None]
    return max(planned, key=lambda visit: visit.day or 0.0).code if planned else ""


def middle(values: Sequence[float]) -> str:
    """``52.0 (45.0 to 61.5)``: median and quartiles; a dash of nothing."""
    if not values:
        return "–"
    if len(values) == 1:
        return fixed(values[0], 1)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{fixed(median, 1)} ({fixed(low, 1)} to {fixed(high, 1)})"


def randomized_on(facts: Facts) -> dict[str, date]:
    """The day of each randomization."""
    frame = facts.cut.table("participants.csv", "participant", "randomized_on")
    pairs = zip(texts(frame, "participant"), dates(frame, "randomized_on"), strict=True)
    return {code: day for code, day in pairs if day is not None}


def measures(facts: Facts) -> list[tuple[str, dict[str, float]]]:
    """The numbers told at baseline, by participant: age, severity, days to randomization."""
    days = randomized_on(facts)
    ages = {one.code: one.age for one in facts.randomized if one.age is not None}
    waits = {
        one.code: float((days[one.code] - one.index_on).days)
        for one in facts.randomized
        if one.index_on is not None and one.code in days
    }
    found = [("Age, years", ages)]
    if NIHSS[0] in facts.cut.tables:
        found.append(("NIHSS total at the first visit", _first_scores(facts)))
    event = facts.manifest.protocol.index_event
    return [*found, (f"Days from {event} to randomization", waits)]


def _first_scores(facts: Facts) -> dict[str, float]:
    first = facts.manifest.protocol.visits[0].code
    frame = facts.cut.table(NIHSS[0], "participant", "visit", NIHSS[1])
    rows = zip(
        texts(frame, "participant"), texts(frame, "visit"), numbers(frame, NIHSS[1]), strict=True
    )
    return {who: score for who, visit, score in rows if visit == first and score is not None}


def characteristics(facts: Facts) -> list[tuple[str, dict[str, str]]]:
    """The words told at baseline, by participant: sex and what the history form asks."""
    found = [("Sex", {one.code: one.sex for one in facts.randomized if one.sex})]
    known = facts.cut.tables.get(HISTORY)
    columns = () if known is None else known.columns
    return found + [(words, _answers(facts.cut, name)) for name, words in ASKED if name in columns]


def _answers(cut: Cut, column: str) -> dict[str, str]:
    frame = cut.table(HISTORY, "participant", column)
    rows = zip(texts(frame, "participant"), labelled(cut, HISTORY, column), strict=True)
    words = _YES_NO if column in _FLAGS else {}
    return {who: words.get(value, value) for who, value in rows if value}


def doses(whole: Facts) -> list[tuple[str, list[float]]]:
    """The numbers of the infusions: days from the randomization, cells, viability, volume."""
    started = randomized_on(whole)
    waits = [float((one.infused_on - started[one.code]).days)
             for one in whole.randomized if one.infused_on is not None]  # fmt: skip
    found = [("Days from randomization to infusion", waits)]
    known = whole.cut.tables.get(TREATMENT)
    inside = {one.code for one in whole.randomized}
    for column, words in GIVEN:
        if known is not None and column in known.columns:
            pairs = zip(texts(known, "participant"), numbers(known, column), strict=True)
            found.append((words, [n for who, n in pairs if n is not None and who in inside]))
    return found


def months_since(first: date, day: date) -> float:
    """Months of a mean length from one day to another."""
    return round((day - first).days / 30.4375, 3)


def expected(facts: Facts, setting: Setting) -> tuple[Visit, ...]:
    """The planned visits of the randomized that were due by the cut-off.

    Its window had ended, or it took place or was said to be missed; one whose window ended after
    the participant died, withdrew or was lost is not due.
    """
    planned = {one.code for one in facts.manifest.protocol.visits if one.day is not None}
    shown = planned - setting.hidden_visits
    ends = {person.code: _end(person) for person in facts.randomized}
    return tuple(
        visit
        for visit in facts.visits
        if visit.code in shown and visit.participant in ends
        and (visit.status == "done" or _due(visit, ends[visit.participant], facts.as_of))
    )  # fmt: skip


def _due(visit: Visit, end: date | None, as_of: date) -> bool:
    if end is not None and end < visit.window_to:
        return False
    return visit.status == "missed" or visit.window_to <= as_of


def _end(person: Participant) -> date | None:
    known = (person.died_on, person.withdrawn_on, person.lost_on)
    return min((day for day in known if day is not None), default=None)


def visits_due(facts: Facts, setting: Setting) -> list[tuple[str, int, int, int]]:
    """Per planned visit: label, due, done, and done outside its window."""
    due = expected(facts, setting)
    found = []
    for planned in facts.manifest.protocol.visits:
        mine = [one for one in due if one.code == planned.code]
        done = [one for one in mine if one.status == "done"]
        if mine:
            found.append((planned.label, len(mine), len(done), sum(one.late for one in done)))
    return found


Places = set[tuple[str, str]]


def _places(facts: Facts, setting: Setting) -> dict[str, Places]:
    """Per required form: the participants and visits where it is due."""
    due: dict[str, Places] = {}
    for visit in expected(facts, setting):
        for form in setting.forms.get(visit.code, ()):
            due.setdefault(form, set()).add((visit.participant, visit.code))
    return due


def forms_due(facts: Facts, setting: Setting) -> list[tuple[str, int, int, int]]:
    """Per required form: due, complete there, said to be not done there."""
    return [
        (form, len(places), *_received(facts.cut, form, places))
        for form, places in sorted(_places(facts, setting).items())
    ]


def _received(cut: Cut, form: str, places: Places) -> tuple[int, int]:
    frame = cut.table(f"{form}.csv", "participant", "visit", "status")
    rows = zip(*(texts(frame, name) for name in ("participant", "visit", "status")), strict=True)
    states = [status for who, visit, status in rows if (who, visit) in places]
    return states.count("complete"), states.count("not_done")


def outcomes_due(facts: Facts, setting: Setting) -> list[tuple[str, int, int]]:
    """Per outcome measure whose form is required somewhere: label, due, and measured there."""
    due, found = _places(facts, setting), []
    for outcome in facts.manifest.protocol.outcomes:
        places = due.get(outcome.table.removesuffix(".csv"))
        if places:
            frame = facts.cut.table(outcome.table, "participant", "visit", "status", outcome.column)
            names = ("participant", "visit", "status", outcome.column)
            rows = zip(*(texts(frame, name) for name in names), strict=True)
            there = sum(status == "complete" and bool(value) and (who, visit) in places
                        for who, visit, status, value in rows)  # fmt: skip
            found.append((outcome.label, len(places), there))
    return found


def worst(events: Iterable[Event], grades: Sequence[str]) -> dict[str, int]:
    """The place in ``grades`` of each participant's worst event; an ungraded one has none."""
    found: dict[str, int] = {}
    for event in events:
        if event.severity in grades:
            grade = grades.index(event.severity)
            found[event.participant] = max(grade, found.get(event.participant, 0))
    return found


def persons(items: Iterable[str]) -> int:
    """How many different participants."""
    return len(set(items))
