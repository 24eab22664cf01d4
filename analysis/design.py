"""The design of the mixed model: which rows and columns enter, and why some do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.layout import Layout, NotEstimableError, Readings, lay_out_model
from analysis.longitudinal import Series
from analysis.mixed import NotFitted
from analysis.mixed.blocks import Floats, Ints
from analysis.plan import Model
from analysis.sets import AnalysisSet, Group

DAYS_A_MONTH = 30.4375
LEAST_PER_CELL = 2
"""Readings every group needs at a visit for that visit to enter the model."""
MAIN = Model("main", ("baseline", "group", "visit", "group:visit"))
"""The model of a plan that is not asked."""
Facts = Mapping[str, Mapping[str, float | str | None]]
"""What is known of each participant beside the readings, by variable and participant."""


@dataclass(frozen=True)
class Design:
    """Outcome vector, design matrix and their meaning, one row per participant and visit.

    Treatment coding: the reference is the control group at the first follow-up visit. The baseline
    SD is pooled over the groups and has `baseline_freedom` degrees of freedom. `words` say what was
    left out.
    """

    layout: Layout
    groups: tuple[Group, ...]
    reference: Group
    model: Model = MAIN
    baseline_sd: float | None = None
    baseline_freedom: int = 0
    words: tuple[str, ...] = ()

    @property
    def y(self) -> Floats:
        """The readings."""
        return self.layout.readings.y

    @property
    def x(self) -> Floats:
        """The design matrix."""
        return self.layout.columns.x

    @property
    def who(self) -> NDArray[np.int64]:
        """The participant of each reading, numbered from 0."""
        return self.layout.readings.who

    @property
    def visit_of(self) -> NDArray[np.int64]:
        """The visit of each reading, numbered from 0."""
        return self.layout.readings.visit_of

    @property
    def months(self) -> Floats:
        """The months planned from the index event, by reading."""
        return self.layout.readings.at

    @property
    def people(self) -> tuple[str, ...]:
        """The codes of the participants."""
        return self.layout.readings.people

    @property
    def visits(self) -> tuple[str, ...]:
        """The visits of the model."""
        return self.layout.readings.visits

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the coefficients."""
        return self.layout.columns.names

    @property
    def type_three(self) -> Mapping[str, Floats]:
        """The contrasts of each term."""
        return self.layout.type_three

    @property
    def others(self) -> tuple[Group, ...]:
        """The groups that are compared with the reference."""
        return tuple(group for group in self.groups if group.code != self.reference.code)

    def contrast(self, group: Group, visit: str) -> Floats:
        """The row that picks a group's difference from the reference at a visit."""
        place = self.visits.index(visit)
        number = 1 + [one.code for one in self.others].index(group.code)
        return self.layout.row(group=number, visit=place) - self.layout.row(visit=place)

    def overall(self, group: Group) -> Floats:
        """The row of a group's difference from the reference on average over the visits."""
        rows = [self.contrast(group, visit) for visit in self.visits]
        found: Floats = np.vstack(rows).mean(axis=0)
        return found

    @cached_property
    def everywhere(self) -> Floats:
        """The rows of every difference from the reference at every visit."""
        return np.vstack([self.contrast(g, visit) for g in self.others for visit in self.visits])


def build_design(
    series: Series, analysis_set: AnalysisSet, model: Model = MAIN, facts: Facts | None = None
) -> Design:
    """Lay out a model of the plan for one outcome and analysis set.

    Rows are follow-up readings of participants with a baseline reading and with every fact that
    the model names. A visit at which a group has fewer than two readings is left out, since its
    difference could not be estimated.

    Raises:
        NotEstimableError: fewer than two groups, no follow-up, no baseline, or no variation.
    """
    known = _facts_of(model, facts or {})
    named = {name for term in model.terms for name in term.split(":")}
    frame, words = _rows(series, analysis_set.groups, known, needed="baseline" in named)
    groups = tuple(group for group in analysis_set.groups if group.code in set(frame["group"]))
    if len(groups) < 2:
        raise NotEstimableError("Fewer than two groups have follow-up readings with a baseline.")
    if len({group.label for group in groups}) < len(groups):
        raise NotEstimableError("Two groups have the same label.")
    frame, visits = _comparable(frame, series, groups, words)
    reference = next((g for g in groups if g.code == analysis_set.reference.code), groups[-1])
    ordered = (reference, *(group for group in groups if group.code != reference.code))
    layout, idle = lay_out_model(_readings(frame, ordered, visits, known), model.terms)
    try:
        layout.check()
    except NotFitted as reason:
        raise NotEstimableError(str(reason)) from reason
    first = frame.drop_duplicates("participant")
    return Design(
        layout=layout,
        groups=groups,
        reference=reference,
        model=model,
        baseline_sd=_pooled_sd(
            [first[first["group"] == g.code]["baseline"].dropna() for g in groups]
        ),
        baseline_freedom=int(first["baseline"].notna().sum()) - len(groups),
        words=(*words, *idle),
    )


