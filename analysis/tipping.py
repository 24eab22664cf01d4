"""How much worse missing readings must have been for a conclusion to change.

Missing readings get their mean given what was observed of the participant, under the plan's model
(conditional mean imputation); those of the compared group are then shifted by delta, and the same
model is fitted to the completed data. Standard errors are from the jackknife over participants,
each left out of imputation and fit (Wolbers et al 2022, Pharm Stat 21:1246, doi 10.1002/pst.2234;
delta: Cro et al 2020, Stat Med 39:2815). Nothing is drawn at random, so that 31 participants give
the same answer each time.

With the covariance held as fitted the estimate is a straight line in delta, theta + delta w, and
its jackknife variance a parabola; where p crosses the level is then the root of a quadratic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from analysis.design import Design, Facts, build_design
from analysis.layout import NotEstimableError
from analysis.longitudinal import Series
from analysis.manifest import Outcome
from analysis.mixed import MixedFit, NotFitted, Parameters, fit_unstructured
from analysis.mixed.blocks import Floats
from analysis.models import Fit
from analysis.people import Participant
from analysis.sets import AnalysisSet, Group

FEWEST = 3
"""Participants that must be left when one is left out."""


@dataclass(frozen=True)
class Line:
    """The difference at any delta: `theta + delta * weight`, with the jackknife's covariance of the
    two (their variances and covariance) and the degrees of freedom of its t."""

    theta: float
    weight: float
    variances: tuple[float, float, float]
    df: float

    def estimate(self, delta: float) -> tuple[float, float]:
        """The difference and its standard error."""
        own, both, shifted = self.variances
        variance = own + 2 * delta * both + delta**2 * shifted
        return self.theta + delta * self.weight, sqrt(max(variance, 0.0))

    def p(self, delta: float) -> float:
        """Two-sided p of the difference against nothing."""
        value, se = self.estimate(delta)
        return float(2 * stdtr(self.df, -abs(value) / se)) if se > 0 else float(value == 0)

    def limits(self, delta: float, level: float = 0.95) -> tuple[float, float]:
        """The t interval."""
        value, se = self.estimate(delta)
        margin = float(stdtrit(self.df, (1 + level) / 2)) * se
        return value - margin, value + margin

    def crossings(self, alpha: float) -> tuple[float, ...]:
        """Every delta at which p is alpha, the nearest to zero first."""
        square = float(stdtrit(self.df, 1 - alpha / 2)) ** 2
        own, both, shifted = self.variances
        coefficients = (
            self.weight**2 - square * shifted,
            2 * (self.theta * self.weight - square * both),
            self.theta**2 - square * own,
        )
        roots = np.roots(coefficients)
        real = [float(root.real) for root in roots if abs(root.imag) < 1e-9 * (1 + abs(root))]
        return tuple(sorted(real, key=abs))


@dataclass(frozen=True)
class Tipping:
    """The analysis of one comparison. `missing` of `expected` readings of the group are missing.

    `worse` and `better` are the least shifts that change the conclusion, in the outcome's units and
    as amounts; None where none does. `word` says why there is no analysis.
    """

    outcome: Outcome
    analysis_set: AnalysisSet
    group: Group
    reference: Group
    missing: int = 0
    expected: int = 0
    line: Line | None = None
    baseline_sd: float | None = None
    alpha: float = 0.05
    worse: float | None = None
    better: float | None = None
    word: str = ""

    @property
    def significant(self) -> bool:
        """Whether there is a difference at the plan's level without a shift."""
        return self.line is not None and self.line.p(0.0) <= self.alpha

    @property
    def towards_worse(self) -> float:
        """The sign of a shift for the worse."""
        return 1.0 if self.outcome.better == "lower" else -1.0


