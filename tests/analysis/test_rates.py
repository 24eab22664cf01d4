"""Rates with exact intervals, and two of them compared: R's answers, loops, and SciPy's own."""

from __future__ import annotations

import math

import pytest
from scipy.stats import binom, poisson
from statsmodels.stats.rates import confint_poisson

from analysis.rates import RateRatio, compare_rates, exact_rate, limits

pytestmark = pytest.mark.requirement("R-065")

# R 4.2.2: poisson.test(x, T)$conf.int
ONE_RATE = [
    (10, 7.9, 0.607011227359, 2.32789316988),
    (0, 3.2, 0.0, 1.15277482941),
    (16, 29.3, 0.312129093981, 0.886791726879),
    (1, 0.01, 2.53178079843, 557.164339094),
]
# R 4.2.2: poisson.test(c(x1, x2), c(T1, T2)): estimate, conf.int, p.value
TWO_RATES = [
    ((10, 7.9), (12, 7.4), 0.7805907173, 0.302097672789, 1.97137879556, 0.671110964416),
    ((16, 29.3), (24, 28.1), 0.6393629124, 0.317383862558, 1.25447351545, 0.205390910281),
    ((0, 2.5), (5, 7.0), 0.0, 0.0, 3.05558149451, 0.335083128744),
    ((4, 10.5), (0, 1.0), math.inf, 0.0628689542248, math.inf, 1.0),
    ((40, 100.0), (13, 61.0), 1.87692307692, 0.983418780351, 3.82471309897, 0.0476011491905),
]


@pytest.mark.parametrize(("events", "years", "low", "high"), ONE_RATE)
def test_it_gives_rs_interval_of_a_rate(events: int, years: float, low: float, high: float) -> None:
    found = exact_rate(events, years)

    assert found.value == events / years
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-10)


@pytest.mark.parametrize("events", range(0, 30, 3))
def test_each_limit_leaves_a_fortieth_in_its_tail(events: int) -> None:
    found = exact_rate(events, 2.0)
    assert found.low is not None
    assert found.high is not None

    below = sum(poisson.pmf(k, 2 * found.high) for k in range(events + 1))
    assert below == pytest.approx(0.025)
    if events:
        above = 1 - sum(poisson.pmf(k, 2 * found.low) for k in range(events))
        assert above == pytest.approx(0.025)
        other = confint_poisson(events, 2.0, method="exact-c")
        assert (found.low, found.high) == pytest.approx(other)


@pytest.mark.parametrize(("first", "second", "value", "low", "high", "p"), TWO_RATES)
def test_it_gives_rs_comparison(  # noqa: PLR0917 - what R printed, in R's order
    first: tuple[int, float],
    second: tuple[int, float],
    value: float,
    low: float,
    high: float,
    p: float,
) -> None:
    found = compare_rates(exact_rate(*first), exact_rate(*second))

    assert found is not None
    told = (found.value, found.low, found.high, found.p)
    assert told == pytest.approx((value, low, high, p), rel=1e-10)


@pytest.mark.parametrize(("k", "rest", "t1", "t2"), [(3, 9, 1.0, 2.0), (7, 7, 5.0, 4.0)])
def test_its_p_is_the_chance_of_what_is_no_likelier(
    k: int, rest: int, t1: float, t2: float
) -> None:
    chances = [binom.pmf(i, k + rest, t1 / (t1 + t2)) for i in range(k + rest + 1)]
    p = sum(chance for chance in chances if chance <= chances[k] * (1 + 1e-7))

    found = compare_rates(exact_rate(k, t1), exact_rate(rest, t2))

    assert found is not None
    assert found.p == pytest.approx(p)


def test_turned_round_it_is_its_own_inverse() -> None:
    one, other = exact_rate(4, 3.0), exact_rate(9, 2.0)
    there, back = compare_rates(one, other), compare_rates(other, one)

    assert there is not None
    assert back is not None
    assert (1 / there.value, 1 / there.high, 1 / there.low) == pytest.approx(
        (back.value, back.low, back.high)
    )
    assert there.p == pytest.approx(back.p)


def test_without_time_or_events_there_is_nothing_to_tell() -> None:
    assert exact_rate(0, 0.0).value is None
    assert exact_rate(0, 0.0).low is None
    assert compare_rates(exact_rate(0, 1.0), exact_rate(0, 2.0)) is None
    assert compare_rates(exact_rate(1, 1.0), exact_rate(0, 0.0)) is None
    with pytest.raises(ValueError, match="is no rate"):
        exact_rate(-1, 1.0)


def test_a_limit_that_is_none_is_told_in_words() -> None:
    endless = compare_rates(exact_rate(4, 10.5), exact_rate(0, 1.0))
    assert isinstance(endless, RateRatio)

    assert limits(endless.low, endless.high) == "0.06 to no limit"
    assert limits(None, None) == "–"
    assert limits(0.5, 1.25) == "0.50 to 1.25"
