"""One place of a list, what every list needs, and the commitment to a whole one. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COMMITMENT = "hermes-allocation-list/1"


class SchemeError(ValueError):
    """No list can be made of this: the sentence says what is wrong."""


@dataclass(frozen=True, order=True)
class PlannedSlot:
    """One place of a list: ``position`` counts from 1 in its stratum, ``block`` likewise.

    ``block`` and ``block_size`` are 0 where the list has no blocks. A place made for minimization
    has no ``arm``: it has a ``draw``, 16 hexadecimal digits, from which the arm is worked out when
    the place is taken.
    """

    stratum: str
    position: int
    block: int
    block_size: int
    arm: str
    draw: str = ""


def check(ratios: Mapping[str, int], strata: Sequence[str], length: int, seed: int) -> None:
    """Refuse what no scheme makes a list of.

    Raises:
        SchemeError: a ratio, stratum, length or seed.
    """
    if len(ratios) < 2 or any(share < 1 for share in ratios.values()):
        raise SchemeError("A list needs two arms or more, each with a whole share of at least 1.")
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
    one line per slot in the order of stratum code and position: these two, the block, its size,
    and the arm (or the draw), apart by a tab; each line ends with LF. Whoever has the list and the
    salt can repeat it; nobody else can guess the list from it while the salt is unknown.
    """
    lines = [COMMITMENT, salt]
    for slot in sorted(slots):
        fields = (slot.stratum, slot.position, slot.block, slot.block_size, slot.arm or slot.draw)
        lines.append("\t".join(str(part) for part in fields))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
