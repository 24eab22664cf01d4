"""The fitted models as tables: tests, differences, coefficients, and fits that failed, in words."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.models import Estimate, Fit, WaldTest
from analysis.tables import NOT_AVAILABLE, Table, fixed, p_value

WALD = "Wald z: intervals and p use the normal distribution, a little narrow in a small trial."
MODEL = (
    "Model: outcome ~ group + visit + group:visit + baseline, random intercept per participant, "
    "REML; nothing imputed."
)


TESTS = {"group": "group", "group:visit": "group:visit", "group and group:visit": "both"}
"""The joint tests by name, with the short name that heads their columns."""


def joint_tests_table(fits: Sequence[Fit]) -> Table:
    """The joint Wald tests per outcome and analysis set; a failed fit keeps its row."""
    rows = []
    for fit in fits:
        names = (fit.outcome.label, fit.analysis_set.title)
        sizes = (NOT_AVAILABLE, NOT_AVAILABLE)
        if fit.design is not None:
            sizes = (str(int(fit.design.who.max()) + 1), str(len(fit.design.y)))
        by_name = {test.name: test for test in fit.tests}
        cells = [cell for name in TESTS for cell in _test_cells(by_name.get(name))]
        rows.append((*names, *sizes, *cells, fit.state))
    heads = [head for short in TESTS.values() for head in (f"{short}: chi² (df)", f"{short}: p")]
    return Table(
        "model_tests",
        "Mixed models: joint Wald tests of group and group:visit",
        ("Outcome", "Analysis", "Participants", "Readings", *heads, "Fit"),
        tuple(rows),
        (
            MODEL,
            "group: is there a difference on average over the visits?",
            "group:visit: does the difference change over the visits?",
            "both, tested together: is there any difference at any visit?",
            "p values are not adjusted for the number of outcomes.",
            "Fit: the remarks stand with each outcome and in model_remarks.csv.",
        ),
        stub=2,
    )


def _test_cells(test: WaldTest | None) -> tuple[str, str]:
    if test is None:
        return NOT_AVAILABLE, NOT_AVAILABLE
    return f"{fixed(test.statistic, 2)} ({test.df})", p_value(test.p)


DIFFERENCE_COLUMNS = (
    "Outcome",
    "Analysis",
    "Comparison",
    "Visit",
    "Difference",
    "SE",
    "95 % CI low",
    "95 % CI high",
    "p (Wald z)",
    "Standardized",
)


def differences_table(fits: Sequence[Fit]) -> Table:
    """The adjusted difference between groups at each visit and over all, per outcome and set."""
    rows = []
    for fit in fits:
        for one in fit.differences:
            reference = fit.design.reference.label if fit.design else ""
            comparison = f"{one.group.label} – {reference}"
            names = (fit.outcome.label, fit.analysis_set.title, comparison)
            visit = one.visit or "mean over visits"
            figures = (*_figures(one.estimate), fixed(one.standardized, 2))
            rows.append((*names, visit, *figures))
    return Table(
        "model_differences",
        "Mixed models: adjusted differences between groups",
        DIFFERENCE_COLUMNS,
        tuple(rows),
        (MODEL, WALD, "Standardized: difference over the baseline SD pooled over the groups."),
        stub=4,
    )


COEFFICIENT_COLUMNS = (
    "Outcome",
    "Analysis",
    "Effect",
    "Estimate",
    "SE",
    "95 % CI low",
    "95 % CI high",
    "p (Wald z)",
)


def coefficients_table(fits: Sequence[Fit]) -> Table:
    """Every fixed effect and variance component of every fitted model."""
    rows: list[tuple[str, ...]] = []
    for fit in fits:
        names = (fit.outcome.label, fit.analysis_set.title)
        rows += [(*names, term.name, *_figures(term)) for term in fit.terms]
        if fit.components is not None:
            blank = ("",) * 4
            parts = (
                ("variance between participants", fit.components.between),
                ("variance within participants", fit.components.within),
                ("restricted log-likelihood", fit.components.log_likelihood),
            )
            rows += [(*names, name, fixed(value, 3), *blank) for name, value in parts]
    return Table(
        "model_coefficients",
        "Mixed models: fixed effects and variance components",
        COEFFICIENT_COLUMNS,
        tuple(rows),
        (
            "Treatment coding: the intercept is the reference group at the first follow-up visit.",
            WALD,
        ),
        stub=3,
    )


def remarks_table(fits: Sequence[Fit]) -> Table:
    """What was not as it should be in any fit: left out, singular, not converged."""
    rows = [(fit.outcome.label, fit.analysis_set.title, word) for fit in fits for word in fit.words]
    return Table(
        "model_remarks",
        "Mixed models: what was left out, singular or did not converge",
        ("Outcome", "Analysis", "Remark"),
        tuple(rows),
        stub=2,
    )


def _figures(estimate: Estimate) -> tuple[str, ...]:
    figures = (estimate.value, estimate.se, estimate.low, estimate.high)
    return (*(fixed(figure, 3) for figure in figures), p_value(estimate.p))
