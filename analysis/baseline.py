"""Who the participants were at the start, by group. No p values: randomization needs no test."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.longitudinal import Series
from analysis.people import Participant
from analysis.sets import AnalysisSet, Group
from analysis.tables import NOT_AVAILABLE, Table, count_percent, fixed

SEX = {"f": "Female", "m": "Male", "female": "Female", "male": "Male"}


@dataclass(frozen=True)
class Measured:
    """A number known at the start, by participant; None where it is missing."""

    label: str
    values: Mapping[str, float | None]
    decimals: int


@dataclass(frozen=True)
class Classed:
    """A category known at the start, by participant; "" where it is missing."""

    label: str
    values: Mapping[str, str]


def baseline_table(
    analysis_set: AnalysisSet,
    people: Sequence[Participant],
    series: Sequence[Series],
    index_event: str,
) -> Table:
    """Numbers as mean (SD), median [quartiles] and range, categories as counts (%), by group."""
    groups = _columns(analysis_set)
    two = len(analysis_set.groups) == 2
    rows: list[tuple[str, ...]] = []
    for variable in _variables(people, series, index_event):
        if isinstance(variable, Measured):
            rows += measured_rows(variable, groups, two)
        else:
            rows += _classed_rows(variable, groups, two)
    heads = [f"{group.label} (n = {group.size})" for group in groups]
    notes = ["Percentages are of those with a value; missing values are counted."]
    if two:
        notes.append(
            "Standardized difference: difference of the two means over the pooled SD; for a "
            "category with two levels, difference of the shares over their pooled SD. "
            "A description, not a test."
        )
    return Table(
        f"baseline_{analysis_set.code}",
        f"Baseline – {analysis_set.described}",
        ("Characteristic", *heads, *(["Standardized difference"] if two else [])),
        tuple(rows),
        tuple(notes),
    )


def side_by_side(tables: Sequence[Table], titles: Sequence[str]) -> tuple[Table, ...]:
    """The sets' tables as one, each column under its set; as they are where their rows differ."""
    labels = {tuple(row[0] for row in table.rows) for table in tables}
    if len(tables) < 2 or len(labels) > 1:
        return tuple(tables)
    heads = [
        f"{title}: {head}"
        for title, table in zip(titles, tables, strict=True)
        for head in table.columns[1:]
    ]
    rows = [
        (together[0][0], *(cell for row in together for cell in row[1:]))
        for together in zip(*(table.rows for table in tables), strict=True)
    ]
    notes = dict.fromkeys(note for table in tables for note in table.notes)
    return (
        Table(
            "baseline",
            "Baseline, as treated and by allocation",
            (tables[0].columns[0], *heads),
            tuple(rows),
            tuple(notes),
        ),
    )


def _columns(analysis_set: AnalysisSet) -> tuple[Group, ...]:
    groups = analysis_set.groups
    if len(groups) == 1:
        return groups
    members = tuple(sorted(code for group in groups for code in group.members))
    return (*groups, Group("total", "Total", experimental=False, members=members))


def _variables(
    people: Sequence[Participant], series: Sequence[Series], index_event: str
) -> list[Measured | Classed]:
    delays: dict[str, float | None] = {}
    for person in people:
        known = person.consented_on is not None and person.index_on is not None
        delays[person.code] = _days_between(person) if known else None
    found: list[Measured | Classed] = [
        Measured("Age at consent, years", {p.code: p.age for p in people}, 1),
        Classed("Sex", {p.code: SEX.get(p.sex.lower(), p.sex) for p in people}),
        Measured(f"From {index_event} to consent, days", delays, 1),
    ]
    for label, values in (
        ("Site", {person.code: person.site for person in people}),
        ("Stratum", {person.code: person.stratum for person in people}),
    ):
        if len(set(values.values())) > 1:
            found.append(Classed(label, values))
    return found + [_outcome_variable(one, people) for one in series]


def _days_between(person: Participant) -> float | None:
    if person.consented_on is None or person.index_on is None:
        return None
    return float((person.consented_on - person.index_on).days)


