"""The mixed model of each outcome: random intercept per participant, REML, Wald z.

The variance components come from statsmodels' MixedLM. Estimates and standard errors of the
fixed effects are then the generalized least squares solution at those components, which is what
R's lme4 reports; statsmodels' own standard errors come from a joint Hessian and differ in the
fifth digit.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm
from statsmodels.regression.mixed_linear_model import MixedLM

from analysis.design import Design, Floats, NotEstimable, build_design
from analysis.longitudinal import Series
from analysis.manifest import Outcome
from analysis.sets import AnalysisSet, Group

OPTIMIZERS: tuple[tuple[str, dict[str, float]], ...] = (
    ("bfgs", {"gtol": 1e-8}),
    ("cg", {"gtol": 1e-8}),
    ("powell", {}),
    ("lbfgs", {}),
)
"""Tried in this order; statsmodels' own tolerance leaves the fifth digit of a variance open."""
BOUNDARY = 1e-4
"""Between-participant share of the variance (ICC) under which the fit is called singular."""
ONE_READING_EACH = (
    "Every participant has one reading: there is no random intercept to estimate, the fit is "
    "ordinary least squares."
)
NO_VARIATION = "The effects fit the readings exactly: no variation is left."
SINGULAR = (
    "Singular fit: the variance between participants is estimated as zero, so the model is "
    "ordinary least squares and its standard errors may be too small."
)
Z95 = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Estimate:
    """An estimate on the outcome's own scale with its standard error, Wald z interval and p."""

    name: str
    value: float
    se: float

    @property
    def low(self) -> float:
        """Lower 95 % limit."""
        return self.value - Z95 * self.se

    @property
    def high(self) -> float:
        """Upper 95 % limit."""
        return self.value + Z95 * self.se

    @property
    def p(self) -> float:
        """Two-sided p of the Wald z test against zero."""
        return float(2 * norm.sf(abs(self.value / self.se)))


@dataclass(frozen=True)
class Difference:
    """Adjusted difference of a group from the reference group, at a visit or over all (visit None).

    `standardized` is in units of the baseline SD pooled over the groups.
    """

    group: Group
    visit: str | None
    estimate: Estimate
    standardized: float | None


@dataclass(frozen=True)
class WaldTest:
    """A joint Wald chi-square test of several coefficients against zero."""

    name: str
    statistic: float
    df: int
    p: float


@dataclass(frozen=True)
class Components:
    """Variances between participants and within, and the restricted log-likelihood."""

    between: float
    within: float
    log_likelihood: float

    @property
    def icc(self) -> float:
        """Share of the variance that lies between participants."""
        return self.between / (self.between + self.within)


@dataclass(frozen=True)
class Fit:
    """One fitted model. `words` say everything that was not as it should be."""

    outcome: Outcome
    analysis_set: AnalysisSet
    words: tuple[str, ...]
    design: Design | None = None
    components: Components | None = None
    terms: tuple[Estimate, ...] = ()
    differences: tuple[Difference, ...] = ()
    tests: tuple[WaldTest, ...] = ()

    @property
    def fitted(self) -> bool:
        """Whether there are estimates to report."""
        return bool(self.terms)

    @property
    def state(self) -> str:
        """How the fit went in a word or two; the words say the rest."""
        if self.components is None:
            return "not fitted"
        if self.components.between == 0:
            return "no random intercept"
        return "see remarks" if self.words else "sound"


def fit_model(series: Series, analysis_set: AnalysisSet) -> Fit:
    """Fit the outcome's model in one analysis set; a model that cannot be fitted says why."""
    try:
        design = build_design(series, analysis_set)
        components, words = variance_components(design)
    except NotEstimable as reason:
        return Fit(series.outcome, analysis_set, (f"No model: {reason}",))
    beta, covariance = fixed_effects(design, components)
    errors = np.sqrt(np.diag(covariance))
    return Fit(
        outcome=series.outcome,
        analysis_set=analysis_set,
        words=(*design.words, *words),
        design=design,
        components=components,
        terms=tuple(
            Estimate(name, float(b), float(se))
            for name, b, se in zip(design.names, beta, errors, strict=True)
        ),
        differences=_differences(design, beta, covariance),
        tests=_tests(design, beta, covariance),
    )


def variance_components(design: Design) -> tuple[Components, tuple[str, ...]]:
    """Variance components by REML, with what the optimizer had to say.

    A between-participant variance at its boundary is set to zero, and said so.

    Raises:
        NotEstimable: no residual degrees of freedom, one reading per participant, or no
            optimizer converged.
    """
    readings, people = len(design.y), int(design.who.max()) + 1
    if readings == people:
        return _ordinary(design), (ONE_READING_EACH,)
    if readings <= len(design.names) + 1:
        raise NotEstimable("There are too few readings for the number of effects.")
    if _fits_exactly(design):
        raise NotEstimable(NO_VARIATION)
    found, words = _reml(design)
    if found.icc < BOUNDARY:
        return _ordinary(design), (*words, SINGULAR)
    return found, words


def _fits_exactly(design: Design) -> bool:
    """Whether effects and participants together leave nothing over."""
    people = np.eye(int(design.who.max()) + 1)[design.who]
    return _residual(np.column_stack([design.x, people]), design.y) <= 1e-12 * _residual(
        np.ones((len(design.y), 1)), design.y
    )


