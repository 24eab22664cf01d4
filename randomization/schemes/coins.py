"""Complete randomization, Efron's biased coin and Wei's urn: lists without blocks. Pure.

All three write down a stratum place by place, from the stream of its stratum (``stream.py``) and
on equal shares (``shares.py``: an arm of ratio k is k shares, R shares in all). At each place every
share has a whole weight; a number below the sum of the weights is drawn, and decides. They differ
in the weights alone, n being the places written so far and n_s those that fell on share s:

``pcg64-complete/1``
    Every weight is 1. Nothing before a place tells anything about it; nothing holds the ratio
    either, apart from chance.
``pcg64-biased-coin/1``
    B. Efron, Biometrika 1971;58:403-417. The score of a share is n_s; a share with the least score
    is preferred with the stated probability, as ``shares.leaning`` writes down. With two equal
    arms this is Efron's coin: 1/2 at a tie, the probability for the arm that is behind.
``pcg64-urn/1``
    L. J. Wei, Journal of the American Statistical Association 1978;73:559-563, the design
    UD(alpha, beta). The urn holds alpha balls of each share; whenever a share is drawn, its ball
    goes back with beta balls of every other share. The weight of a share is therefore
    alpha + beta (n - n_s); an urn that is still empty (alpha 0, first place) draws all shares
    alike. Balance is forced early and left to chance later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from randomization.schemes.shares import leaning, owners, pick
from randomization.schemes.slots import PlannedSlot, check
from randomization.schemes.stream import Stream
from trial.allocation_plan import BiasedCoin, CompleteRandomization, Urn

COMPLETE = "pcg64-complete/1"
BIASED_COIN = "pcg64-biased-coin/1"
URN = "pcg64-urn/1"

Weights = Callable[[Sequence[int]], Sequence[int]]


def coin_list(
    plan: CompleteRandomization | BiasedCoin | Urn,
    ratios: Mapping[str, int],
    *,
    strata: Sequence[str],
    length: int,
    seed: int,
) -> tuple[PlannedSlot, ...]:
    """The list of each stratum, of exactly ``length`` places, in the order of the strata.

    Raises:
        SchemeError: a ratio, length, seed or stratum no list can be made of.
    """
    check(ratios, strata, length, seed)
    algorithm, weights = _rule(plan)
    return tuple(
        slot
        for stratum in strata
        for slot in _stratum(
            Stream(seed, stratum, algorithm=algorithm), weights, ratios, stratum, length
        )
    )


def _rule(plan: CompleteRandomization | BiasedCoin | Urn) -> tuple[str, Weights]:
    match plan:
        case CompleteRandomization():
            return COMPLETE, lambda counts: [1] * len(counts)
        case BiasedCoin(probability):
            return BIASED_COIN, lambda counts: leaning(counts, probability)
        case Urn(alpha, beta):
            return URN, lambda counts: _balls(counts, alpha, beta)


def _balls(counts: Sequence[int], alpha: int, beta: int) -> list[int]:
    drawn = sum(counts)
    if not alpha and not drawn:
        return [1] * len(counts)
    return [alpha + beta * (drawn - count) for count in counts]


def _stratum(
    stream: Stream, weights: Weights, ratios: Mapping[str, int], stratum: str, length: int
) -> Iterator[PlannedSlot]:
    arms = owners(ratios)
    counts = [0] * len(arms)
    for position in range(1, length + 1):
        now = weights(counts)
        share = pick(now, stream.below(sum(now)))
        counts[share] += 1
        yield PlannedSlot(stratum, position, 0, 0, arms[share])