def tipping_points(
    fit: Fit,
    series: Series,
    people: Mapping[str, Participant],
    *,
    facts: Facts,
    alpha: float,
    as_of: date,
) -> tuple[Tipping, ...]:
    """The analysis of each group against the reference, or why there is none."""
    groups = [one for one in fit.analysis_set.groups if one.experimental and one.size]
    blank = [
        Tipping(fit.outcome, fit.analysis_set, group, fit.analysis_set.reference, alpha=alpha)
        for group in groups
    ]
    if fit.design is None or fit.model is None:
        return tuple(replace(one, word="The outcome's model was not fitted.") for one in blank)
    try:
        whole = _Completed.of(fit, series, people, facts, as_of)
        return tuple(whole.told(replace(one, baseline_sd=fit.design.baseline_sd)) for one in blank)
    except (NotEstimableError, NotFitted) as reason:
        return tuple(replace(one, word=str(reason)) for one in blank)


@dataclass(frozen=True)
class _Completed:
    """The observed readings' design beside that of all readings wanted, in participant and visit.

    `held` marks the wanted readings that were observed.
    """

    fitted: MixedFit
    observed: Design
    wanted: Design
    held: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        fit: Fit,
        series: Series,
        people: Mapping[str, Participant],
        facts: Facts,
        as_of: date,
    ) -> _Completed:
        """What was read and what was to be read: not after death, not before it is due."""
        observed = fit.design
        if observed is None or fit.model is None:
            raise NotEstimableError("The outcome's model was not fitted.")
        places = set(_wanted(series, observed, people, as_of)) - set(series.readings)
        # The value only holds the place: it is replaced before anything is computed.
        filled = replace(series, readings={**series.readings, **dict.fromkeys(places, 0.0)})
        wanted = build_design(filled, fit.analysis_set, observed.model, facts)
        if wanted.visits != observed.visits or wanted.names != observed.names:
            raise NotEstimableError("The completed data have another model than the observed.")
        held = np.array([key not in places for key in _keys(wanted)])
        return cls(fit.model, observed, wanted, held)

    def told(self, blank: Tipping) -> Tipping:
        """The line, its jackknife, and where it crosses the level."""
        if blank.group.code not in {group.code for group in self.wanted.others}:
            return replace(blank, word="The group is not in the model.")
        inside = self._group_of == blank.group.code
        counted = replace(
            blank, missing=int((inside & ~self.held).sum()), expected=int(inside.sum())
        )
        count = len(self.wanted.people)
        if count <= FEWEST:
            raise NotEstimableError("There are too few participants to leave one out.")
        asked = self.wanted.overall(blank.group), self._shifted(blank.group)
        whole = self._line(None, *asked)
        left = np.array([self._line(person, *asked) for person in range(count)])
        spread = (left - left.mean(axis=0)) * sqrt((count - 1) / count)
        covariance = spread.T @ spread
        variances = float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])
        line = Line(*whole, variances, self._freedom())
        if counted.missing == 0:
            return replace(counted, line=line, word="None of the group's readings is missing.")
        return _crossed(replace(counted, line=line))

    @cached_property
    def _group_of(self) -> NDArray[np.str_]:
        codes = {code: group.code for group in self.wanted.groups for code in group.members}
        return np.array([codes[self.wanted.people[who]] for who in self.wanted.who])

    def _freedom(self) -> float:
        """Participants read at least once, less the effects that differ between participants."""
        terms = self.observed.layout.columns.terms
        between = sum(not {"visit", "months"} & set(term) for term in terms)
        return float(max(1, len(self.observed.people) - between))

    @cached_property
    def _padded(self) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_]]:
        """X, y, what is wanted and what was held, by participant and visit."""
        shape = len(self.wanted.people), len(self.wanted.visits)
        place = self.wanted.who, self.wanted.visit_of
        x, y = np.zeros((*shape, self.wanted.x.shape[1])), np.zeros(shape)
        wanted, held = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        x[place], y[place], wanted[place] = self.wanted.x, self.wanted.y, True
        held[place] = self.held
        return x, y, wanted, held

    def _shifted(self, group: Group) -> Floats:
        """One where a reading that is wanted of the group is missing, by participant and visit."""
        _, _, wanted, held = self._padded
        inside = np.array([code in group.members for code in self.wanted.people])
        found: Floats = (inside[:, None] & wanted & ~held).astype(float)
        return found

    def _line(self, left_out: int | None, contrast: Floats, moved: Floats) -> tuple[float, float]:
        """theta and weight of the completed data, without one participant where one is named.

        theta is the `contrast` of the effects, the weight its change where delta is added to the
        readings that are `moved`.
        """
        kept = np.arange(len(self.wanted.people)) != (-1 if left_out is None else left_out)
        x, y, wanted, held = (part[kept] for part in self._padded)
        effects, covariance = self._refitted(left_out)
        expected = x @ effects
        pulled = _inverse(covariance, held) @ np.where(held, y - expected, 0.0)[:, :, None]
        filled = np.where(held, y, expected + (covariance @ pulled)[:, :, 0]) * wanted
        shifted = moved[kept]
        weighted = _inverse(covariance, wanted) @ x
        information = np.einsum("mtp,mtr->pr", x, weighted)
        pulls = np.einsum("mtp,mtk->pk", weighted, np.stack([filled, shifted], axis=2))
        found = contrast @ np.linalg.solve(information, pulls)
        return float(found[0]), float(found[1])

    def _refitted(self, left_out: int | None) -> tuple[Floats, Floats]:
        """Effects and covariance of the visits, without one participant where one is named."""
        source, design = self.fitted.source, self.observed
        name = None if left_out is None else self.wanted.people[left_out]
        place = design.people.index(name) if name in design.people else None
        if np.isnan(self.fitted.sigma):
            kept = design.who != (-1 if place is None else place)
            less = source if place is None else source.without(place)
            model = fit_unstructured(less.y, less.x, less.who, design.visit_of[kept])
            return model.effects, free_covariance(model)
        found: Parameters | NotFitted = Parameters(
            self.fitted.effects, self.fitted.factor, self.fitted.sigma
        )
        if place is not None:
            found = self.fitted.without_each[place]
        if isinstance(found, NotFitted):
            raise found
        return found.effects, visit_covariance(found, design.layout.readings.months)


