"""The mixed model against closed forms, an independent fit, and its own awkward cases."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import f, t

from analysis.design import Design, build_design
from analysis.longitudinal import Series
from analysis.manifest import Outcome, PlannedVisit
from analysis.models import Fit, fit_model
from analysis.sets import AnalysisSet, Group
from analysis.study import Study

pytestmark = pytest.mark.requirement("R-065")

OUTCOME = Outcome("score", "score.csv", "total", "Score", 0, 100, "lower", "V0")
VISITS = tuple(PlannedVisit(f"V{n}", f"Visit {n}", 30.0 * n) for n in range(4))
EACH = 6
Readings = dict[tuple[str, str], float]
Floats = NDArray[Any]


def groups(each: int = EACH) -> AnalysisSet:
    treated = tuple(f"T{n:02d}" for n in range(each))
    controls = tuple(f"C{n:02d}" for n in range(each))
    return AnalysisSet(
        "as_treated",
        "As treated",
        "by treatment",
        (
            Group("cells", "Treated", experimental=True, members=treated),
            Group("control", "Control", experimental=False, members=controls),
        ),
    )


def series(readings: Mapping[tuple[str, str], float]) -> Series:
    held = {visit for _, visit in readings}
    return Series(OUTCOME, readings, tuple(v for v in VISITS if v.code in held), ())


def balanced(baseline: float | None = 50.0, spread: float = 4.0) -> Readings:
    """Three follow-up readings of everybody; the same baseline for all unless None."""
    draw = random.Random(11)  # noqa: S311 - a fixed stream of test data
    readings: Readings = {}
    for group in groups().groups:
        for member in group.members:
            level = draw.gauss(0, spread)
            start = 50 + level / 2 + draw.gauss(0, 1)
            readings[member, "V0"] = start if baseline is None else baseline
            for position, visit in enumerate(("V1", "V2", "V3")):
                gain = 3.0 * position * group.experimental
                readings[member, visit] = 40 + level - gain + draw.gauss(0, 1.5)
    return readings


def table_of(readings: Readings) -> Floats:
    """Readings as group x participant x visit."""
    return np.array(
        [
            [[readings[m, v] for v in ("V1", "V2", "V3")] for m in group.members]
            for group in groups().groups
        ]
    )


def anova(readings: Readings) -> dict[str, Any]:
    """The split-plot analysis of variance, written out."""
    y = table_of(readings)
    g, n, t = y.shape
    cells, people = y.mean(axis=1), y.mean(axis=2)
    by_group, by_visit, grand = y.mean(axis=(1, 2)), y.mean(axis=(0, 1)), y.mean()
    ms_people = t * ((people - by_group[:, None]) ** 2).sum() / (g * (n - 1))
    residual = y - cells[:, None, :] - people[:, :, None] + by_group[:, None, None]
    ms_residual = (residual**2).sum() / (g * (n - 1) * (t - 1))
    interaction = cells - by_group[:, None] - by_visit[None, :] + grand
    return {
        "within": ms_residual,
        "between": (ms_people - ms_residual) / t,
        "difference": by_group[0] - by_group[1],
        "difference_se": np.sqrt(2 * ms_people / (n * t)),
        "at_visit": cells[0] - cells[1],
        "interaction": n * (interaction**2).sum() / ms_residual,
    }


def fitted(readings: Readings, chosen: AnalysisSet | None = None) -> Fit:
    fit = fit_model(series(readings), chosen or groups())
    assert fit.fitted, fit.words
    return fit


def test_it_gives_the_closed_form_of_a_balanced_design() -> None:
    readings = balanced()
    known = anova(readings)
    fit = fitted(readings)
    assert fit.components is not None

    assert fit.components.within == pytest.approx(known["within"], rel=1e-6)
    assert fit.components.between == pytest.approx(known["between"], rel=1e-6)
    overall = fit.differences[-1].estimate
    assert overall.value == pytest.approx(known["difference"], rel=1e-9)
    assert overall.se == pytest.approx(known["difference_se"], rel=1e-6)


def test_it_gives_the_closed_form_at_each_visit() -> None:
    readings = balanced()
    known = anova(readings)
    se = np.sqrt(2 * (known["between"] + known["within"]) / EACH)

    for one, value in zip(fitted(readings).differences, known["at_visit"], strict=False):
        assert one.estimate.value == pytest.approx(value, rel=1e-9)
        assert one.estimate.se == pytest.approx(se, rel=1e-6)


def test_it_gives_the_closed_form_of_the_joint_tests() -> None:
    readings = balanced()
    known = anova(readings)
    group, visit, interaction, both = (test.satterthwaite for test in fitted(readings).tests)
    t_value = known["difference"] / known["difference_se"]

    assert [one.num_df for one in (group, visit, interaction, both)] == [1, 2, 2, 3]
    assert group.f == pytest.approx(t_value**2, rel=1e-4)
    assert group.den_df == pytest.approx(2 * EACH - 2, rel=1e-6)
    assert interaction.f == pytest.approx(known["interaction"] / 2, rel=1e-4)
    assert interaction.den_df == pytest.approx((2 * EACH - 2) * 2, rel=1e-6)
    expected = f.sf(known["interaction"] / 2, 2, (2 * EACH - 2) * 2)
    assert interaction.p == pytest.approx(expected, rel=1e-3)
    # In a balanced design the two questions are independent and add up.
    assert 3 * both.f == pytest.approx(group.f + 2 * interaction.f, rel=1e-9)


def test_both_methods_agree_where_the_design_is_balanced() -> None:
    for test in fitted(balanced()).tests[:3]:
        assert test.kenward_roger.f == pytest.approx(test.satterthwaite.f, rel=1e-6)
        assert test.kenward_roger.den_df == pytest.approx(test.satterthwaite.den_df, rel=1e-6)


def test_it_leaves_a_constant_baseline_out_and_says_so() -> None:
    fit = fitted(balanced(baseline=50.0))

    assert "baseline" not in [term.name for term in fit.terms]
    assert any("baseline is the same for everybody" in word for word in fit.words)


def profile_reml(design: Design) -> tuple[float, float, Floats, Floats]:
    """REML written out with dense matrices and one-dimensional search; no statsmodels."""
    y, x = design.y, design.x
    same = (design.who[:, None] == design.who[None, :]).astype(float)

    def solve(ratio: float) -> tuple[float, float, Floats, Floats]:
        covariance = np.eye(len(y)) + ratio * same
        inverse = np.linalg.inv(covariance)
        information = x.T @ inverse @ x
        beta = np.linalg.solve(information, x.T @ inverse @ y)
        rest = y - x @ beta
        freedom = len(y) - x.shape[1]
        within = float(rest @ inverse @ rest) / freedom
        log_dets = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
        # (n - p) log within + log|V| + log|X'V'X| + (n - p)(1 + log 2 pi)
        criterion = freedom * (np.log(2 * np.pi * within) + 1) + log_dets
        return float(criterion), within, beta, within * np.linalg.inv(information)

    best = minimize_scalar(
        lambda root: solve(root**2)[0], bounds=(0, 10), method="bounded", options={"xatol": 1e-10}
    )
    criterion, within, beta, covariance = solve(float(best.x) ** 2)
    assert criterion == pytest.approx(float(best.fun))
    return criterion, within, beta, np.sqrt(np.diag(covariance))


@pytest.mark.parametrize("analysis", ["as_treated", "itt"])
def test_it_agrees_with_a_fit_by_other_means(study: Study, analysis: str) -> None:
    fits = [fit for fit in study.fits if fit.analysis_set.code == analysis]
    fits = [fit for fit in fits if fit.outcome.code in {"mrs", "motor_fma", "mi4p"}]
    assert len(fits) == 3
    for fit in fits:
        assert fit.design is not None
        assert fit.components is not None
        criterion, within, beta, errors = profile_reml(fit.design)
        assert -2 * fit.components.log_likelihood == pytest.approx(criterion, abs=1e-7)
        assert fit.components.within == pytest.approx(within, rel=1e-5)
        assert [term.value for term in fit.terms] == pytest.approx(list(beta), abs=1e-5)
        assert [term.se for term in fit.terms] == pytest.approx(list(errors), rel=1e-5)


def test_it_states_t_intervals_and_p(study: Study) -> None:
    for term in study.fits[0].terms:
        df = term.satterthwaite.df
        assert 20 < df < 182
        assert term.high - term.low == pytest.approx(2 * t.ppf(0.975, df) * term.se)
        assert term.p == pytest.approx(2 * t.cdf(-abs(term.value) / term.se, df))


def test_it_ties_coefficients_to_differences(study: Study) -> None:
    fit = study.fits[0]
    terms = {term.name: term.value for term in fit.terms}
    by_visit = {one.visit: one.estimate.value for one in fit.differences}

    assert by_visit["M1"] == pytest.approx(terms["group Treated"])
    sum_at_end = terms["group Treated"] + terms["group Treated : visit M24"]
    assert by_visit["M24"] == pytest.approx(sum_at_end)


def test_it_gives_differences_in_baseline_sds(study: Study) -> None:
    fit = study.fits[0]
    first = study.series[0]
    squares, freedom = 0.0, 0
    for group in fit.analysis_set.groups:
        values = np.array(first.values("V0", group.members))
        squares += float(((values - values.mean()) ** 2).sum())
        freedom += len(values) - 1

    for one in fit.differences:
        expected = one.estimate.value / np.sqrt(squares / freedom)
        assert one.standardized == pytest.approx(expected)
        assert one.hedges == pytest.approx(expected * (1 - 3 / (4 * freedom - 1)), rel=1e-3)


def test_it_says_in_words_that_a_fit_is_singular() -> None:
    readings = balanced()
    for member, visit in readings:
        if visit != "V0":
            sign = {"V1": 1, "V2": -2, "V3": 1}[visit]
            readings[member, visit] = 40 + sign * (3 + int(member[1:]))
    fit = fitted(readings)
    assert fit.components is not None

    assert fit.components.between == 0
    assert fit.state == "no random intercept"
    assert any(word.startswith("Singular fit") for word in fit.words)
    assert fit.design is not None
    beta, *_ = np.linalg.lstsq(fit.design.x, fit.design.y, rcond=None)
    assert [term.value for term in fit.terms] == pytest.approx(list(beta), abs=1e-9)


def test_it_fits_one_visit_by_least_squares_and_says_so() -> None:
    readings = {key: v for key, v in balanced(baseline=None).items() if key[1] in {"V0", "V1"}}
    fit = fitted(readings)

    assert any("one reading" in word for word in fit.words)
    assert [test.name for test in fit.tests] == ["baseline", "group"]
    assert len(fit.differences) == 1
    assert fit.design is not None
    for term in fit.terms:
        assert term.satterthwaite.df == pytest.approx(2 * EACH - 3)
        assert term.kenward_roger.df == pytest.approx(2 * EACH - 3)


def test_it_leaves_out_a_visit_only_one_group_has() -> None:
    readings = {
        (member, visit): value
        for (member, visit), value in balanced(baseline=None).items()
        if not (visit == "V2" and member.startswith("C"))
    }
    fit = fitted(readings)

    assert "Visit V2 is left out: a group has fewer than two readings." in fit.words
    assert fit.design is not None
    assert fit.design.visits == ("V1", "V3")


def test_it_leaves_out_participants_without_a_baseline() -> None:
    readings = balanced(baseline=None)
    del readings["T00", "V0"]
    fit = fitted(readings)

    assert "Participants left out for want of a baseline reading: 1." in fit.words
    assert fit.state == "see remarks"
    assert fit.design is not None
    assert fit.design.who.max() == 2 * EACH - 2


def without(readings: Readings, *visits: str) -> Readings:
    return {key: value for key, value in readings.items() if key[1] not in visits}


@pytest.mark.parametrize(
    ("readings", "each", "words"),
    [
        ({}, EACH, "Fewer than two groups"),
        (without(balanced(), "V0"), EACH, "Fewer than two groups"),
        (without(balanced(), "V1", "V2", "V3"), EACH, "Fewer than two groups"),
        (balanced(), 1, "No follow-up visit has two readings"),
        (dict.fromkeys(balanced(), 7.0), EACH, "the same value"),
        (without(balanced(None), "V2", "V3"), 2, None),
    ],
)
def test_it_says_why_there_is_no_model(readings: Readings, each: int, words: str | None) -> None:
    fit = fit_model(series(readings), groups(each))

    if words is not None:
        assert not fit.fitted
        assert words in fit.words[0]
    else:
        assert fit.fitted or fit.words


def test_it_says_that_the_effects_fit_exactly() -> None:
    readings = balanced()
    for member, visit in readings:
        if visit != "V0":
            readings[member, visit] = float(int(visit[1:]) + (member[0] == "T"))

    assert "exactly" in fit_model(series(readings), groups()).words[0]


def test_it_compares_with_the_control_group(study: Study) -> None:
    design = build_design(study.series[0], study.sets[0])

    assert design.reference.code == "control"
    assert design.names[:3] == ("intercept", "baseline", "group Treated")


def test_it_names_who_moves_the_estimates() -> None:
    readings = balanced(baseline=None)
    readings["T03", "V3"] += 30
    influence = fitted(readings).influence
    assert influence is not None

    assert list(influence) == sorted(influence)
    assert max(influence, key=lambda code: influence[code]) == "T03"


def test_it_refuses_two_groups_of_one_name() -> None:
    one, other = groups().groups
    twins = AnalysisSet(
        "itt",
        "Twins",
        "by arm",
        (one, Group("control", "Treated", experimental=False, members=other.members)),
    )

    assert "same label" in fit_model(series(balanced()), twins).words[0]
