"""The same model with other covariances of the visits: does the answer hang on the one chosen?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.design import Design
from analysis.manifest import Outcome
from analysis.mixed import FTest, MixedFit, NotFitted
from analysis.models import ALL, COVARIANCES, NO_SLOPE, Estimate, Fit, Tests
from analysis.plan import Covariance
from analysis.sets import AnalysisSet
from analysis.tables import NOT_AVAILABLE, Table, fixed, p_value

OTHERS: tuple[Covariance, ...] = ("random intercept and slope", "unstructured")


@dataclass(frozen=True)
class Alternative:
    """One covariance: REML criterion, AIC, each group's mean difference, the test of everything.

    `estimates` is empty where it could not be fitted; `word` says why, or what was odd.
    """

    outcome: Outcome
    analysis_set: AnalysisSet
    covariance: str
    criterion: float | None = None
    parameters: int = 0
    estimates: tuple[Estimate, ...] = ()
    test: FTest | None = None
    word: str = ""

    @property
    def aic(self) -> float | None:
        """The REML criterion plus twice the parameters of the covariance; the fixed effects are
        the same in each, so they compare (Gurka 2006, Am Stat 60:19)."""
        return None if self.criterion is None else self.criterion + 2 * self.parameters


def alternatives(
    fits: Sequence[Fit], covariances: Sequence[Covariance] = OTHERS
) -> tuple[Alternative, ...]:
    """The model's own covariance and these others, for every fitted model with several visits."""
    found = []
    for fit in fits:
        if fit.model is None or fit.design is None or len(fit.design.visits) < 2:
            continue
        if len(fit.design.people) == len(fit.design.y):
            continue
        own = fit.design.model.covariance
        found.append(_of_model(fit, fit.design, own, fit.model))
        found += [_told(fit, fit.design, name) for name in covariances if name != own]
    return tuple(found)


def _told(fit: Fit, design: Design, name: Covariance) -> Alternative:
    try:
        model = COVARIANCES[name](design)
    except NotFitted as reason:
        return Alternative(fit.outcome, fit.analysis_set, name, word=str(reason))
    return _of_model(fit, design, name, model)


def _parameters(design: Design, name: Covariance) -> int:
    """How many variances and covariances a covariance of the visits has."""
    visits = len(design.visits)
    free = visits * (visits + 1) // 2
    return {"random intercept": 2, "random intercept and slope": 4}.get(name, free)


def _of_model(fit: Fit, design: Design, name: Covariance, model: MixedFit) -> Alternative:
    tests = Tests.of(model, design.model.df)
    return Alternative(
        *(fit.outcome, fit.analysis_set, name),
        criterion=model.criterion,
        parameters=_parameters(design, name),
        estimates=tuple(
            tests.estimate(f"{group.label} – {design.reference.label}", design.overall(group))
            for group in design.others
        ),
        test=tests.joint(ALL, design.everywhere).planned,
        word=NO_SLOPE if model.singular else "",
    )


def alternatives_table(found: Sequence[Alternative]) -> Table:
    """The alternatives, a row each and comparison; one that could not be fitted keeps its row."""
    rows: list[tuple[str, ...]] = []
    for one in found:
        names = (one.outcome.label, one.analysis_set.title, one.covariance)
        if one.test is None:
            rows.append((*names, *(NOT_AVAILABLE,) * 10, one.word))
        for estimate in one.estimates:
            figures = (estimate.value, estimate.se, estimate.low, estimate.high)
            value, se, low, high = (fixed(figure, 3) for figure in figures)
            df = fixed(estimate.planned.df, 1)
            tested = one.test.p if one.test else None
            rows.append(
                (
                    *(*names, estimate.name, fixed(one.aic, 1), str(one.parameters)),
                    *(value, se, df, low, high, p_value(estimate.p), p_value(tested)),
                    one.word or NOT_AVAILABLE,
                )
            )
    return Table(
        "model_alternatives",
        "Sensitivity: other covariances of the visits",
        (
            *("Outcome", "Analysis", "Covariance", "Comparison", "AIC", "Parameters"),
            *("Mean over visits", "SE", "df", "95 % CI low", "95 % CI high", "p"),
            *(f"p, {ALL}", "Remark"),
        ),
        tuple(rows),
        (
            "The first of each outcome is the plan's own; the fixed effects are the same.",
            "Slope: over the months planned from the index event.",
            "Unstructured: every variance and covariance of the visits is free.",
            "AIC: smaller is better; REML criterion plus twice the parameters of the covariance.",
            "df and p: as in the outcome's model. Nothing is adjusted for the number of tests.",
        ),
        stub=4,
    )
