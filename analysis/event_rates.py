"""Adverse events counted so that no group has time in which it could not have had its treatment.

Who is infused has, by construction, lived and been followed up to the infusion: time from inclusion
to the infusion is immortal for the treated (Suissa S. Am J Epidemiol 2008;167:492-499). Counting
from inclusion by treatment received, as the trial's published analysis does, hands the treated that
time and the events in it. Three other counts stand beside it:

- split at the infusion: the treated count as not infused until then (Mantel N, Byar DP. J Am Stat
  Assoc 1974;69:81-86);
- a common anchor: the treated from their infusion, everybody else from the median infusion day of
  the treated, so that the groups are as far from inclusion (after Zhou Z et al. Am J Epidemiol
  2005;162:1016-1023, with the median for the distribution: few participants, no chance in it);
- a landmark: everybody from the day of the last infusion, who has left before it left out, so that
  the group is known at the start (Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from analysis.events import AdverseEvent
from analysis.manifest import Horizon
from analysis.people import DAYS_PER_YEAR, Participant
from analysis.rates import Rate, RateRatio, compare_rates, exact_rate
from analysis.sets import AnalysisSet, Group

FOREVER = 10**6
"""Days no trial lasts: the end of a count that only observation ends."""


@dataclass(frozen=True)
class Observed:
    """What happened to whom, and up to which day it is known."""

    events: Sequence[AdverseEvent]
    people: Mapping[str, Participant]
    as_of: date

    def of(self, *, serious: bool) -> Observed:
        """The same with the serious events alone, or with all."""
        kept = [event for event in self.events if event.serious or not serious]
        return Observed(kept, self.people, self.as_of)


@dataclass(frozen=True)
class Anchor:
    """From which day after inclusion each participant counts, and why.

    `starts` lacks whoever has no such day. With `moving` the horizon counts from that day too, not
    from inclusion.
    """

    code: str
    title: str
    why: str
    starts: Mapping[str, int]
    moving: bool


@dataclass(frozen=True)
class Counted:
    """Events of one group from an anchor to a horizon.

    `n` are those under observation on the day the count starts; `ratio` compares the rate with that
    of the reference group.
    """

    anchor: Anchor
    horizon: Horizon
    analysis_set: AnalysisSet
    group: Group
    serious: bool
    n: int
    participants: int
    rate: Rate
    ratio: RateRatio | None


def infusion_day(person: Participant) -> int | None:
    """Days from inclusion to the infusion; None for whoever was not infused."""
    if person.infused_on is None or person.consented_on is None:
        return None
    return (person.infused_on - person.consented_on).days


def anchors(people: Mapping[str, Participant]) -> tuple[Anchor, ...]:
    """The anchors this trial allows; only inclusion where nobody was infused."""
    included = [code for code, one in people.items() if one.consented_on is not None]
    found = [
        Anchor(
            "inclusion",
            "inclusion",
            "everybody from inclusion, as published; holds the immortal time of the treated",
            dict.fromkeys(included, 0),
            moving=False,
        )
    ]
    infused = {code: day for code in included if (day := infusion_day(people[code])) is not None}
    if not infused:
        return tuple(found)
    middle = round(statistics.median(infused.values()))
    last = max(infused.values())
    found.append(
        Anchor(
            "infusion",
            "infusion",
            f"the infused from their infusion, all others from day {middle} after inclusion, the "
            "median of the infusions; the horizon counts from there",
            {code: infused.get(code, middle) for code in included},
            moving=True,
        )
    )
    found.append(
        Anchor(
            "landmark",
            f"landmark, day {last}",
            f"everybody from day {last} after inclusion, when the last infusion had been given; "
            "the horizon counts from inclusion",
            dict.fromkeys(included, last),
            moving=False,
        )
    )
    return tuple(found)


def counted_from(
    anchor: Anchor,
    sets: Sequence[AnalysisSet],
    horizons: Sequence[Horizon],
    observed: Observed,
) -> Iterator[Counted]:
    """The counts by horizon, set and group, of all events and then of the serious ones."""
    for serious, horizon, chosen in product((False, True), horizons, sets):
        known = observed.of(serious=serious)
        rates = {group.code: _rate(anchor, group, horizon, known) for group in chosen.groups}
        reference = rates[chosen.reference.code][2]
        for group in chosen.groups:
            n, having, rate = rates[group.code]
            other = chosen.compares and group.code != chosen.reference.code
            ratio = compare_rates(rate, reference) if other else None
            yield Counted(anchor, horizon, chosen, group, serious, n, having, rate, ratio)


def _rate(
    anchor: Anchor, group: Group, horizon: Horizon, observed: Observed
) -> tuple[int, int, Rate]:
    """Participants at the start, those with an event, and the rate."""
    people, as_of = observed.people, observed.as_of
    spans = {}
    for code in group.members:
        start = anchor.starts.get(code)
        if start is None or people[code].observed_days(as_of, FOREVER) < start:
            continue
        end = start + horizon.days if anchor.moving else horizon.days
        spans[code] = (start, end)
    days = sum(
        max(0, people[code].observed_days(as_of, end) - start)
        for code, (start, end) in spans.items()
    )
    found = [event for event in observed.events if _inside(event, spans)]
    having = len({event.participant for event in found})
    return len(spans), having, exact_rate(len(found), days / DAYS_PER_YEAR)


def _inside(event: AdverseEvent, spans: Mapping[str, tuple[int, int]]) -> bool:
    span = spans.get(event.participant)
    return span is not None and event.days is not None and span[0] <= event.days <= span[1]


@dataclass(frozen=True)
class Split:
    """Events and time of everybody randomized, infused and not yet or never infused (Mantel-Byar).

    `unknown` events have no phase: their date is known in part.
    """

    horizon: Horizon
    serious: bool
    infused: Rate
    not_infused: Rate
    unknown: int
    ratio: RateRatio | None


def splits(horizons: Sequence[Horizon], observed: Observed) -> Iterator[Split]:
    """The split at the infusion by horizon, of all events and then of the serious ones."""
    people = observed.people
    for serious, horizon in product((False, True), horizons):
        known = observed.of(serious=serious).events
        mine = [event for event in known if event.participant in people and event.within(horizon)]
        before, after = _time(list(people.values()), horizon, observed.as_of)
        emergent = _in_phase(mine, "treatment_emergent")
        infused = exact_rate(emergent, after / DAYS_PER_YEAR)
        others = _in_phase(mine, "pre_infusion", "not_infused")
        spared = exact_rate(others, before / DAYS_PER_YEAR)
        unknown = len(mine) - emergent - others
        yield Split(horizon, serious, infused, spared, unknown, compare_rates(infused, spared))


def _in_phase(events: Sequence[AdverseEvent], *phases: str) -> int:
    return sum(event.phase in phases for event in events)


def _time(people: Sequence[Participant], horizon: Horizon, as_of: date) -> tuple[int, int]:
    """Days of everybody before (or without) an infusion and after it, up to the horizon."""
    before = after = 0
    for person in people:
        total = person.observed_days(as_of, horizon.days)
        day = infusion_day(person)
        free = total if day is None else min(total, max(0, day))
        before += free
        after += total - free
    return before, after
