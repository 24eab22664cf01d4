"""The fitted models as tables: tests, differences, coefficients, and fits that failed, in words."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.mixed import Estimate as Contrast
from analysis.mixed import FTest
from analysis.model_words import df_note, model_notes
from analysis.models import ALL, Estimate, Fit, JointTest
from analysis.multiplicity import across_outcomes
from analysis.plan import JOINT
from analysis.tables import NOT_AVAILABLE, Table, fixed, p_value

TESTS = {"group": "group", "group:visit": "group:visit", ALL: "both"}
"""The tests of the overview by name, with the short name that heads their columns."""


def joint_tests_table(fits: Sequence[Fit]) -> Table:
    """The tests of the group per outcome and analysis set; a failed fit keeps its row."""
    adjusted = across_outcomes(fits)
    rows = []
    for fit in fits:
        names = (fit.outcome.label, fit.analysis_set.title)
        sizes = (NOT_AVAILABLE, NOT_AVAILABLE)
        if fit.design is not None:
            sizes = (str(len(fit.design.people)), str(len(fit.design.y)))
        by_name = {test.name: test for test in fit.tests}
        cells = [cell for name in TESTS for cell in _test_cells(by_name.get(name))]
        holm = p_value(adjusted.get((fit.outcome.code, fit.analysis_set.code)))
        rows.append((*names, *sizes, *cells, holm, fit.state))
    heads = [head for short in TESTS.values() for head in (f"{short}: F (df)", f"{short}: p")]
    return Table(
        "model_tests",
        "Mixed models: tests of group and group:visit",
        ("Outcome", "Analysis", "n", "Readings", *heads, "p (Holm)", "Fit"),
        tuple(rows),
        (
            *model_notes(fits),
            "n: participants with a baseline and a reading after it.",
            "group: is there a difference on average over the visits?",
            "group:visit: does the difference change over the visits?",
            "both, tested together: is there any difference at any visit?",
            "F tests of type III.",
            df_note(fits),
            (
                f"p (Holm): of {_family_test(fits)}; adjusted for the number of outcomes of the "
                "plan's family fitted in that analysis. No other p is adjusted."
            ),
            "Fit: the remarks stand with each outcome and in model_remarks.csv.",
        ),
        stub=2,
    )


def _family_test(fits: Sequence[Fit]) -> str:
    """What the plan's families test, in the words of this table."""
    named = dict.fromkeys(fit.family.test for fit in fits if fit.family is not None)
    words = {JOINT: "both, or of group with one visit"}
    return ", ".join(words.get(test, f"the {test}") for test in named) or "no test"


def _test_cells(test: JointTest | None) -> tuple[str, str]:
    if test is None:
        return NOT_AVAILABLE, NOT_AVAILABLE
    found = test.planned
    return f"{fixed(found.f, 2)} ({found.num_df}, {fixed(found.den_df, 1)})", p_value(found.p)


def type_three_table(fits: Sequence[Fit]) -> Table:
    """Every test of type III of every fitted model, by both methods."""
    rows = [
        (
            *(fit.outcome.label, fit.analysis_set.title, test.name),
            str(test.satterthwaite.num_df),
            *_f_cells(test.satterthwaite),
            *_f_cells(test.kenward_roger),
        )
        for fit in fits
        for test in fit.tests
    ]
    heads = ("F", "Denominator df", "p")
    return Table(
        "model_type_three",
        "Mixed models: tests of type III",
        (
            *("Outcome", "Analysis", "Term", "Numerator df", *heads),
            *(f"{head} (Kenward-Roger)" for head in heads),
        ),
        tuple(rows),
        (
            *model_notes(fits),
            "Each effect is averaged with equal weight over the levels of the other factor.",
            "First three: Satterthwaite (Fai and Cornelius). Last three: Kenward and Roger.",
        ),
        stub=3,
    )


def _f_cells(test: FTest) -> tuple[str, str, str]:
    return fixed(test.f, 3), fixed(test.den_df, 2), p_value(test.p)


INTERVAL = ("SE", "df", "95 % CI low", "95 % CI high", "p")
DIFFERENCE_COLUMNS = (
    *("Outcome", "Analysis", "Comparison", "Visit", "Difference", *INTERVAL),
    *("p (Kenward-Roger)", "Standardized", "Hedges' g"),
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
            sizes = fixed(one.standardized, 2), fixed(one.hedges, 2)
            exact = p_value(one.estimate.kenward_roger.p)
            rows.append((*names, visit, *_figures(one.estimate), exact, *sizes))
    return Table(
        "model_differences",
        "Mixed models: adjusted differences between groups",
        DIFFERENCE_COLUMNS,
        tuple(rows),
        (
            *model_notes(fits),
            df_note(fits),
            (
                "Standardized: difference over the baseline SD pooled over the groups. Hedges' g: "
                "that without the bias of a small sample."
            ),
        ),
        stub=4,
    )


COEFFICIENT_COLUMNS = ("Outcome", "Analysis", "Effect", "Estimate", *INTERVAL)


def coefficients_table(fits: Sequence[Fit]) -> Table:
    """Every fixed effect and variance component of every fitted model."""
    rows: list[tuple[str, ...]] = []
    for fit in fits:
        names = (fit.outcome.label, fit.analysis_set.title)
        rows += [(*names, term.name, *_figures(term)) for term in fit.terms]
        if fit.components is not None:
            blank = ("",) * len(INTERVAL)
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
            df_note(fits),
        ),
        stub=3,
    )


def kenward_roger_table(fits: Sequence[Fit]) -> Table:
    """The same differences and effects with Kenward and Roger's errors and degrees of freedom."""
    rows = []
    for fit in fits:
        names = (fit.outcome.label, fit.analysis_set.title)
        estimates = (*(one.estimate for one in fit.differences), *fit.terms)
        rows += [(*names, one.name, *_contrast(one.kenward_roger)) for one in estimates]
    return Table(
        "model_kenward_roger",
        "Mixed models: differences and fixed effects after Kenward and Roger",
        COEFFICIENT_COLUMNS,
        tuple(rows),
        ("Standard errors adjusted for the estimation of the variances, and t with their df.",),
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
    return _contrast(estimate.planned)


def _contrast(found: Contrast) -> tuple[str, ...]:
    low, high = found.limits()
    figures = fixed(found.value, 3), fixed(found.se, 3), fixed(found.df, 1)
    return (*figures, fixed(low, 3), fixed(high, 3), p_value(found.p))
