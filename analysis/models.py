"""The mixed model of each outcome: random intercept per participant, REML, t and F tests.

Degrees of freedom after Satterthwaite are the report's own; Kenward and Roger's stand beside them.
The mathematics is in `analysis.mixed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.design import MAIN, Design, Facts, build_design
from analysis.layout import NotEstimableError
from analysis.longitudinal import Series
from analysis.manifest import Outcome
from analysis.mixed import (
    Estimate as Contrast,
)
from analysis.mixed import (
    FTest,
    KenwardRoger,
    MixedFit,
    NotFitted,
    Satterthwaite,
    Source,
    cook_by_participant,
    fit_least_squares,
    fit_random_effects,
    fit_random_intercept,
    fit_unstructured,
    small_sample_factor,
)
from analysis.mixed.blocks import Floats
from analysis.plan import JOINT, OVERALL, Df, Family, Model
from analysis.sets import AnalysisSet, Group

ONE_READING_EACH = (
    "Every participant has one reading: there is no random intercept to estimate, the fit is "
    "ordinary least squares."
)
NO_VARIATION = "The effects fit the readings exactly: no variation is left."
SINGULAR = (
    "Singular fit: the variance between participants is estimated as zero, so the model is "
    "ordinary least squares and its standard errors may be too small."
)
NO_SLOPE = "Singular fit: a random effect has no variance of its own."
NEARLY_SINGULAR = "Singular fit: the variance between participants is all but zero."
TOO_FEW = "There are too few readings for the number of effects."
NO_ADJUSTED = (
    "Kenward and Roger's degrees of freedom do not exist for some of the contrasts; their p is "
    "left out."
)
ALL = JOINT
"""The joint test of whether the groups differ at any visit."""


@dataclass(frozen=True)
class Estimate:
    """An estimate on the outcome's own scale, with t by Satterthwaite and by Kenward and Roger.

    `df` is the method that the plan's model names: `planned` is the contrast by it.
    """

    name: str
    satterthwaite: Contrast
    kenward_roger: Contrast
    df: Df = "satterthwaite"

    @property
    def planned(self) -> Contrast:
        """The contrast by the method of the plan."""
        return self.satterthwaite if self.df == "satterthwaite" else self.kenward_roger

    @property
    def value(self) -> float:
        """The estimate; it is the same by both methods."""
        return self.planned.value

    @property
    def se(self) -> float:
        """Its standard error."""
        return self.planned.se

    @property
    def low(self) -> float:
        """Lower 95 % limit."""
        return self.planned.limits()[0]

    @property
    def high(self) -> float:
        """Upper 95 % limit."""
        return self.planned.limits()[1]

    @property
    def p(self) -> float:
        """Two-sided p of the t test against zero."""
        return self.planned.p


@dataclass(frozen=True)
class Difference:
    """Adjusted difference of a group from the reference group, at a visit or over all (visit None).

    `standardized` is in units of the baseline SD pooled over the groups; `hedges` is that without
    its small-sample bias. None where there is no such SD.
    """

    group: Group
    visit: str | None
    estimate: Estimate
    standardized: float | None
    hedges: float | None


@dataclass(frozen=True)
class JointTest:
    """Several coefficients together against zero."""

    name: str
    satterthwaite: FTest
    kenward_roger: FTest
    df: Df = "satterthwaite"

    @property
    def planned(self) -> FTest:
        """The F test by the method of the plan."""
        return self.satterthwaite if self.df == "satterthwaite" else self.kenward_roger

    @property
    def p(self) -> float:
        """p of the F test by the method of the plan."""
        return self.planned.p


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
    """One fitted model. `words` say everything that was not as it should be.

    `tests` are of type III, by term, and last the joint test of everything with the group;
    `overall` tests the differences averaged over the visits. `influence` is Cook's distance by
    participant code. `family` is the plan's, None where the plan adjusts nothing.
    """

    outcome: Outcome
    analysis_set: AnalysisSet
    words: tuple[str, ...]
    design: Design | None = None
    model: MixedFit | None = None
    terms: tuple[Estimate, ...] = ()
    differences: tuple[Difference, ...] = ()
    tests: tuple[JointTest, ...] = ()
    overall: JointTest | None = None
    influence: Mapping[str, float] | None = None
    family: Family | None = None

    @property
    def fitted(self) -> bool:
        """Whether there are estimates to report."""
        return self.model is not None

    @property
    def family_test(self) -> JointTest | None:
        """The test that counts in the plan's family; without a family, the joint test."""
        if self.family is not None and self.family.test == OVERALL:
            return self.overall
        return self.tests[-1] if self.tests else None

    @property
    def components(self) -> Components | None:
        """The variances, or None without a fit or with another covariance than an intercept's."""
        if self.model is None or len(self.model.factor) > 1 or np.isnan(self.model.sigma):
            return None
        between = float(self.model.components.sum())
        return Components(between, self.model.sigma**2, -self.model.criterion / 2)

    @property
    def state(self) -> str:
        """How the fit went in a word or two; the words say the rest."""
        if self.model is None:
            return "not fitted"
        if self.components is not None and self.components.between == 0:
            return "no random intercept"
        return "see remarks" if self.words else "sound"


