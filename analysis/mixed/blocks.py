"""The readings laid out by participant, one padded block each: sums run over all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

RANK_TOLERANCE = 1e-10
"""Share of a column that its predecessors must leave unexplained (lme4 asks for 1e-7 of X's QR)."""


class NotFitted(Exception):  # noqa: N818 - a finding about the data, not a fault
    """There is no fit to report; the message says why, as a sentence for people."""


@dataclass(frozen=True)
class Blocks:
    """Readings, design and random-effects columns, padded to the longest participant.

    `y` is participant x place, `x` and `z` have their columns behind. Padded places hold zeros and
    are False in `held`. `place` says where each reading, in the order given, stands.
    """

    y: Floats
    x: Floats
    z: Floats
    held: NDArray[np.bool_]
    place: tuple[Ints, Ints]

    @property
    def readings(self) -> int:
        """The number of readings, n."""
        return len(self.place[0])

    @property
    def participants(self) -> int:
        """The number of participants, m."""
        return len(self.y)

    @property
    def effects(self) -> int:
        """The number of fixed effects, p."""
        return int(self.x.shape[2])

    @property
    def freedom(self) -> int:
        """Residual degrees of freedom, n - p."""
        return self.readings - self.effects

    def flat(self, padded: Floats) -> Floats:
        """Values by block back in the order of the readings given."""
        return padded[self.place]


def lay_out(y: Floats, x: Floats, who: Ints, z: Floats, slot: Ints | None = None) -> Blocks:
    """Blocks of the readings `y`, design `x` (n x p), random-effects columns `z` (n x q).

    `who` numbers the participants from 0. `slot` puts each reading at a place of its own (its
    visit); without it the readings of a participant stand in the order given.

    Raises:
        NotFitted: numbers that are not finite, too few readings, or effects that cannot be told
            apart.
    """
    _check(y, x, z)
    if slot is None:
        order = np.argsort(who, kind="stable")
        first = np.searchsorted(who[order], who[order])
        slot = np.empty(len(y), dtype=np.int64)
        slot[order] = np.arange(len(y)) - first
    shape = int(who.max()) + 1, int(slot.max()) + 1
    place = who.astype(np.int64), slot.astype(np.int64)
    held = np.zeros(shape, dtype=np.bool_)
    held[place] = True
    if int(held.sum()) != len(y):
        raise NotFitted("A participant has two readings at one visit.")
    return Blocks(
        y=_padded(y, shape, place),
        x=_padded(x, shape, place),
        z=_padded(z, shape, place),
        held=held,
        place=place,
    )


def _padded(values: Floats, shape: tuple[int, int], place: tuple[Ints, Ints]) -> Floats:
    block = np.zeros((*shape, *values.shape[1:]))
    block[place] = values
    return block


def _check(y: Floats, x: Floats, z: Floats) -> None:
    if not all(np.isfinite(part).all() for part in (y, x, z)):
        raise NotFitted("A reading or a covariate is not a finite number.")
    if len(y) <= x.shape[1]:
        raise NotFitted("There are too few readings for the number of effects.")
    if dependent_columns(x):
        raise NotFitted("The design is singular: the effects cannot be told apart.")


def dependent_columns(x: Floats) -> tuple[int, ...]:
    """The columns that the columns before them explain: R drops these, we name them."""
    sizes = np.sqrt((x**2).sum(axis=0))
    if not sizes.all():
        return tuple(int(column) for column in np.flatnonzero(sizes == 0))
    left = np.abs(np.diag(triangle(x / sizes)))
    return tuple(int(column) for column in np.flatnonzero(left < RANK_TOLERANCE))


def triangle(x: Floats) -> Floats:
    """R of x = QR."""
    found: Floats = np.linalg.qr(x).R
    return found
