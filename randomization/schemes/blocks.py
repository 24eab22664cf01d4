"""Permuted blocks of varying size: the ratio is exact in every closed block. Pure.

The algorithm ``pcg64-permuted-blocks/1``, so that anybody can repeat a list in any language:

1. Each stratum has its own stream, and numbers are drawn from it, as ``stream.py`` says.
2. Until the stratum has its length: draw a block size from the sizes in ascending order; write
   down every arm as often as its share of the block, in the order of the arms; shuffle from the
   last place down to the second (Fisher-Yates, place i swapped with a number below i + 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from randomization.schemes.slots import PlannedSlot, SchemeError, check
from randomization.schemes.stream import Stream

ALGORITHM = "pcg64-permuted-blocks/1"


def make_list(
    ratios: Mapping[str, int],
    *,
    block_sizes: Sequence[int],
    strata: Sequence[str],
    length: int,
    seed: int,
) -> tuple[PlannedSlot, ...]:
    """Permuted blocks of varying size for each stratum, in the order of the strata.

    ``ratios`` maps arm code -> whole share, in the protocol's order of arms; ``length`` is the
    least number of slots per stratum: the last block is always whole, so there may be more.

    Raises:
        SchemeError: a ratio, block size, length, seed or stratum no list can be made of.
    """
    check(ratios, strata, length, seed)
    total = sum(ratios.values())
    if not block_sizes or any(size < total or size % total for size in block_sizes):
        raise SchemeError(f"Block sizes must be multiples of {total}.")
    return tuple(
        slot
        for stratum in strata
        for slot in _stratum(ratios, sorted(set(block_sizes)), stratum, length, seed)
    )


def _stratum(
    ratios: Mapping[str, int], sizes: Sequence[int], stratum: str, length: int, seed: int
) -> Iterator[PlannedSlot]:
    stream = Stream(seed, stratum, algorithm=ALGORITHM)
    position = block = 0
    while position < length:
        block += 1
        size = sizes[stream.below(len(sizes))]
        rounds = size // sum(ratios.values())
        arms = [arm for arm, share in ratios.items() for _ in range(share * rounds)]
        stream.shuffle(arms)
        for arm in arms:
            position += 1
            yield PlannedSlot(stratum, position, block, size, arm)
