"""The design of the mixed model: which rows and columns enter, and why some do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.longitudinal import Series
from analysis.mixed import Covariate, Factor, NotFitted, design, type_three
from analysis.mixed.blocks import Floats
from analysis.mixed.terms import Term, Variable
from analysis.sets import AnalysisSet, Group

DAYS_A_MONTH = 30.4375
LEAST_PER_CELL = 2
"""Readings every group needs at a visit for that visit to enter the model."""


@dataclass(frozen=True)
class Design:
    """Outcome vector, design matrix and their meaning, one row per participant and visit.

    Treatment coding: the reference is the control group at the first follow-up visit. `who`
    numbers the participants from 0, `people` has their codes. `visit_of` numbers the visits from 0
    and `months` are those planned from the index event. `type_three` has the contrasts of
    each term. The baseline SD is pooled over the groups and has `baseline_freedom` degrees of
    freedom. `words` say what was left out.
    """

    y: Floats
    x: Floats
    who: NDArray[np.int64]
    visit_of: NDArray[np.int64]
    months: Floats
    people: tuple[str, ...]
    names: tuple[str, ...]
    type_three: Mapping[str, Floats]
    groups: tuple[Group, ...]
    reference: Group
    visits: tuple[str, ...]
    baseline_sd: float | None
    baseline_freedom: int
    words: tuple[str, ...]

    @property
    def others(self) -> tuple[Group, ...]:
        """The groups that are compared with the reference."""
        return tuple(group for group in self.groups if group.code != self.reference.code)

    def contrast(self, group: Group, visit: str) -> Floats:
        """The row that picks a group's difference from the reference at a visit."""
        vector = np.zeros(len(self.names))
        for column in (self.column(group), self.column(group, visit)):
            if column is not None:
                vector[column] = 1.0
        return vector

    def overall(self, group: Group) -> Floats:
        """The row of a group's difference from the reference on average over the visits."""
        rows = [self.contrast(group, visit) for visit in self.visits]
        found: Floats = np.vstack(rows).mean(axis=0)
        return found

    @property
    def everywhere(self) -> Floats:
        """The rows of every difference from the reference at every visit."""
        return np.vstack([self.contrast(g, visit) for g in self.others for visit in self.visits])

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
    variables, terms = _model(frame, (reference, *groups), visits, words)
    try:
        contrasts = type_three(variables, terms)
    except NotFitted as reason:
        raise NotEstimable(str(reason)) from reason
    columns = design(variables, terms)
    first = frame.drop_duplicates("participant")
    who, people = pd.factorize(frame["participant"])
    return Design(
        y=frame["value"].to_numpy(dtype=float),
        x=columns.x,
        who=who.astype(np.int64),
        visit_of=np.array([visits.index(code) for code in frame["visit"]]),
        months=frame["day"].to_numpy(dtype=float) / DAYS_A_MONTH,
        people=tuple(map(str, people)),
        names=columns.names,
        type_three={":".join(term): rows for term, rows in contrasts.items()},
        groups=groups,
        reference=reference,
        visits=visits,
        baseline_sd=_pooled_sd([first[first["group"] == g.code]["baseline"] for g in groups]),
        baseline_freedom=len(first) - len(groups),
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


def _model(
    frame: pd.DataFrame, groups: Sequence[Group], visits: Sequence[str], words: list[str]
) -> tuple[tuple[Variable, ...], tuple[Term, ...]]:
    """The variables of the model and its terms; the first group and visit are the reference."""
    variables: list[Variable] = []
    baseline = frame["baseline"].to_numpy(dtype=float)
    if np.ptp(baseline) == 0:
        words.append("The baseline is the same for everybody and is left out of the model.")
    else:
        variables.append(Covariate("baseline", baseline))
    labels = {group.code: group.label for group in groups}
    if len(set(labels.values())) < len(labels):
        raise NotEstimable("Two groups have the same label.")
    codes = list(labels)
    in_group = [codes.index(code) for code in frame["group"]]
    variables.append(Factor("group", tuple(labels.values()), in_group))
    if len(visits) > 1:
        at_visit = [visits.index(code) for code in frame["visit"]]
        variables.append(Factor("visit", tuple(visits), at_visit))
    terms: list[Term] = [(one.name,) for one in variables]
    if len(visits) > 1:
        terms.append(("group", "visit"))
    return tuple(variables), tuple(terms)


def _pooled_sd(samples: Sequence[pd.Series]) -> float | None:
    """SD of the baseline pooled over the groups (within-group sum of squares over its df)."""
    freedom = sum(len(sample) - 1 for sample in samples)
    if freedom < 1:
        return None
    squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)
    return float(np.sqrt(squares / freedom)) or None
