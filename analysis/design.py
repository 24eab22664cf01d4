"""The design of the mixed model: which rows and columns enter, and why some do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.longitudinal import Series
from analysis.sets import AnalysisSet, Group

Floats = NDArray[np.float64]

LEAST_PER_CELL = 2
"""Readings every group needs at a visit for that visit to enter the model."""


@dataclass(frozen=True)
class Design:
    """Outcome vector, design matrix and their meaning, one row per participant and visit.

    Treatment coding: the reference is the control group at the first follow-up visit. `who`
    numbers the participants from 0. `words` say what was left out.
    """

    y: Floats
    x: Floats
    who: NDArray[np.int64]
    names: tuple[str, ...]
    groups: tuple[Group, ...]
    reference: Group
    visits: tuple[str, ...]
    baseline_sd: float | None
    words: tuple[str, ...]

    def column(self, group: Group, visit: str | None = None) -> int | None:
        """The column of a group, or of its interaction with a visit; None at the reference."""
        name = group_name(group) if visit is None else f"{group_name(group)} : {visit_name(visit)}"
        return self.names.index(name) if name in self.names else None


class NotEstimable(Exception):  # noqa: N818 - a finding about the data, not a fault
    """There is no model to fit; the message says why, as a sentence for the report."""


def group_name(group: Group) -> str:
    """The name of a group's coefficient."""
    return f"group {group.label}"


def visit_name(visit: str) -> str:
    """The name of a visit's coefficient."""
    return f"visit {visit}"


@dataclass
class _Columns:
    """Columns of the design matrix as they are added, each with its name."""

    names: list[str] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)

    def add(self, name: str, values: Floats) -> None:
        self.names.append(name)
        self.values.append(values)


def build_design(series: Series, analysis_set: AnalysisSet) -> Design:
    """Lay out `y ~ group + visit + group:visit + baseline` for one outcome and analysis set.

    Rows are follow-up readings of participants with a baseline reading. A visit at which a group
    has fewer than two readings is left out, since its difference could not be estimated.

    Raises:
        NotEstimable: fewer than two groups, no follow-up, no baseline, or no variation.
    """
    frame, words = _rows(series, analysis_set.groups)
    groups = tuple(group for group in analysis_set.groups if group.code in set(frame["group"]))
    if len(groups) < 2:
        raise NotEstimable("Fewer than two groups have follow-up readings with a baseline.")
    frame, visits = _comparable(frame, series, groups, words)
    reference = next((g for g in groups if g.code == analysis_set.reference.code), groups[-1])
    x = _matrix(frame, groups, reference, visits, words)
    if np.linalg.matrix_rank(np.column_stack(x.values)) < len(x.names):
        raise NotEstimable("The design is singular: the effects cannot be told apart.")
    first = frame.drop_duplicates("participant")
    return Design(
        y=frame["value"].to_numpy(dtype=float),
        x=np.column_stack(x.values),
        who=pd.factorize(frame["participant"])[0].astype(np.int64),
        names=tuple(x.names),
        groups=groups,
        reference=reference,
        visits=visits,
        baseline_sd=_pooled_sd([first[first["group"] == g.code]["baseline"] for g in groups]),
        words=tuple(words),
    )


def _comparable(
    frame: pd.DataFrame, series: Series, groups: Sequence[Group], words: list[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows at visits every group attended, in order, and those visits.

    Raises:
        NotEstimable: there is no such visit, or nothing varies.
    """
    visits, dropped = _visits(frame, series, groups)
    if not visits:
        raise NotEstimable("No follow-up visit has two readings or more in every group.")
    words += [f"Visit {code} is left out: a group has fewer than two readings." for code in dropped]
    kept = frame[frame["visit"].isin(visits)].sort_values(["participant", "day"])
    if kept["value"].nunique() < 2:
        raise NotEstimable("Every reading has the same value: there is nothing to compare.")
    return kept, visits


def _rows(series: Series, groups: Sequence[Group]) -> tuple[pd.DataFrame, list[str]]:
    rows = []
    without: set[str] = set()
    for group in groups:
        for participant in group.members:
            baseline = series.baseline(participant)
            for visit in series.follow_up:
                value = series.readings.get((participant, visit.code))
                if value is None:
                    continue
                if baseline is None:
                    without.add(participant)
                    continue
                rows.append((participant, group.code, visit.code, visit.day, baseline, value))
    columns = ["participant", "group", "visit", "day", "baseline", "value"]
    words = []
    if without:
        words.append(f"Participants left out for want of a baseline reading: {len(without)}.")
    return pd.DataFrame(rows, columns=pd.Index(columns)), words


def _visits(
    frame: pd.DataFrame, series: Series, groups: Sequence[Group]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The visits that enter, and those with readings that do not."""
    enter: list[str] = []
    dropped: list[str] = []
    for visit in series.follow_up:
        here = frame[frame["visit"] == visit.code]
        if here.empty:
            continue
        least = min(int((here["group"] == group.code).sum()) for group in groups)
        (enter if least >= LEAST_PER_CELL else dropped).append(visit.code)
    return tuple(enter), tuple(dropped)


def _matrix(
    frame: pd.DataFrame,
    groups: Sequence[Group],
    reference: Group,
    visits: Sequence[str],
    words: list[str],
) -> _Columns:
    columns = _Columns()
    columns.add("intercept", np.ones(len(frame)))
    baseline = frame["baseline"].to_numpy(dtype=float)
    if np.ptp(baseline) == 0:
        words.append("The baseline is the same for everybody and is left out of the model.")
    else:
        columns.add("baseline", baseline)
    others = [group for group in groups if group.code != reference.code]
    here = {visit: _indicator(frame["visit"], visit) for visit in visits}
    inside = {group.code: _indicator(frame["group"], group.code) for group in others}
    for group in others:
        columns.add(group_name(group), inside[group.code])
    for visit in visits[1:]:
        columns.add(visit_name(visit), here[visit])
    for group in others:
        for visit in visits[1:]:
            name = f"{group_name(group)} : {visit_name(visit)}"
            columns.add(name, inside[group.code] * here[visit])
    return columns


def _indicator(column: pd.Series, value: str) -> Floats:
    return np.where(column == value, 1.0, 0.0)


def _pooled_sd(samples: Sequence[pd.Series]) -> float | None:
    """SD of the baseline pooled over the groups (within-group sum of squares over its df)."""
    freedom = sum(len(sample) - 1 for sample in samples)
    if freedom < 1:
        return None
    squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)
    return float(np.sqrt(squares / freedom)) or None
