"""p values adjusted for the number of outcomes, after Holm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analysis.models import Fit


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p values in the order given (Holm 1979, Scand J Stat 6:65).

    The smallest of m is times m, the next times m - 1, and none is below one before it. The chance
    of a single false finding among all of them stays under the level.
    """
    adjusted = [math.nan] * len(p)
    order = sorted(
        (position for position in range(len(p)) if not math.isnan(p[position])),
        key=lambda at: p[at],
    )
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p[position]))
        adjusted[position] = highest
    return adjusted


def across_outcomes(fits: Sequence[Fit]) -> Mapping[tuple[str, str], float]:
    """The adjusted p of each outcome's test, by outcome and analysis set.

    The families are the plan's, each in one analysis set: the outcomes fitted, by the test that the
    family names. An outcome in no family has no adjusted p.
    """
    found: dict[tuple[str, str], float] = {}
    families: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for fit in fits:
        if fit.family is not None and fit.family_test is not None:
            mine = families.setdefault((fit.family.code, fit.analysis_set.code), [])
            mine.append((fit.outcome.code, fit.family_test.p))
    for (_, chosen), members in families.items():
        for (outcome, _), p in zip(members, holm([p for _, p in members]), strict=True):
            found[outcome, chosen] = p
    return found