def _residual(x: Floats, y: Floats) -> float:
    """The residual sum of squares of the least squares fit."""
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    return float(np.sum((y - x @ beta) ** 2))


def _reml(design: Design) -> tuple[Components, tuple[str, ...]]:
    """MixedLM's components with the first optimizer that converges, and its warnings as words.

    Raises:
        NotEstimable: no optimizer converged, or the fit broke down.
    """
    failed: list[str] = []
    for optimizer, options in OPTIMIZERS:
        try:
            found, said = _attempt(design, optimizer, options)
        except (np.linalg.LinAlgError, ValueError) as error:
            raise NotEstimable(f"The fit broke down ({error}).") from error
        if found is not None:
            if failed:
                said = (f"Converged with {optimizer}, not with {', '.join(failed)}.", *said)
            return found, said
        failed.append(optimizer)
    raise NotEstimable(f"The fit did not converge with any optimizer ({', '.join(failed)}).")


def _attempt(
    design: Design, optimizer: str, options: dict[str, float]
) -> tuple[Components | None, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        model = MixedLM(design.y, design.x, groups=design.who)
        result = model.fit(reml=True, method=[optimizer], **options)
        between, within = float(result.cov_re[0, 0]), float(result.scale)
        found = Components(between, within, float(result.llf))
    finite = np.isfinite([between, within, found.log_likelihood]).all()
    said = dict.fromkeys(" ".join(str(warning.message).split()) for warning in caught)
    words = tuple(f"statsmodels: {text}" for text in said)
    return (found if result.converged and finite else None), words


def _ordinary(design: Design) -> Components:
    """The components without a random intercept: residual variance by REML, which is RSS/(n-p).

    Raises:
        NotEstimable: no residual degrees of freedom, or the effects fit the readings exactly.
    """
    squares = _residual(design.x, design.y)
    freedom = len(design.y) - len(design.names)
    if freedom < 1:
        raise NotEstimable("There are too few readings for the number of effects.")
    if squares <= 1e-12 * _residual(np.ones((len(design.y), 1)), design.y):
        raise NotEstimable(NO_VARIATION)
    within = squares / freedom
    log_det = float(np.linalg.slogdet(design.x.T @ design.x)[1])
    constant = freedom * (np.log(2 * np.pi * within) + 1)
    return Components(0.0, within, float(-0.5 * (constant + log_det)))


def fixed_effects(design: Design, components: Components) -> tuple[Floats, Floats]:
    """Generalized least squares: coefficients and their covariance at the given components.

    With variance `within * (I + r 11')` per participant, r = between / within, the inverse is
    `(I - k 11') / within` with k = r / (1 + n r).
    """
    ratio = components.between / components.within
    information = design.x.T @ design.x
    score = design.x.T @ design.y
    for person in range(int(design.who.max()) + 1):
        mine = design.who == person
        shrink = ratio / (1 + ratio * int(mine.sum()))
        column_sums = design.x[mine].sum(axis=0)
        information = information - shrink * np.outer(column_sums, column_sums)
        score = score - shrink * column_sums * design.y[mine].sum()
    inverse: Floats = np.linalg.inv(information).astype(np.float64)
    return inverse @ score, components.within * inverse


def _differences(design: Design, beta: Floats, covariance: Floats) -> tuple[Difference, ...]:
    found = []
    for group in design.groups:
        if group.code == design.reference.code:
            continue
        at = {visit: _contrast(design, group, visit) for visit in design.visits}
        vectors: list[tuple[str | None, Floats]] = list(at.items())
        if len(vectors) > 1:
            vectors.append((None, np.mean(list(at.values()), axis=0)))
        for visit, vector in vectors:
            name = f"{group.label} – {design.reference.label}, {visit or 'mean over visits'}"
            error = float(np.sqrt(vector @ covariance @ vector))
            estimate = Estimate(name, float(vector @ beta), error)
            sd = design.baseline_sd
            found.append(Difference(group, visit, estimate, estimate.value / sd if sd else None))
    return tuple(found)


def _contrast(design: Design, group: Group, visit: str) -> Floats:
    """The row that picks a group's difference from the reference at a visit."""
    vector = np.zeros(len(design.names))
    for column in (design.column(group), design.column(group, visit)):
        if column is not None:
            vector[column] = 1.0
    return vector


def _tests(design: Design, beta: Floats, covariance: Floats) -> tuple[WaldTest, ...]:
    others = [group for group in design.groups if group.code != design.reference.code]
    over = [
        np.mean([_contrast(design, group, visit) for visit in design.visits], axis=0)
        for group in others
    ]
    found = [_wald("group", over, beta, covariance)]
    if len(design.visits) > 1:
        everywhere = [_contrast(design, g, visit) for g in others for visit in design.visits]
        changes = [
            _contrast(design, g, visit) - _contrast(design, g, design.visits[0])
            for g in others
            for visit in design.visits[1:]
        ]
        found.append(_wald("group:visit", changes, beta, covariance))
        found.append(_wald("group and group:visit", everywhere, beta, covariance))
    return tuple(found)


def _wald(name: str, rows: Sequence[Floats], beta: Floats, covariance: Floats) -> WaldTest:
    contrast = np.vstack(rows)
    effect = contrast @ beta
    spread = contrast @ covariance @ contrast.T
    statistic = float(effect @ np.linalg.solve(spread, effect))
    return WaldTest(name, statistic, len(rows), float(chi2.sf(statistic, len(rows))))