def _outcome_variable(one: Series, people: Sequence[Participant]) -> Measured | Classed:
    label = f"{one.outcome.label} ({one.outcome.baseline_visit})"
    values = {person.code: one.baseline(person.code) for person in people}
    if not one.outcome.ordinal:
        return Measured(label, values, one.decimals)
    return Classed(label, {code: "" if v is None else f"{v:g}" for code, v in values.items()})


def measured_rows(variable: Measured, groups: Sequence[Group], two: bool) -> list[tuple[str, ...]]:
    """A number by group; with `two` the last cell is the standardized difference."""
    samples = [
        [value for code in group.members if (value := variable.values.get(code)) is not None]
        for group in groups
    ]
    rows = [
        (variable.label,),
        ("  Mean (SD)", *(_mean_sd(sample, variable.decimals) for sample in samples)),
        ("  Median [Q1, Q3]", *(_quartiles(sample, variable.decimals) for sample in samples)),
        ("  Range", *(_range(sample) for sample in samples)),
    ]
    missing = [group.size - len(sample) for group, sample in zip(groups, samples, strict=True)]
    if any(missing):
        rows.append(("  Missing", *map(str, missing)))
    difference = fixed(standardized_difference(samples[0], samples[1]), 2) if two else ""
    return _padded(rows, len(groups), difference if two else None)


def _classed_rows(variable: Classed, groups: Sequence[Group], two: bool) -> list[tuple[str, ...]]:
    samples = [[variable.values.get(code, "") for code in group.members] for group in groups]
    known = [[value for value in sample if value] for sample in samples]
    levels = sorted({value for sample in known for value in sample})
    rows: list[tuple[str, ...]] = [(variable.label,)]
    for level in levels:
        cells = (count_percent(sample.count(level), len(sample)) for sample in known)
        rows.append((f"  {level}", *cells))
    missing = [len(all_) - len(some) for all_, some in zip(samples, known, strict=True)]
    if any(missing):
        rows.append(("  Missing", *map(str, missing)))
    difference = None
    if two:
        has_level: Callable[[str], float] = partial(_indicator, levels[0] if levels else "")
        first, second = (list(map(has_level, sample)) for sample in known[:2])
        shown = standardized_difference(first, second) if len(levels) == 2 else None
        difference = fixed(shown, 2) if len(levels) == 2 else ""
    return _padded(rows, len(groups), difference)


def _indicator(level: str, value: str) -> float:
    return float(value == level)


def _padded(
    rows: Sequence[tuple[str, ...]], groups: int, difference: str | None
) -> list[tuple[str, ...]]:
    """Rows filled up to the table's width; the difference stands on the first row with cells."""
    width = 1 + groups + (difference is not None)
    padded = []
    for position, row in enumerate(rows):
        tail = [difference] if difference and position == 1 else []
        cells = [*row, *tail]
        padded.append(tuple(cells + [""] * (width - len(cells))))
    return padded


def standardized_difference(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Difference of the two means over the pooled SD; None when it cannot be computed.

    The pooled SD is the root of the mean of the two variances. Source: Austin PC. Stat Med
    2009;28:3083-3107.
    """
    if len(first) < 2 or len(second) < 2:
        return None
    pooled = math.sqrt((statistics.variance(first) + statistics.variance(second)) / 2)
    if pooled == 0:
        return None
    return (statistics.fmean(first) - statistics.fmean(second)) / pooled


def _mean_sd(sample: Sequence[float], decimals: int) -> str:
    if len(sample) < 2:
        return fixed(sample[0], decimals) if sample else NOT_AVAILABLE
    return (
        f"{fixed(statistics.fmean(sample), decimals)} ({fixed(statistics.stdev(sample), decimals)})"
    )


def _quartiles(sample: Sequence[float], decimals: int) -> str:
    if not sample:
        return NOT_AVAILABLE
    low, middle, high = (float(q) for q in np.quantile(sample, (0.25, 0.5, 0.75)))
    return f"{fixed(middle, decimals)} [{fixed(low, decimals)}, {fixed(high, decimals)}]"


def _range(sample: Sequence[float]) -> str:
    return f"{min(sample):g} to {max(sample):g}" if sample else NOT_AVAILABLE
