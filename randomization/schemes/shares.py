"""Arms as equal shares, and one share drawn by whole weights. Pure.

Coin, urn and minimization were published for arms of equal size. An arm of ratio k is therefore
written as k equal shares, in the protocol's order of arms, the scheme runs on the shares, and the
arm is the one that owns the share drawn. Every share is as likely as any other at every place, by
symmetry, so an arm's chance before the trial begins is exactly its ratio at every place, the first
and the last (O. M. Kuznetsova, Y. Tymofyeyev, Statistics in Medicine 2012;31:701-723). Scaling the
counts by the ratio instead keeps the ratio in the long run only.

To draw by weights: add the weights up in the order of the shares; the share is the first whose
running total exceeds the number drawn, a whole number below the sum of all weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction


def owners(ratios: Mapping[str, int]) -> list[str]:
    """The arm of each share: every arm as often as its ratio, in the order of the arms."""
    return [arm for arm, share in ratios.items() for _ in range(share)]


def pick(weights: Sequence[int], number: int) -> int:
    """The share a number below the sum of the weights falls on."""
    for share, weight in enumerate(weights):
        number -= weight
        if number < 0:
            return share
    raise ValueError("The number is not below the sum of the weights.")


def leaning(scores: Sequence[int], probability: Fraction) -> list[int]:
    """Whole weights that lean towards the least score.

    One of the shares with the least score, all of these equally likely, is preferred. The
    preferred share has ``probability`` a/b; what is left goes to the others evenly. With R shares
    of which t have the least score, the weights are a(R - 1) + (t - 1)(b - a) for each of these t
    and t(b - a) for each other; they add up to tb(R - 1).
    """
    least = min(scores)
    ties = scores.count(least)
    others = len(scores) - 1
    hit, all_in = probability.numerator, probability.denominator
    preferred = hit * others + (ties - 1) * (all_in - hit)
    rest = ties * (all_in - hit)
    return [preferred if score == least else rest for score in scores]
