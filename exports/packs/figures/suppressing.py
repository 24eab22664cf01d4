"""Small cells are held back from the open pack, and enough beside them to keep them so.

A count of fewer than three participants is not printed (``LEAST``). Where the parts of a known
total are printed, one part held back alone would be the total less the others: further parts,
the smallest first, are held back until at least two are, and until what they sum to is no small
number itself. A reader of what is left can then not tell that any part held back is under three.
Nobody is told which part was held back for itself and which for another's sake.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

LEAST = 3
MARK = "•"
FEW = f"under {LEAST}"
EXPLANATION = (
    f"{MARK} held back: under {LEAST}, or so that a number under {LEAST} cannot be worked out."
)


def held_back(counts: Sequence[int], also: Collection[int] = ()) -> frozenset[int]:
    """The places of the parts of a known total that are not printed.

    ``also`` names parts that must not be printed for another reason. Parts of a total that is
    itself under three are all held back, and the total with them (``told``).
    """
    hidden = {place for place, count in enumerate(counts) if count < LEAST} | set(also)
    left = sorted(set(range(len(counts))) - hidden, key=lambda place: (counts[place], place))
    for place in left:
        if not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= LEAST):
            break
        hidden.add(place)
    return frozenset(hidden)


def told(count: int) -> str:
    """A number that is no part of a total, or that it is too small to be told."""
    return str(count) if count >= LEAST else FEW


def two(part: int, whole: int) -> tuple[str, str]:
    """A known whole in two parts: the part, and the rest.

    Where one is too small to be told the other is told from below, so that nobody can work it
    out; where that would be too small itself, neither is told.
    """
    rest, below = whole - part, whole - LEAST + 1
    if min(part, rest) >= LEAST:
        return str(part), str(rest)
    if below < LEAST:
        return MARK, MARK
    return (FEW, f"at least {below}") if part < LEAST else (f"at least {below}", FEW)


def parts(counts: Sequence[int]) -> list[str]:
    """The parts of a known total as they are printed."""
    hidden = held_back(counts)
    return [MARK if place in hidden else str(count) for place, count in enumerate(counts)]
