"""Minimization: the next arm evens out the factors, and chance keeps it from being foreseen. Pure.

S. J. Pocock, R. Simon, Biometrics 1975;31:103-115. The algorithm ``pcg64-minimization/1``:

1. The list holds no arms but draws: the successive 64-bit outputs of one stream (``stream.py``,
   stratum ``all``), each as 16 hexadecimal digits. They are made and sealed in advance; the arm
   of a place is worked out when somebody takes it, from everybody before and from its draw.
2. Arms are equal shares (``shares.py``: an arm of ratio k is k shares, R in all). For each factor,
   look at the level of the participant who is next: c_s is how many earlier participants of this
   level fell on share s.
3. For each share, suppose the participant fell on it, and add up over the factors: the factor's
   weight times the imbalance of its c's. ``range`` is the largest c less the smallest;
   ``variance`` is R times the sum of the squares less the square of the sum (R^2 times the
   variance). Every number is whole. This sum is the score of the share.
4. The share with the least score is preferred with the stated probability p, ties alike; the
   weights are those of ``shares.leaning``, W in all. The draw d decides: the number is
   d * W / 2^64, rounded down.

Running it on equal shares keeps the ratio exactly at every place, which minimizing counts scaled
by an unequal ratio does not (B. Han et al., Statistics in Medicine 2009;28:3329-3346; O. M.
Kuznetsova, Y. Tymofyeyev, ibid. 2012;31:701-723). The share of an earlier participant is not kept
anywhere: ``replay`` finds it again from levels and draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from randomization.schemes.shares import leaning, owners, pick
from randomization.schemes.slots import PlannedSlot, SchemeError, check
from randomization.schemes.stream import OUTPUTS, Stream
from trial.allocation_plan import Minimization

ALGORITHM = "pcg64-minimization/1"
QUEUE = "all"

# How many earlier participants with a (factor, level) fell on each share.
Counts = Mapping[tuple[str, str], Sequence[int]]


@dataclass(frozen=True)
class Entry:
    """One participant in the order of the list: the level of each factor, and the draw."""

    levels: Mapping[str, str]
    draw: str


def draw_list(ratios: Mapping[str, int], *, length: int, seed: int) -> tuple[PlannedSlot, ...]:
    """``length`` sealed draws in one queue for the whole trial.

    Raises:
        SchemeError: a ratio, length or seed no list can be made of.
    """
    check(ratios, [QUEUE], length, seed)
    stream = Stream(seed, QUEUE, algorithm=ALGORITHM)
    return tuple(
        PlannedSlot(QUEUE, position, 0, 0, "", f"{stream.output():016x}")
        for position in range(1, length + 1)
    )


def choose(
    counts: Counts, levels: Mapping[str, str], draw: str, plan: Minimization, shares: int
) -> int:
    """The share a participant of these levels falls on, counted from 0.

    ``counts`` holds nothing for a level nobody had yet.

    Raises:
        SchemeError: the draw is none, or a factor has no level.
    """
    weights = leaning(_scores(counts, levels, plan, shares), plan.probability)
    return pick(weights, _number(draw) * sum(weights) // OUTPUTS)


def replay(
    plan: Minimization, ratios: Mapping[str, int], entries: Iterable[Entry]
) -> tuple[str, ...]:
    """The arms of everybody, in order: the last one is that of the participant who came last.

    Raises:
        SchemeError: a draw is none, or a factor has no level.
    """
    arms = owners(ratios)
    counts: dict[tuple[str, str], list[int]] = {}
    found = []
    for entry in entries:
        share = choose(counts, entry.levels, entry.draw, plan, len(arms))
        for level in _levels(entry.levels, plan):
            counts.setdefault(level, [0] * len(arms))[share] += 1
        found.append(arms[share])
    return tuple(found)


def _levels(levels: Mapping[str, str], plan: Minimization) -> list[tuple[str, str]]:
    missing = [factor for factor in plan.weights if not levels.get(factor)]
    if missing:
        raise SchemeError(f"Minimization needs a level of {', '.join(missing)}.")
    return [(factor, levels[factor]) for factor in plan.weights]


def _scores(
    counts: Counts, levels: Mapping[str, str], plan: Minimization, shares: int
) -> list[int]:
    scores = [0] * shares
    imbalance = _range if plan.measure == "range" else _variance
    for factor, level in _levels(levels, plan):
        supposed = list(counts.get((factor, level), [0] * shares))
        for share in range(shares):
            supposed[share] += 1
            scores[share] += plan.weights[factor] * imbalance(supposed)
            supposed[share] -= 1
    return scores


def _range(counts: Sequence[int]) -> int:
    return max(counts) - min(counts)


def _variance(counts: Sequence[int]) -> int:
    total = sum(counts)
    return len(counts) * sum(count * count for count in counts) - total * total


def _number(draw: str) -> int:
    if len(draw) != 16 or not set(draw) <= set("0123456789abcdef"):
        raise SchemeError("A draw is 16 hexadecimal digits.")
    return int(draw, 16)
