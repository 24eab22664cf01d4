"""One outcome over the visits: readings by participant and visit, and their means by group."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from scipy.special import stdtrit

from analysis.columns import numbers, texts
from analysis.cut import Cut
from analysis.manifest import Outcome, PlannedVisit, Protocol
from analysis.people import Participant
from analysis.sets import AnalysisSet
from analysis.tables import Table, fixed


@dataclass(frozen=True)
class Series:
    """The readings of one outcome, keyed by participant and visit code.

    `visits` are the planned visits with at least one reading, in time order, each with its day
    from the index event. `notes` say what was left out or added.
    """

    outcome: Outcome
    readings: Mapping[tuple[str, str], float]
    visits: tuple[PlannedVisit, ...]
    notes: tuple[str, ...]

    def values(self, visit: str, members: Iterable[str]) -> list[float]:
        """The readings at a visit of the participants given, in their order."""
        keys = ((member, visit) for member in members)
        return [self.readings[key] for key in keys if key in self.readings]

    def baseline(self, participant: str) -> float | None:
        """The participant's reading at the outcome's baseline visit."""
        return self.readings.get((participant, self.outcome.baseline_visit))

    @property
    def follow_up(self) -> tuple[PlannedVisit, ...]:
        """The visits after the baseline visit."""
        codes = [visit.code for visit in self.visits]
        if self.outcome.baseline_visit not in codes:
            return self.visits
        return self.visits[codes.index(self.outcome.baseline_visit) + 1 :]

    @property
    def decimals(self) -> int:
        """Decimals of a mean: one more than the readings have, at most three."""
        whole = all(value == int(value) for value in self.readings.values())
        return 1 if whole else 2


@dataclass(frozen=True)
class Mean:
    """Mean of a sample with its 95 % interval (Student t); parts are None where n is too small."""

    n: int
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None


def mean_of(values: Sequence[float]) -> Mean:
    """Mean, SD (n - 1) and t interval of `values`; no SD and no interval below two values."""
    n = len(values)
    if n < 2:
        return Mean(n, values[0] if n else None, None, None, None)
    centre, sd = statistics.fmean(values), statistics.stdev(values)
    margin = float(stdtrit(n - 1, 0.975)) * sd / math.sqrt(n)
    return Mean(n, centre, sd, centre - margin, centre + margin)


def read_series(
    cut: Cut, outcome: Outcome, people: Sequence[Participant], as_of: date
) -> Series | None:
    """The readings of one outcome, or None when the cut holds no table for it.

    Only complete records of visits with a planned day count; of several occurrences the first.
    Where death is the worst grade, a participant who died scores it at each visit planned from the
    day of death on, from the death record alone; a death known to the month or the year counts
    from its last possible day.
    """
    if outcome.table not in cut.tables:
        return None
    columns = ("participant", "visit", "occurrence", "status", outcome.column)
    frame = cut.table(outcome.table, *columns)
    records = _records(frame, outcome)
    planned = _timed_visits(cut.manifest.protocol)
    readings, notes = _usable(records, [visit.code for visit in planned])
    if outcome.death_is_worst and outcome.worst is not None:
        deaths = _deaths(readings, planned, people, as_of)
        readings |= dict.fromkeys(deaths, outcome.worst)
        notes += [f"{len(deaths)} readings set to {outcome.worst:g} from the death record."]
    held = {visit for _, visit in readings}
    visits = tuple(visit for visit in planned if visit.code in held)
    return Series(outcome, readings, visits, tuple(notes))


def _usable(
    records: pd.DataFrame, planned: Sequence[str]
) -> tuple[dict[tuple[str, str], float], list[str]]:
    """The readings by participant and visit, and in sentences what was not used."""
    complete = records[(records["status"] == "complete") & records["value"].notna()]
    known = complete[complete["visit"].isin(planned)]
    place = ["participant", "visit"]
    first = known.sort_values([*place, "occurrence"]).drop_duplicates(place)
    readings = {
        (str(row.participant), str(row.visit)): float(str(row.value)) for row in first.itertuples()
    }
    return readings, _exclusions(records, len(complete), len(known), len(first))


def _records(frame: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "participant": texts(frame, "participant"),
            "visit": texts(frame, "visit"),
            "occurrence": [number or 0.0 for number in numbers(frame, "occurrence")],
            "status": texts(frame, "status"),
            "value": pd.Series(numbers(frame, outcome.column), dtype=float),
        }
    )


def _timed_visits(protocol: Protocol) -> list[PlannedVisit]:
    """The visits planned for a day from the index event, in time order; no other has a place."""
    dated = [visit for visit in protocol.visits if visit.day is not None]
    return sorted(dated, key=lambda visit: visit.day or 0.0)


def _exclusions(records: pd.DataFrame, complete: int, known: int, first: int) -> list[str]:
    drafts = int((records["status"] == "draft").sum())
    empty = int(((records["status"] == "complete") & records["value"].isna()).sum())
    counts = {
        "records still in draft": drafts,
        "complete records without this value": empty,
        "readings outside the planned visits": complete - known,
        "further readings at the same visit": known - first,
    }
    return [f"Not used: {count} {what}." for what, count in counts.items() if count]


def _deaths(
    readings: Mapping[tuple[str, str], float],
    planned: Sequence[PlannedVisit],
    people: Sequence[Participant],
    as_of: date,
) -> list[tuple[str, str]]:
    held = {visit for _, visit in readings}
    found = []
    for person in people:
        if person.died_by is None or person.index_on is None or not person.randomized:
            continue
        for visit in planned:
            due = person.index_on + timedelta(days=round(visit.day or 0))
            key = (person.code, visit.code)
            if visit.code in held and key not in readings and person.died_by <= due <= as_of:
                found.append(key)
    return found


MEAN_COLUMNS = (
    "Outcome",
    "Analysis",
    "Visit",
    "Group",
    "Group size",
    "n",
    "Mean",
    "SD",
    "95 % CI low",
    "95 % CI high",
)


def means_table(series: Sequence[Series], sets: Sequence[AnalysisSet]) -> Table:
    """Observed mean of each outcome by analysis set, visit and group."""
    rows: list[tuple[str, ...]] = []
    for one in series:
        for chosen in sets:
            for visit in one.visits:
                for group in chosen.groups:
                    found = mean_of(one.values(visit.code, group.members))
                    figures = (found.mean, found.sd, found.low, found.high)
                    shown = tuple(fixed(figure, one.decimals) for figure in figures)
                    names = (one.outcome.label, chosen.title, visit.code, group.label)
                    rows.append((*names, str(group.size), str(found.n), *shown))
    return Table(
        "outcome_means",
        "Observed means by visit and group",
        MEAN_COLUMNS,
        tuple(rows),
        (
            "n: participants with a complete reading at the visit; nothing is imputed.",
            "Interval: Student t.",
        ),
        stub=4,
    )
