"""Adverse events by the protocol's horizons: events, participants with events, and rates.

Every count starts at inclusion (the day of consent) in every group, so that the groups share one
anchor. Treatment starts weeks after inclusion; what happened to a treated participant before it
(immortal time) stays in the counts by group and is shown apart in its own table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.columns import flags, numbers, texts
from analysis.cut import Cut
from analysis.feasibility import Proportion, exact_interval
from analysis.labels import labelled
from analysis.manifest import Horizon
from analysis.people import DAYS_PER_YEAR, Participant
from analysis.rates import Rate, exact_rate, limits
from analysis.sets import AnalysisSet, Group
from analysis.tables import NOT_AVAILABLE, Table, count_percent, fixed, in_words

PHASES = {
    "pre_infusion": "before infusion",
    "treatment_emergent": "from infusion on",
    "not_infused": "never infused",
    "unknown": "phase unknown (partial date)",
}

WITHHELD = "withheld"
"""What stands in a blinded cut for anything that might tell an arm."""


@dataclass(frozen=True)
class AdverseEvent:
    """One adverse event. `days` counts from inclusion to onset, earliest reading of the date.

    `soc` and `term` are its system organ class and preferred term, empty where it is not coded.
    """

    participant: str
    days: float | None
    serious: bool
    category: str
    phase: str
    soc: str = ""
    term: str = ""

    def within(self, horizon: Horizon) -> bool:
        """Whether the onset lies from the day of inclusion to the last day of the horizon."""
        return self.days is not None and 0 <= self.days <= horizon.days


@dataclass(frozen=True)
class Tally:
    """Adverse events of one group by one horizon, with the time under observation behind them."""

    group: Group
    horizon: Horizon
    events: int
    participants: int
    serious_events: int
    serious_participants: int
    person_years: float

    @property
    def per_participant(self) -> float | None:
        """Events per participant of the group."""
        return self.events / self.group.size if self.group.size else None

    @property
    def rate(self) -> Rate:
        """Events per person-year under observation within the horizon."""
        return exact_rate(self.events, self.person_years)

    @property
    def serious_rate(self) -> Rate:
        """Serious events per person-year under observation within the horizon."""
        return exact_rate(self.serious_events, self.person_years)

    @property
    def share(self) -> Proportion:
        """Participants with an event, of the group."""
        return exact_interval(self.participants, self.group.size)

    @property
    def serious_share(self) -> Proportion:
        """Participants with a serious event, of the group."""
        return exact_interval(self.serious_participants, self.group.size)


def read_events(cut: Cut) -> tuple[AdverseEvent, ...]:
    """All adverse events of the cut, in its order."""
    columns = ("participant", "ae_number", "category", "serious", "days_from_inclusion")
    frame = cut.table("adverse_events.csv", *columns)
    if not cut.manifest.blinded:
        cut.table("adverse_events.csv", "phase")
    blank = [""] * len(frame)
    withheld = [WITHHELD in (row.get("category"), row.get("soc"), row.get("pt"))
                for row in frame.to_dict("records")]  # fmt: skip
    codes = [
        [("" if kept else cell) for cell, kept in zip(texts(frame, name), withheld, strict=True)]
        if name in frame.columns
        else blank
        for name in ("soc", "pt")
    ]
    rows = zip(
        texts(frame, "participant"),
        numbers(frame, "days_from_inclusion"),
        [bool(flag) for flag in flags(frame, "serious")],
        labelled(cut, "adverse_events.csv", "category"),
        blank if cut.manifest.blinded else texts(frame, "phase"),
        *codes,
        strict=True,
    )
    return tuple(AdverseEvent(*row) for row in rows)


def tally(
    events: Sequence[AdverseEvent],
    people: Mapping[str, Participant],
    group: Group,
    horizon: Horizon,
    as_of: date,
) -> Tally:
    """Count one group's events by one horizon."""
    counted = [e for e in events if e.participant in group.members and e.within(horizon)]
    serious = [event for event in counted if event.serious]
    days = sum(people[code].observed_days(as_of, horizon.days) for code in group.members)
    return Tally(
        group=group,
        horizon=horizon,
        events=len(counted),
        participants=_participants(counted),
        serious_events=len(serious),
        serious_participants=_participants(serious),
        person_years=days / DAYS_PER_YEAR,
    )


def _participants(events: Iterable[AdverseEvent]) -> int:
    return len({event.participant for event in events})


EVENT_COLUMNS = (
    *("By", "Events", "Analysis", "Group", "n", "AEs", "AEs per participant"),
    *(
        "Participants (%)",
        "Exact 95 % CI, %",
        "Person-years",
        "AEs per person-year",
        "Rate, 95 % CI",
    ),
)


