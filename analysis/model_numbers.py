"""The models in numbers, ready for JSON: six significant digits, None is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.alternatives import Alternative
from analysis.mixed import Estimate as Contrast
from analysis.mixed import FTest
from analysis.models import Difference, Estimate, Fit, JointTest
from analysis.multiplicity import across_outcomes
from analysis.shift import Shift
from analysis.tables import rounded


def fits(found: Sequence[Fit]) -> list[dict[str, Any]]:
    """Every fitted model, and every one that could not be fitted with the reason."""
    adjusted = across_outcomes(found)
    return [
        _fit(fit) | {"p_holm": rounded(adjusted.get((fit.outcome.code, fit.analysis_set.code)))}
        for fit in found
    ]


def _fit(fit: Fit) -> dict[str, Any]:
    found: dict[str, Any] = {
        "outcome": fit.outcome.code,
        "analysis_set": fit.analysis_set.code,
        "fitted": fit.fitted,
        "state": fit.state,
        "remarks": list(fit.words),
    }
    if fit.design is None or fit.model is None:
        return found
    between, within, likelihood = _components(fit)
    return found | {
        "reference": fit.design.reference.code,
        "visits": list(fit.design.visits),
        "readings": len(fit.design.y),
        "participants": len(fit.design.people),
        "model": fit.design.model.code,
        "variance_between": rounded(between),
        "variance_within": rounded(within),
        "restricted_log_likelihood": rounded(likelihood),
        "coefficients": [estimate(term) for term in fit.terms],
        "differences": [_difference(one) for one in fit.differences],
        "tests": [_test(test) for test in fit.tests],
        "cooks_distance": {code: rounded(value) for code, value in (fit.influence or {}).items()},
    }


def _components(fit: Fit) -> tuple[float | None, float | None, float | None]:
    """The variances where the covariance is a random intercept's, and the log-likelihood."""
    if fit.components is not None:
        return fit.components.between, fit.components.within, fit.components.log_likelihood
    return None, None, -fit.model.criterion / 2 if fit.model else None


def _test(test: JointTest) -> dict[str, Any]:
    return {
        "name": test.name,
        **f_test(test.planned),
        "kenward_roger": f_test(test.kenward_roger),
    }


def f_test(test: FTest) -> dict[str, Any]:
    """An F test."""
    return {
        "f": rounded(test.f),
        "num_df": test.num_df,
        "den_df": rounded(test.den_df),
        "p": rounded(test.p),
    }


def alternative(one: Alternative) -> dict[str, Any]:
    """A model with another covariance."""
    return {
        "outcome": one.outcome.code,
        "analysis_set": one.analysis_set.code,
        "covariance": one.covariance,
        "reml_criterion": rounded(one.criterion),
        "covariance_parameters": one.parameters,
        "mean_over_visits": [estimate(term) for term in one.estimates],
        "test": None if one.test is None else f_test(one.test),
        "remark": one.word,
    }


def shift(one: Shift) -> dict[str, Any]:
    """A common odds ratio at a visit."""
    figures = {"low": one.low, "high": one.high, "p": one.p, "p_likelihood_ratio": one.all_p}
    return {
        "outcome": one.outcome.code,
        "analysis_set": one.analysis_set.code,
        "visit": one.visit,
        "group": one.group.code,
        "readings": list(one.sizes),
        "common_odds_ratio": rounded(one.odds_ratio),
        **{name: rounded(value) for name, value in figures.items()},
        "remark": one.word,
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "group": one.group.code,
        "visit": one.visit,
        "standardized": rounded(one.standardized),
        "hedges_g": rounded(one.hedges),
        **estimate(one.estimate),
    }


def estimate(term: Estimate) -> dict[str, Any]:
    """An estimate by the plan's method, and by Kenward and Roger's beside it."""
    return {
        "name": term.name,
        "estimate": rounded(term.value),
        **_contrast(term.planned),
        "kenward_roger": _contrast(term.kenward_roger),
    }


def _contrast(found: Contrast) -> dict[str, Any]:
    low, high = found.limits()
    figures = {"se": found.se, "df": found.df, "low": low, "high": high, "p": found.p}
    return {name: rounded(value) for name, value in figures.items()}
