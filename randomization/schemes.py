"""Allocation lists from a seed: the same seed gives the same list on any machine, for ever. Pure.

The algorithm ``pcg64-permuted-blocks/1``, so that anybody can repeat a list in any language:

1. Each stratum has its own stream. SHA-256 of the UTF-8 text ``algorithm LF seed LF stratum``
   gives 32 bytes: the first 16, big-endian, are the state of a PCG64 generator (M. E. O'Neill,
   2014: XSL-RR, 128-bit state, 64-bit output), the last 16 with the lowest bit set its increment.
2. A number below n is a 64-bit output modulo n; outputs of 2^64 - (2^64 mod n) or more are drawn
   again, so every number is equally likely.
3. Until the stratum has its length: draw a block size from the sizes in ascending order; write
   down every arm as often as its share of the block, in the order of the arms; shuffle from the
   last place down to the second (Fisher-Yates, place i swapped with a number below i + 1).

Only raw 64-bit outputs are taken from numpy, whose generators keep their streams (NEP 19); the
methods built on them may change from one version to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from numpy.random import PCG64

ALGORITHM = "pcg64-permuted-blocks/1"
COMMITMENT = "hermes-allocation-list/1"
_OUTPUTS = 2**64


class SchemeError(ValueError):
    """No list can be made of this: the sentence says what is wrong."""


@dataclass(frozen=True, order=True)
class PlannedSlot:
    """One place of a list: ``position`` counts from 1 in its stratum, ``block`` likewise."""

    stratum: str
    position: int
    block: int
    block_size: int
    arm: str


class Stream:
    """The random numbers of one stratum."""

    def __init__(self, seed: int, stratum: str) -> None:
        digest = hashlib.sha256(f"{ALGORITHM}\n{seed}\n{stratum}".encode()).digest()
        self._generator = PCG64()
        self._generator.state = {
            "bit_generator": "PCG64",
            "state": {
                "state": int.from_bytes(digest[:16], "big"),
                "inc": int.from_bytes(digest[16:], "big") | 1,
            },
            "has_uint32": 0,
            "uinteger": 0,
        }

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1, each equally likely."""
        fair = _OUTPUTS - _OUTPUTS % limit
        while True:
            drawn = int(self._generator.random_raw())
            if drawn < fair:
                return drawn % limit

    def shuffle(self, places: list[str]) -> None:
        """Put a list into a random order, each order equally likely."""
        for last in range(len(places) - 1, 0, -1):
            other = self.below(last + 1)
            places[last], places[other] = places[other], places[last]


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
    _check(ratios, block_sizes, strata, length, seed)
    return tuple(
        slot
        for stratum in strata
        for slot in _stratum(ratios, sorted(set(block_sizes)), stratum, length, seed)
    )


def _stratum(
    ratios: Mapping[str, int], sizes: Sequence[int], stratum: str, length: int, seed: int
) -> Iterator[PlannedSlot]:
    stream = Stream(seed, stratum)
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


def _check(
    ratios: Mapping[str, int],
    sizes: Sequence[int],
    strata: Sequence[str],
    length: int,
    seed: int,
) -> None:
    if len(ratios) < 2 or any(share < 1 for share in ratios.values()):
        raise SchemeError("A list needs two arms or more, each with a whole share of at least 1.")
    total = sum(ratios.values())
    if not sizes or any(size < total or size % total for size in sizes):
        raise SchemeError(f"Block sizes must be multiples of {total}.")
    if not strata or len(set(strata)) != len(strata):
        raise SchemeError("A list needs strata, each with a code of its own.")
    if length < 1:
        raise SchemeError("A list needs at least one slot per stratum.")
    if seed < 0:
        raise SchemeError("A seed is a whole number, 0 or more.")
    if any(not word or not word.isprintable() for word in (*ratios, *strata)):
        raise SchemeError("Codes of arms and strata are printable words.")


def commitment(slots: Sequence[PlannedSlot], salt: str) -> str:
    """SHA-256, in hex, that binds to a list without showing it.

    It covers the UTF-8 text of one line ``hermes-allocation-list/1``, one line with the salt, and
    one line per slot in the order of stratum code and position, its five fields apart by a tab;
    each line ends with LF. Whoever has the list and the salt can repeat it; nobody else can guess
    the list from it while the salt is unknown.
    """
    lines = [COMMITMENT, salt]
    for slot in sorted(slots):
        fields = (slot.stratum, slot.position, slot.block, slot.block_size, slot.arm)
        lines.append("\t".join(str(part) for part in fields))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