def event_table(sets: Sequence[AnalysisSet], tallies: Mapping[str, Sequence[Tally]]) -> Table:
    """Events and participants with events by horizon, all and serious, the sets side by side."""
    horizons = dict.fromkeys(one.horizon for found in tallies.values() for one in found)
    rows = [
        (horizon.label, words, chosen.title, *_event_cells(one, serious=serious))
        for horizon in horizons
        for words, serious in (("All", False), ("Serious", True))
        for chosen in sets
        for one in tallies[chosen.code]
        if one.horizon == horizon
    ]
    return Table(
        "adverse_events",
        "Adverse events since inclusion, by horizon and group",
        EVENT_COLUMNS,
        tuple(rows),
        (
            "n: participants of the group, the denominator of percentages and per participant.",
            "One participant may have several events.",
            "Person-years end at death, withdrawal, loss to follow-up, the cut or the horizon.",
            "Intervals: Clopper-Pearson for participants; exact Poisson (Garwood) for rates.",
        ),
        stub=4,
    )


def _event_cells(found: Tally, *, serious: bool) -> tuple[str, ...]:
    events = found.serious_events if serious else found.events
    having = found.serious_participants if serious else found.participants
    share = found.serious_share if serious else found.share
    rate = found.serious_rate if serious else found.rate
    known = share.low is not None and share.high is not None
    per = events / found.group.size if found.group.size else None
    return (
        found.group.label,
        str(found.group.size),
        str(events),
        fixed(per, 2),
        count_percent(having, found.group.size),
        limits(100 * (share.low or 0), 100 * (share.high or 0), 1) if known else NOT_AVAILABLE,
        fixed(found.person_years, 1),
        fixed(rate.value, 2),
        limits(rate.low, rate.high),
    )


def phase_table(
    analysis_set: AnalysisSet,
    horizons: Sequence[Horizon],
    events: Sequence[AdverseEvent],
    people: Mapping[str, Participant],
    as_of: date,
) -> Table:
    """The same events by phase: before infusion, from infusion on, never infused."""
    rows: list[tuple[str, ...]] = []
    for horizon in horizons:
        for group in analysis_set.groups:
            counted = [e for e in events if e.participant in group.members and e.within(horizon)]
            spent = _days_by_phase([people[code] for code in group.members], horizon, as_of)
            rows += _phase_rows(horizon, group, counted, spent)
    return Table(
        f"adverse_events_by_phase_{analysis_set.code}",
        f"Adverse events by phase (immortal time) – {analysis_set.title.lower()}",
        ("By", "Group", "Phase", "n", "AEs", "Participants with an AE", "Person-years"),
        tuple(rows),
        (
            "Who was infused had, by construction, lived up to the infusion: immortal time.",
            "The counts by group start at inclusion and include it; here it stands apart.",
        ),
        stub=3,
    )


def _days_by_phase(
    people: Iterable[Participant], horizon: Horizon, as_of: date
) -> Mapping[str, float]:
    days: Counter[str] = Counter()
    for person in people:
        total = person.observed_days(as_of, horizon.days)
        if person.infused_on is None or person.consented_on is None:
            days["not_infused"] += total
            continue
        before = min(total, max(0, (person.infused_on - person.consented_on).days))
        days["pre_infusion"] += before
        days["treatment_emergent"] += total - before
    return days


def _phase_rows(
    horizon: Horizon, group: Group, counted: Sequence[AdverseEvent], spent: Mapping[str, float]
) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for phase in dict.fromkeys((*PHASES, *sorted(event.phase for event in counted))):
        found = [event for event in counted if event.phase == phase]
        years = None if phase not in spent else spent[phase] / DAYS_PER_YEAR
        if not found and not years:
            continue
        label = PHASES.get(phase, in_words(phase) or "no phase given")
        numbers_of = (str(len(found)), str(_participants(found)), fixed(years, 1))
        rows.append((horizon.label, group.label, label, str(group.size), *numbers_of))
    return rows


def left_out(
    events: Sequence[AdverseEvent], horizons: Sequence[Horizon], members: Iterable[str]
) -> tuple[str, ...]:
    """What the counts leave out, in sentences: never a silent difference to the listing."""
    inside = set(members)
    known = [event for event in events if event.participant in inside]
    last = max((horizon.days for horizon in horizons), default=0)
    dated = [event.days for event in known if event.days is not None]
    early, late = sum(day < 0 for day in dated), sum(day > last for day in dated)
    outside = len(events) - len(known)
    return (
        f"Events with onset before inclusion are not counted: {early}.",
        f"Events with onset after the last horizon are not counted: {late}.",
        f"Events without a usable onset date are not counted: {len(known) - len(dated)}.",
        f"Events of participants outside the analysis set are not counted: {outside}.",
        "A partial onset date counts at its earliest reading.",
    )
