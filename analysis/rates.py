"""Rates of events over person-time, with exact intervals and the exact comparison of two.

Counts are taken as Poisson. Events of one participant are not independent of each other, so the
intervals are, if anything, too narrow where few participants have many events.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import binomtest, chi2

from analysis.feasibility import exact_interval
from analysis.tables import NOT_AVAILABLE, fixed

LEVEL = 0.95


@dataclass(frozen=True)
class Rate:
    """Events per person-year with the exact interval; its parts are None without time."""

    events: int
    years: float
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """Events per person-year."""
        return self.events / self.years if self.years > 0 else None


@dataclass(frozen=True)
class RateRatio:
    """The first rate over the second. `high` (and `value`) is infinite where the second is zero."""

    value: float
    low: float
    high: float
    p: float


def exact_rate(events: int, years: float, level: float = LEVEL) -> Rate:
    """A rate with the exact Poisson interval.

    Source: Garwood F. Biometrika 1936;28:437-442, by quantiles of chi squared.

    Raises:
        ValueError: a negative count or negative time.
    """
    if events < 0 or years < 0:
        raise ValueError(f"{events} events in {years} years is no rate")
    if years == 0:
        return Rate(events, years, None, None)
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(chi2.ppf(1 - tail, 2 * (events + 1))) / 2
    return Rate(events, years, low / years, high / years)


def compare_rates(first: Rate, second: Rate) -> RateRatio | None:
    """The ratio of two rates, given the number of events in both together.

    Given their sum, the first count is binomial with the first share of the time under equal rates
    (Przyborowski J, Wilenski H. Biometrika 1940;31:313-323). The interval is Clopper and Pearson's
    of that share, as odds; p sums the outcomes that are no more likely than that observed. None
    where there is no time or no event.
    """
    together = first.events + second.events
    if not together or first.years <= 0 or second.years <= 0:
        return None
    share = exact_interval(first.events, together)
    low, high = share.low or 0.0, 1.0 if share.high is None else share.high
    odds = second.years / first.years
    return RateRatio(
        value=_over(first.events, second.events) * odds,
        low=_over(low, 1 - low) * odds,
        high=_over(high, 1 - high) * odds,
        p=float(binomtest(first.events, together, 1 / (1 + odds)).pvalue),
    )


def _over(part: float, rest: float) -> float:
    return part / rest if rest > 0 else math.inf


def limits(low: float | None, high: float | None, decimals: int = 2) -> str:
    """ "0.61 to 2.33"; without a lower limit a dash, without an upper one "0.61 to no limit"."""
    if low is None or high is None or math.isinf(low):
        return NOT_AVAILABLE
    end = "no limit" if math.isinf(high) else fixed(high, decimals)
    return f"{fixed(low, decimals)} to {end}"
