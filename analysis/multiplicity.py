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
    """The adjusted p of each outcome's joint test, by outcome and analysis set.

    The family is the outcomes fitted in one analysis set. All of them are secondary: the trial's
    primary question is feasibility and safety, which has no p value.
    """
    found: dict[tuple[str, str], float] = {}
    for code in dict.fromkeys(fit.analysis_set.code for fit in fits):
        family = [fit for fit in fits if fit.fitted and fit.analysis_set.code == code]
        for fit, p in zip(family, holm([fit.tests[-1].p for fit in family]), strict=True):
            found[fit.outcome.code, code] = p
    return found
