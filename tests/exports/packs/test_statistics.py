"""Intervals and curves of the packs against statsmodels."""

from __future__ import annotations

import random
from itertools import product

import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from exports.packs.figures.intervals import difference, percent_with_interval
from exports.packs.figures.survival import Observed, at_risk, product_limit, share_at

pytestmark = pytest.mark.requirement("R-056")


def test_differences_have_newcombes_interval() -> None:
    for (a, n), (b, m) in product([(0, 15), (3, 15), (15, 15)], [(1, 16), (8, 16), (16, 16)]):
        found = difference((a, n), (b, m))
        low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
        assert found is not None
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert difference((0, 0), (1, 2)) is None


def test_percentages_have_the_exact_interval() -> None:
    low, high = proportion_confint(16, 20, method="beta")
    assert percent_with_interval(16, 20) == f"80.0 ({100 * low:.1f} to {100 * high:.1f})"
    assert percent_with_interval(0, 0) == "–"


def test_the_curve_is_that_of_kaplan_and_meier() -> None:
    draw = random.Random(7)  # noqa: S311 - seeded: the same curve in every run
    observed = [Observed(draw.randint(1, 30), draw.random() < 0.4) for _ in range(40)]
    steps = product_limit(observed)
    known = SurvfuncRight([one.days for one in observed], [one.event for one in observed])
    wanted = {int(day): share for day, share in zip(known.surv_times, known.surv_prob, strict=True)}
    risk = {int(day): n for day, n in zip(known.surv_times, known.n_risk, strict=True)}
    for step in steps:
        assert step.share == pytest.approx(wanted[step.day])
        assert step.at_risk == risk[step.day] == at_risk(observed, step.day)
    assert share_at(steps, 0) == 1.0
    assert share_at(steps, 99) == steps[-1].share
