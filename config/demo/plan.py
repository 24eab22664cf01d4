"""Who is simulated and what happens to them. Pure numbers from one fixed seed.

The counts are the published ones (Jaillard 2020): 31 enrolled; 16 of 20 allocated to cells were
infused; adverse events by 6 months 10 in the treated and 12 in the others, by 2 years 16 and 24.
Everything else is invented. Days count from the day the demo is built, backwards, so that the
trial always looks alive: the last participants are near the end of their follow-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

SEED = 20200911
ENROLLED = 31
# The list this seed gives allocates 20 of the first 31 to cells; the build checks it.
LIST_SEED = 3
FIRST_DAYS_AGO, LAST_DAYS_AGO = 1640, 690
# Which of those allocated to cells are not infused, and why: our invention, the paper gives none.
NOT_TREATED = {
    3: "poor_growth",
    8: "aspiration_failed",
    13: "poor_growth",
    18: "deterioration",
}
SCREEN_FAILURES = (
    "severe", "mild", "territory", "declined", "medical", "cannot_consent", "onset", "age",
    "mri", "declined", "prior_disability", "declined", "medical", "other",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One simulated participant. ``severity`` runs from 0 (well) to 1 (gravely disabled)."""

    number: int
    sex: str
    age: int
    side: str
    severity: float
    recovery: float
    index_on: date
    consented_on: date

    def on(self, day: int) -> date:
        """The date of a day after the index event."""
        return self.index_on + timedelta(days=day)


@dataclass(frozen=True)
class Course:
    """How the simulated trial runs.

    ``recovering`` are the numbers of those who recover further and have fewer adverse events;
    None means whoever was infused. With the same numbers and another list two trials differ in
    the arms and in nothing that is measured. ``events`` counts the adverse events of those who
    recover further and of the others, each by 6 months and by 2 years.
    """

    enrolled: int = ENROLLED
    list_seed: int = LIST_SEED
    recovering: frozenset[int] | None = None
    events: tuple[tuple[int, int], tuple[int, int]] = ((10, 16), (12, 24))


PUBLISHED = Course()


def apart(what: object) -> Random:
    """Chance of its own for what only one arm has: nothing that both have depends on it."""
    return Random(f"{SEED} {what}")  # noqa: S311 - seeded so that the demo repeats


def at_nine(day: date, *, minutes: int = 0) -> datetime:
    """Nine o'clock UTC on a day, and some minutes."""
    return datetime.combine(day, time(9), tzinfo=UTC) + timedelta(minutes=minutes)


def people(today: date, rng: Random) -> list[Person]:
    """The 31, in the order of their inclusion."""
    found = []
    for number in range(1, ENROLLED + 1):
        share = (number - 1) / (ENROLLED - 1)
        ago = round(FIRST_DAYS_AGO + share * (LAST_DAYS_AGO - FIRST_DAYS_AGO))
        consented = today - timedelta(days=ago + rng.randint(-6, 6))
        found.append(
            Person(
                number=number,
                sex="F" if rng.random() < 0.35 else "M",
                age=min(70, max(24, round(rng.gauss(53, 9.5)))),
                side=rng.choice(["left", "right"]),
                severity=min(0.8, max(0.3, rng.gauss(0.5, 0.12))),
                recovery=min(0.9, max(0.15, rng.gauss(0.5, 0.18))),
                index_on=consented - timedelta(days=rng.randint(5, 13)),
                consented_on=consented,
            )
        )
    return sorted(found, key=lambda person: person.consented_on)


@dataclass(frozen=True)
class EventPlan:
    """One simulated adverse event, ``day`` days after consent."""

    term: str
    category: str
    severity: str
    criteria: tuple[str, ...]
    causality: str
    outcome: str
    day: int


_EVENTS: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    ("Urinary tract infection", "infection", "moderate", (), "recovered"),
    ("Depressive episode", "depression", "moderate", (), "recovering"),
    ("Epileptic seizure", "seizure", "severe", ("hospitalization",), "recovered"),
    ("Fall with bruising", "fall", "mild", (), "recovered"),
    ("Shoulder pain, paretic side", "pain", "moderate", (), "recovering"),
    ("Deep vein thrombosis", "thromboembolism", "severe", ("hospitalization",), "recovered"),
    ("Pneumonia", "infection", "severe", ("hospitalization",), "recovered"),
    ("Spasticity of the arm", "pain", "moderate", (), "not_recovered"),
    ("Transient ischaemic attack", "recurrent_stroke", "moderate", ("important",), "recovered"),
    ("Gastroenteritis", "other", "mild", (), "recovered"),
    ("Wrist fracture after a fall", "fall", "moderate", ("hospitalization",), "recovered"),
    ("Atrial fibrillation, new", "cardiac", "moderate", ("important",), "recovering"),
)


def events(
    group: list[int], counts: tuple[int, int], spans: dict[int, int], rng: Random
) -> dict[int, list[EventPlan]]:
    """Events of one group: ``counts`` by 6 months and by 2 years, dealt out among its people.

    ``spans`` gives how many days each person has been followed, so that no event lies ahead.
    """
    early, total = counts
    days = [rng.randint(5, 175) for _ in range(early)]
    days += [rng.randint(200, 640) for _ in range(total - early)]
    dealt: dict[int, list[EventPlan]] = {number: [] for number in group}
    for place, day in enumerate(days):
        term, category, severity, criteria, outcome = _EVENTS[
            (place + rng.randint(0, 3)) % len(_EVENTS)
        ]
        number = group[(place * 7 + rng.randint(0, 2)) % len(group)]
        dealt[number].append(
            EventPlan(
                term=term,
                category=category,
                severity=severity,
                criteria=criteria,
                causality="unrelated" if rng.random() < 0.8 else "unlikely",
                outcome=outcome,
                day=min(day, spans[number] - 3),
            )
        )
    return dealt