def _facts_of(model: Model, facts: Facts) -> Facts:
    """The facts that the model's terms name.

    Raises:
        NotEstimableError: one of them is not known at all.
    """
    named = dict.fromkeys(name for term in model.terms for name in term.split(":"))
    wanted = [name for name in named if name not in {"baseline", "group", "visit", "months"}]
    unknown = [name for name in wanted if name not in facts]
    if unknown:
        raise NotEstimableError(f"The cut does not say the {', '.join(unknown)} of participants.")
    return {name: facts[name] for name in wanted}


def _readings(
    frame: pd.DataFrame, groups: Sequence[Group], visits: Sequence[str], facts: Facts
) -> Readings:
    who, people = pd.factorize(frame["participant"])
    codes = [group.code for group in groups]
    days = dict(zip(frame["visit"], frame["day"], strict=True))
    covariates = {"baseline": frame["baseline"].to_numpy(dtype=float)}
    classes: dict[str, tuple[tuple[str, ...], Ints]] = {}
    for name in facts:
        values = frame[name].tolist()
        if all(isinstance(value, float) for value in values):
            covariates[name] = np.array(values, dtype=float)
            continue
        levels = tuple(sorted({str(value) for value in values}))
        classes[name] = levels, np.array([levels.index(str(value)) for value in values])
    return Readings(
        y=frame["value"].to_numpy(dtype=float),
        who=who.astype(np.int64),
        people=tuple(map(str, people)),
        group_of=np.array([codes.index(code) for code in frame["group"]]),
        groups=tuple(group.label for group in groups),
        visit_of=np.array([visits.index(code) for code in frame["visit"]]),
        visits=tuple(visits),
        months=tuple(float(days[code]) / DAYS_A_MONTH for code in visits),
        covariates=covariates,
        classes=classes,
    )


def _comparable(
    frame: pd.DataFrame, series: Series, groups: Sequence[Group], words: list[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows at visits every group attended, in order, and those visits.

    Raises:
        NotEstimableError: there is no such visit, or nothing varies.
    """
    visits, dropped = _visits(frame, series, groups)
    if not visits:
        raise NotEstimableError("No follow-up visit has two readings or more in every group.")
    words += [f"Visit {code} is left out: a group has fewer than two readings." for code in dropped]
    kept = frame[frame["visit"].isin(visits)].sort_values(["participant", "day"])
    if kept["value"].nunique() < 2:
        raise NotEstimableError("Every reading has the same value: there is nothing to compare.")
    return kept, visits


def _rows(
    series: Series, groups: Sequence[Group], facts: Facts, *, needed: bool
) -> tuple[pd.DataFrame, list[str]]:
    """The follow-up readings of those with the facts and, if needed, a baseline; who has none."""
    rows = []
    without: dict[str, set[str]] = {"a baseline reading": set()}
    without |= {f"the {name}": set() for name in facts}
    for group in groups:
        for participant in group.members:
            told = [facts[name].get(participant) for name in facts]
            baseline = series.baseline(participant)
            for visit in series.follow_up:
                value = series.readings.get((participant, visit.code))
                if value is None:
                    continue
                known = (baseline if needed else 0.0, *told)
                if None in known:
                    list(without.values())[known.index(None)].add(participant)
                    continue
                place = (participant, group.code, visit.code, visit.day)
                rows.append((*place, baseline, value, *told))
    columns = ["participant", "group", "visit", "day", "baseline", "value", *facts]
    words = [
        f"Participants left out for want of {what}: {len(people)}."
        for what, people in without.items()
        if people
    ]
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


def _pooled_sd(samples: Sequence[pd.Series]) -> float | None:
    """SD of the baseline pooled over the groups (within-group sum of squares over its df)."""
    freedom = sum(len(sample) - 1 for sample in samples)
    if freedom < 1:
        return None
    squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)
    return float(np.sqrt(squares / freedom)) or None
