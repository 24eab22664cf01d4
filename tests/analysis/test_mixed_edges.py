"""Where a mixed model is hard or impossible to fit: the known answer, or a sentence."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import stdtr

from analysis.mixed import (
    Covariate,
    Factor,
    KenwardRoger,
    NotFitted,
    Satterthwaite,
    Source,
    cook_by_participant,
    design,
    fit_least_squares,
    fit_random_effects,
    fit_random_intercept,
    fit_unstructured,
    small_sample_factor,
    type_three,
)
from analysis.mixed.contrasts import Estimate
from analysis.mixed.kenward_roger import moments_matched
from analysis.mixed.profile import Profile
from analysis.mixed.satterthwaite import pooled_df

pytestmark = pytest.mark.requirement("R-065")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EACH, VISITS = 8, 3


def balanced(seed: int = 5, spread: float = 2.0) -> tuple[Floats, Floats, Ints, Ints]:
    """Readings, design (a mean per group and visit), participants and visits, all complete."""
    draw = random.Random(seed)  # noqa: S311 - a fixed stream of test data
    who = np.repeat(np.arange(2 * EACH), VISITS)
    visit = np.tile(np.arange(VISITS), 2 * EACH)
    levels = np.array([draw.gauss(0, spread) for _ in range(2 * EACH)])
    y = 10 + levels[who] + np.array([draw.gauss(0, 1) for _ in who])
    cells = (who >= EACH) * VISITS + visit
    return y, np.eye(2 * VISITS)[cells], who, visit


def at_visit(visit: int) -> Floats:
    """The contrast of the two groups at one visit."""
    row = np.zeros(2 * VISITS)
    row[visit], row[VISITS + visit] = -1.0, 1.0
    return row


def overall() -> Floats:
    """The contrast of the two groups on average over the visits."""
    return sum((at_visit(visit) for visit in range(VISITS)), np.zeros(2 * VISITS)) / VISITS


def test_between_participants_the_df_are_those_of_the_analysis_of_variance() -> None:
    y, x, who, _ = balanced()
    fit = fit_random_intercept(y, x, who)

    for inference in (Satterthwaite(fit), KenwardRoger(fit)):
        assert inference.estimate(overall()).df == pytest.approx(2 * EACH - 2, rel=1e-6)
        changes = np.array([at_visit(1) - at_visit(0), at_visit(2) - at_visit(0)])
        assert inference.joint(changes).den_df == pytest.approx((2 * EACH - 2) * 2, rel=1e-6)


def test_at_one_visit_an_unstructured_fit_is_the_two_sample_t_test() -> None:
    y, x, who, visit = balanced()
    fit = fit_unstructured(y, x, who, visit)

    for inference in (Satterthwaite(fit), KenwardRoger(fit)):
        for position in range(VISITS):
            found = inference.estimate(at_visit(position))
            here = y[visit == position].reshape(2, EACH)
            pooled = here.var(axis=1, ddof=1).mean()
            assert found.value == pytest.approx(here[1].mean() - here[0].mean())
            assert found.se == pytest.approx(np.sqrt(2 * pooled / EACH), rel=1e-6)
            assert found.df == pytest.approx(2 * EACH - 2, rel=1e-6)


def test_an_unstructured_fit_takes_readings_in_any_order() -> None:
    y, x, who, visit = balanced()
    kept = np.arange(len(y)) % 7 != 3
    order = np.random.default_rng(1).permutation(np.flatnonzero(kept))
    plain = fit_unstructured(y[kept], x[kept], who[kept], visit[kept])
    mixed = fit_unstructured(y[order], x[order], who[order], visit[order])

    assert mixed.criterion == pytest.approx(plain.criterion, abs=1e-9)
    assert list(mixed.effects) == pytest.approx(list(plain.effects), abs=1e-8)


def test_a_variance_at_zero_is_exactly_zero_and_ordinary_least_squares() -> None:
    y, x, who, visit = balanced(spread=0.0)
    y = y + np.array([1.0, -2.0, 1.0])[visit] * (who % 4)
    fit, plain = fit_random_intercept(y, x, who), fit_least_squares(y, x, who)

    assert fit.singular
    assert fit.components[0, 0] == 0
    assert fit.criterion == pytest.approx(plain.criterion, abs=1e-9)
    # lmerTest's delta method is in theta, whose derivative vanishes there: n - p is left.
    assert Satterthwaite(fit).estimate(overall()).df == pytest.approx(fit.blocks.freedom)
    assert (fit.random_effects == 0).all()


def test_it_does_not_stop_at_a_boundary_that_is_no_minimum() -> None:
    y, x, who, _ = balanced(spread=0.05)
    fit = fit_random_intercept(y, x, who)
    at_zero = fit_least_squares(y, x, who).criterion

    assert fit.criterion <= at_zero
    for factor in (0.9, 1.1):
        moved = fit.factor * factor
        assert Profile(fit.blocks).at(moved).criterion >= fit.criterion


def test_a_large_offset_costs_no_digit() -> None:
    y, x, who, _ = balanced()
    near, far = fit_random_intercept(y, x, who), fit_random_intercept(y + 1e7, x, who)

    assert far.sigma == pytest.approx(near.sigma, rel=1e-6)
    assert far.components[0, 0] == pytest.approx(near.components[0, 0], rel=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda y, x, who: (y, np.column_stack([x, x[:, 0]]), who), "cannot be told apart"),
        (lambda y, x, who: (y, np.column_stack([x, 0 * y]), who), "cannot be told apart"),
        (lambda y, x, who: (np.where(who == 3, np.nan, y), x, who), "not a finite number"),
        (lambda y, x, who: (y[:6], x[:6], who[:6]), "too few readings"),
        (lambda y, x, who: (y[::3], x[::3][:, [0, 3]], np.arange(16)), "as many random effects"),
        (lambda y, x, who: (x @ np.arange(6.0) + who, x, who), "did not converge"),
    ],
)
def test_it_says_why_it_cannot_fit(change: Any, words: str) -> None:
    y, x, who, _ = balanced()
    with pytest.raises(NotFitted, match=words):
        fit_random_intercept(*change(y, x, who))


def test_it_says_that_the_readings_tell_nothing_of_the_variance() -> None:
    # One participant a group: the group's effect takes up all that lies between participants.
    y, _, who, visit = balanced()
    two = (who == 0) | (who == EACH)
    group, who = np.where(who[two] == 0, 0.0, 1.0), np.where(who[two] == 0, 0, 1)
    x = np.column_stack([np.ones(6), group, visit[two] == 1])
    with pytest.raises(NotFitted, match="tell nothing of the variance"):
        fit_random_intercept(y[two], x, who)


def test_it_says_why_it_cannot_fit_an_unstructured_covariance() -> None:
    y, x, who, visit = balanced()
    with pytest.raises(NotFitted, match="two readings at one visit"):
        fit_unstructured(y, x, who, np.zeros_like(visit))
    apart = (visit == 0) == (who % 2 == 0)
    with pytest.raises(NotFitted, match="in common"):
        fit_unstructured(y[apart], x[apart], who[apart], visit[apart])


def test_it_says_that_an_unstructured_covariance_runs_into_a_singular_one() -> None:
    y, x, who, visit = balanced()
    same = np.where(visit == 2, y[visit == 1][who], y)
    with pytest.raises(NotFitted, match="did not converge"):
        fit_unstructured(same, x, who, visit)
    exact = np.where(visit == 0, 5.0, y)
    with pytest.raises(NotFitted, match="At one visit"):
        fit_unstructured(exact, x, who, visit)


def test_kenward_and_roger_say_nothing_rather_than_something_impossible() -> None:
    assert np.isnan(moments_matched(2, 1.0, 0.0)[0])
    # E(F) and Var(F) that no F distribution has: the df would be negative.
    for a1, a2 in ((9.0, 3.0), (0.5, 2.5), (40.0, 12.0)):
        df, scaling = moments_matched(3, a1, a2)
        assert np.isnan(df) == np.isnan(scaling)
        assert np.isnan(df) or df > 0


def test_type_three_names_a_missing_cell_in_words() -> None:
    group = Factor("group", ("a", "b"), [0, 0, 1, 1])
    visit = Factor("visit", ("1", "2"), [0, 1, 0, 0])
    with pytest.raises(NotFitted, match="cannot be told apart"):
        type_three((group, visit), (("group",), ("visit",), ("group", "visit")))


def test_type_three_averages_over_the_other_factor() -> None:
    group = Factor("group", ("a", "b"), [0, 0, 1, 1, 1])
    visit = Factor("visit", ("1", "2"), [0, 1, 0, 1, 1])
    base = Covariate("base", np.array([1.0, 2.0, 4.0, 3.0, 7.0]))
    rows = type_three((group, visit, base), (("base",), ("group",), ("visit",), ("group", "visit")))
    names = design((group, visit), (("group",), ("visit",), ("group", "visit"))).names

    assert names == ("intercept", "group b", "visit 2", "group b : visit 2")
    ratio = rows["group",][0] / rows["group",][0, 2]
    assert ratio == pytest.approx([0, 0, 1, 0, 0.5], abs=1e-12)


def test_a_contrast_said_twice_counts_once() -> None:
    y, x, who, _ = balanced()
    fit = fit_random_intercept(y, x, who)
    rows = np.array([at_visit(0), at_visit(1)])

    for inference in (Satterthwaite(fit), KenwardRoger(fit)):
        once, twice = inference.joint(rows), inference.joint(np.vstack([rows, rows[0] + rows[1]]))
        assert twice.num_df == 2
        assert twice.f == pytest.approx(once.f, rel=1e-8)
        single = inference.joint(rows[:1])
        alone = inference.estimate(rows[0])
        assert single.f == pytest.approx(alone.t**2)
        assert single.p == pytest.approx(alone.p)


def test_fewer_than_two_df_leave_an_f_without_a_mean() -> None:
    assert pooled_df(np.array([1.9, 30.0])) == 2.0
    assert pooled_df(np.array([7.0, 7.0])) == 7.0
    assert pooled_df(np.array([10.0, 20.0])) == pytest.approx(
        2 * (10 / 8 + 20 / 18) / (10 / 8 + 20 / 18 - 2)
    )


def test_an_interval_leaves_a_fortieth_in_each_tail() -> None:
    found = Estimate(2.0, 0.5, 6.3)
    low, high = found.limits()

    assert stdtr(6.3, (low - 2.0) / 0.5) == pytest.approx(0.025)
    assert high - 2.0 == pytest.approx(2.0 - low)


def test_a_participant_who_alone_carries_an_effect_has_no_distance() -> None:
    y, x, who, _ = balanced()
    only = np.where(who == 4, 1.0, 0.0)
    found = cook_by_participant(fit_random_intercept(y, np.column_stack([x, only]), who))

    assert np.flatnonzero(np.isnan(found)).tolist() == [4]
    assert (np.delete(found, 4) >= 0).all()


def test_a_random_slope_without_variance_is_written_as_zero() -> None:
    y, x, who, visit = balanced()
    fit = fit_random_effects(Source(y, x, who, np.column_stack([np.ones(len(y)), 0.001 * visit])))

    assert np.diag(fit.factor).min() >= 0
    assert fit.criterion <= fit_random_intercept(y, x, who).criterion + 1e-6


@pytest.mark.parametrize(("freedom", "factor"), [(2, 0.5642), (10, 0.9227), (29, 0.9739)])
def test_hedges_factor_is_that_of_his_table(freedom: int, factor: float) -> None:
    assert small_sample_factor(freedom) == pytest.approx(factor, abs=5e-5)
    if freedom >= 10:
        assert small_sample_factor(freedom) == pytest.approx(1 - 3 / (4 * freedom - 1), abs=5e-4)


def test_hedges_factor_needs_two_degrees_of_freedom() -> None:
    with pytest.raises(ValueError, match="1 degrees of freedom"):
        small_sample_factor(1)