def _crossed(found: Tipping) -> Tipping:
    """The least shifts either way at which p crosses the level."""
    if found.line is None:
        return found
    roots = [root * found.towards_worse for root in found.line.crossings(found.alpha)]
    worse = [root for root in roots if root > 0]
    better = [-root for root in roots if root < 0]
    return replace(found, worse=min(worse, default=None), better=min(better, default=None))


def visit_covariance(found: Parameters, months: Sequence[float]) -> Floats:
    """The covariance of a participant's readings at every visit, with random effects."""
    columns = np.column_stack([np.ones(len(months)), months])[:, : len(found.factor)]
    root = columns @ found.factor
    covariance: Floats = found.sigma**2 * (np.eye(len(months)) + root @ root.T)
    return covariance


def free_covariance(model: MixedFit) -> Floats:
    """The same where every variance and covariance is free."""
    held = model.blocks.held.astype(float)
    found: Floats = model.covariance.v.sum(axis=0) / (held.T @ held)
    return found


def _inverse(covariance: Floats, held: NDArray[np.bool_]) -> Floats:
    """The inverse of the covariance at the places each participant holds, zero elsewhere."""
    both = held[:, :, None] & held[:, None, :]
    empty = ~held[:, :, None] * np.eye(len(covariance))
    found: Floats = np.linalg.inv(np.where(both, covariance, 0.0) + empty) * both
    return found


def _keys(design: Design) -> list[tuple[str, str]]:
    return [
        (design.people[who], design.visits[visit])
        for who, visit in zip(design.who, design.visit_of, strict=True)
    ]


def _wanted(
    series: Series, design: Design, people: Mapping[str, Participant], as_of: date
) -> Iterator[tuple[str, str]]:
    """Every reading at the model's visits that was due by the cut in a participant then alive."""
    days = {visit.code: visit.day or 0.0 for visit in series.follow_up}
    for group in design.groups:
        for code in group.members:
            person = people[code]
            if person.index_on is None:
                continue
            for visit in design.visits:
                due = person.index_on + timedelta(days=round(days[visit]))
                alive = person.died_by is None or due < person.died_by
                if alive and due <= as_of:
                    yield code, visit
