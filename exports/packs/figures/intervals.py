"""Proportions and their differences, with intervals that hold in small groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from analysis.feasibility import exact_interval
from analysis.tables import fixed

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Difference:
    """A difference of two proportions and its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(count: int, total: int) -> tuple[float, float]:
    """The score interval of a proportion (Wilson EB. J Am Stat Assoc 1927;22:209-212)."""
    share, z2 = count / total, _Z**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z * sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return centre - half, centre + half


def difference(first: tuple[int, int], second: tuple[int, int]) -> Difference | None:
    """First proportion less the second; None where a group is empty.

    The interval is the hybrid score one: method 10 of Newcombe RG. Stat Med 1998;17:873-890.
    """
    if not first[1] or not second[1]:
        return None
    p1, p2 = first[0] / first[1], second[0] / second[1]
    (l1, u1), (l2, u2) = wilson(*first), wilson(*second)
    gap = p1 - p2
    low = gap - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    return Difference(gap, low, gap + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2))


def percent_with_interval(count: int, total: int) -> str:
    """``25.0 (8.7 to 49.1)``: percent with the exact interval (Clopper-Pearson); a dash of none."""
    found = exact_interval(count, total)
    if found.value is None or found.low is None or found.high is None:
        return "–"
    return _in_hundred(found.value, found.low, found.high)


def in_points(found: Difference | None) -> str:
    """A difference in percentage points with its interval; a dash where there is none."""
    if found is None:
        return "–"
    return _in_hundred(found.value, found.low, found.high)


def _in_hundred(value: float, low: float, high: float) -> str:
    return f"{fixed(100 * value, 1)} ({fixed(100 * low, 1)} to {fixed(100 * high, 1)})"