def fit_model(
    series: Series,
    analysis_set: AnalysisSet,
    planned: Model = MAIN,
    facts: Facts | None = None,
    family: Family | None = None,
) -> Fit:
    """Fit the outcome's model in one analysis set; a model that cannot be fitted says why."""
    try:
        design = build_design(series, analysis_set, planned, facts)
        model, words = fit_design(design)
    except (NotEstimableError, NotFitted) as reason:
        return Fit(series.outcome, analysis_set, (f"No model: {reason}",), family=family)
    tests = Tests.of(model, planned.df)
    terms = tuple(
        tests.estimate(name, row)
        for name, row in zip(design.names, np.eye(len(design.names)), strict=True)
    )
    differences, joint = _differences(design, tests), _joint_tests(design, tests)
    known = [one.kenward_roger.df for one in (*terms, *(d.estimate for d in differences))]
    unknown = not np.isfinite([*known, *(one.kenward_roger.den_df for one in joint)]).all()
    return Fit(
        outcome=series.outcome,
        analysis_set=analysis_set,
        words=(
            *(*design.words, *words, *tests.satterthwaite.words),
            *((NO_ADJUSTED,) if unknown else ()),
        ),
        design=design,
        model=model,
        terms=terms,
        differences=differences,
        tests=joint,
        overall=tests.joint(OVERALL, np.vstack([design.overall(one) for one in design.others])),
        influence=_influence(design, model),
        family=family,
    )


def _influence(design: Design, model: MixedFit) -> dict[str, float] | None:
    """Cook's distance by participant; there is none where the readings have no random effects."""
    if np.isnan(model.sigma):
        return None
    return dict(zip(design.people, map(float, cook_by_participant(model)), strict=True))


def fit_design(design: Design) -> tuple[MixedFit, tuple[str, ...]]:
    """The fit by REML in the model's covariance, with a sentence for what is out of the ordinary.

    Raises:
        NotEstimableError: too few readings, or nothing left to vary.
        NotFitted: no minimum, or numbers that cannot be computed with.
    """
    readings, people = len(design.y), len(design.people)
    if readings <= len(design.names):
        raise NotEstimableError(TOO_FEW)
    if readings == people:
        if _fits_exactly(design.x, design.y):
            raise NotEstimableError(NO_VARIATION)
        return fit_least_squares(design.y, design.x, design.who), (ONE_READING_EACH,)
    if readings <= len(design.names) + 1:
        raise NotEstimableError(TOO_FEW)
    everybody = np.eye(people)[design.who]
    if _fits_exactly(np.column_stack([design.x, everybody]), design.y):
        raise NotEstimableError(NO_VARIATION)
    model = COVARIANCES[design.model.covariance](design)
    if not model.singular:
        return model, ()
    if len(model.factor) > 1:
        return model, (NO_SLOPE,)
    return model, (NEARLY_SINGULAR if model.components.any() else SINGULAR,)


def _intercept(design: Design) -> MixedFit:
    return fit_random_intercept(design.y, design.x, design.who)


def _slope(design: Design) -> MixedFit:
    columns = np.column_stack([np.ones(len(design.y)), design.months])
    return fit_random_effects(Source(design.y, design.x, design.who, columns))


def _unstructured(design: Design) -> MixedFit:
    """The fit without structure, not tried where its covariance could only be singular.

    Raises:
        NotFitted: fewer participants, beyond one a group, than visits; or the fit's own reasons.
    """
    if len(design.people) - 1 - len(design.others) < len(design.visits):
        raise NotFitted("Too few participants for a covariance of so many visits.")
    return fit_unstructured(design.y, design.x, design.who, design.visit_of)


COVARIANCES: Mapping[str, Callable[[Design], MixedFit]] = {
    "random intercept": _intercept,
    "random intercept and slope": _slope,
    "unstructured": _unstructured,
}
"""How each covariance that a plan can name is fitted."""


def _fits_exactly(x: Floats, y: Floats) -> bool:
    """Whether the columns leave nothing of the readings over."""
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    return float(np.sum((y - x @ beta) ** 2)) <= 1e-12 * float(np.sum((y - y.mean()) ** 2))


@dataclass(frozen=True)
class Tests:
    """Both ways to test a contrast of one fit."""

    satterthwaite: Satterthwaite
    kenward_roger: KenwardRoger
    df: Df = "satterthwaite"

    @classmethod
    def of(cls, model: MixedFit, df: Df = "satterthwaite") -> Tests:
        """The tests of a fit; `df` is the method of the plan."""
        return cls(Satterthwaite(model), KenwardRoger(model), df)

    def estimate(self, name: str, row: Floats) -> Estimate:
        """A single contrast."""
        by = self.satterthwaite.estimate(row), self.kenward_roger.estimate(row)
        return Estimate(name, *by, self.df)

    def joint(self, name: str, rows: Floats) -> JointTest:
        """Several contrasts together."""
        by = self.satterthwaite.joint(rows), self.kenward_roger.joint(rows)
        return JointTest(name, *by, self.df)


def _differences(design: Design, tests: Tests) -> tuple[Difference, ...]:
    found = []
    for group in design.others:
        vectors: list[tuple[str | None, Floats]] = [
            (visit, design.contrast(group, visit)) for visit in design.visits
        ]
        if len(vectors) > 1:
            vectors.append((None, design.overall(group)))
        for visit, vector in vectors:
            name = f"{group.label} – {design.reference.label}, {visit or 'mean over visits'}"
            estimate = tests.estimate(name, vector)
            found.append(Difference(group, visit, estimate, *_standardized(design, estimate)))
    return tuple(found)


def _standardized(design: Design, estimate: Estimate) -> tuple[float | None, float | None]:
    """The difference in baseline SDs, and Hedges' g."""
    if design.baseline_sd is None:
        return None, None
    plain = estimate.value / design.baseline_sd
    enough = design.baseline_freedom >= 2
    return plain, plain * small_sample_factor(design.baseline_freedom) if enough else None


def _joint_tests(design: Design, tests: Tests) -> tuple[JointTest, ...]:
    found = [tests.joint(name, rows) for name, rows in design.type_three.items()]
    if len(design.visits) > 1:
        found.append(tests.joint(ALL, design.everywhere))
    return tuple(found)
