"""A difference in standard deviations, without its small-sample bias."""

from __future__ import annotations

from math import exp, lgamma, log


def small_sample_factor(freedom: int) -> float:
    """J = Gamma(v/2) / (sqrt(v/2) Gamma((v - 1)/2)), about 1 - 3/(4 v - 1).

    A difference over an SD estimated with `freedom` degrees of freedom is too large on average;
    times J it is Hedges' g (Hedges 1981, J Educ Stat 6:107, equation 6e).

    Raises:
        ValueError: fewer than two degrees of freedom, for which there is no such factor.
    """
    if freedom < 2:
        raise ValueError(f"No factor for {freedom} degrees of freedom.")
    return exp(lgamma(freedom / 2) - lgamma((freedom - 1) / 2) - log(freedom / 2) / 2)
