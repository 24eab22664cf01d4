"""From the scheme a protocol declares to its list and its name. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from randomization.schemes import blocks, coins, minimization
from randomization.schemes.slots import PlannedSlot, SchemeError
from trial.allocation_plan import (
    AllocationPlan,
    BiasedCoin,
    CompleteRandomization,
    Minimization,
    PermutedBlocks,
    Urn,
)


def algorithm_of(plan: AllocationPlan) -> str:
    """The versioned name of the scheme's algorithm: with it and the seed a list is repeated."""
    match plan:
        case PermutedBlocks():
            return blocks.ALGORITHM
        case CompleteRandomization():
            return coins.COMPLETE
        case BiasedCoin():
            return coins.BIASED_COIN
        case Urn():
            return coins.URN
        case Minimization():
            return minimization.ALGORITHM


def queues(plan: AllocationPlan, strata: Sequence[str]) -> tuple[str, ...]:
    """The strata the list is kept in: those of the protocol, or one queue for minimization."""
    return (minimization.QUEUE,) if isinstance(plan, Minimization) else tuple(strata)


def plan_list(
    plan: AllocationPlan,
    ratios: Mapping[str, int],
    *,
    strata: Sequence[str],
    length: int,
    seed: int,
) -> tuple[PlannedSlot, ...]:
    """The list of a declared scheme, in the order of its strata.

    Args:
        plan: the scheme, as the protocol declares it.
        ratios: arm code -> whole share, in the protocol's order of arms.
        strata: the protocol's strata; minimization has one queue instead.
        length: places per stratum; permuted blocks round it up to whole blocks.
        seed: 0 or more. The same seed gives the same list on any machine.

    Raises:
        SchemeError: no list can be made of this.
    """
    for objection in plan.objections(sum(ratios.values())):
        raise SchemeError(objection)
    match plan:
        case PermutedBlocks(sizes):
            return blocks.make_list(
                ratios, block_sizes=sizes, strata=strata, length=length, seed=seed
            )
        case Minimization():
            return minimization.draw_list(ratios, length=length, seed=seed)
        case CompleteRandomization() | BiasedCoin() | Urn():
            return coins.coin_list(plan, ratios, strata=strata, length=length, seed=seed)
