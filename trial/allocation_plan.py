"""How a protocol says that arms are allotted: one frozen declaration per scheme. Pure.

The schemes themselves, with their algorithms and sources, are in ``randomization/schemes/``.
Each declaration says what is wrong with it, given the sum of the arms' ratios: the protocol asks
when it is built, and the scheme asks again before it makes a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

MEASURES = ("range", "variance")


@dataclass(frozen=True)
class PermutedBlocks:
    """Blocks of these sizes, each size as likely as any other; the ratio is exact in each."""

    sizes: tuple[int, ...]

    @property
    def words(self) -> str:
        """The scheme in a few words, for whoever makes the list."""
        sizes = ", ".join(str(size) for size in sorted(set(self.sizes)))
        return f"Permuted blocks, sizes drawn from {sizes}"

    def objections(self, shares: int) -> Iterator[str]:
        """Every sentence that is wrong with it; ``shares`` is the sum of the ratios."""
        if not self.sizes or any(size < 1 or size % shares for size in self.sizes):
            yield f"Block sizes must be multiples of {shares}."


@dataclass(frozen=True)
class CompleteRandomization:
    """Every place drawn by the ratio, whatever came before."""

    @property
    def words(self) -> str:
        """The scheme in a few words, for whoever makes the list."""
        return "Complete randomization"

    def objections(self, _shares: int) -> Iterator[str]:
        """Nothing can be wrong with it."""
        yield from ()


@dataclass(frozen=True)
class BiasedCoin:
    """Efron's coin: the share that is behind is drawn with this probability."""

    probability: Fraction

    @property
    def words(self) -> str:
        """The scheme in a few words, for whoever makes the list."""
        return f"Biased coin, probability {self.probability}"

    def objections(self, shares: int) -> Iterator[str]:
        """Every sentence that is wrong with it; ``shares`` is the sum of the ratios."""
        yield from _not_leaning("The biased coin", self.probability, shares)


@dataclass(frozen=True)
class Urn:
    """Wei's urn: ``alpha`` balls of each share to begin with, ``beta`` of every other added."""

    alpha: int
    beta: int

    @property
    def words(self) -> str:
        """The scheme in a few words, for whoever makes the list."""
        return f"Urn, {self.alpha} balls of each to begin with, {self.beta} added"

    def objections(self, _shares: int) -> Iterator[str]:
        """Every sentence that is wrong with it."""
        if self.alpha < 0 or self.beta < 1:
            yield "An urn begins with 0 balls or more of each share, and adds 1 or more."


@dataclass(frozen=True)
class Minimization:
    """Pocock and Simon's minimization over all factors of the protocol.

    Attributes:
        probability: how likely the share is that leaves the least imbalance.
        weights: factor -> how much it counts, a whole number.
        measure: of the imbalance within a level: ``"range"`` or ``"variance"``.
    """

    probability: Fraction
    weights: Mapping[str, int]
    measure: str = "range"

    @property
    def words(self) -> str:
        """The scheme in a few words, for whoever makes the list."""
        weights = ", ".join(f"{factor} {weight}" for factor, weight in self.weights.items())
        return f"Minimization, probability {self.probability}, {self.measure}, weights {weights}"

    def objections(self, shares: int) -> Iterator[str]:
        """Every sentence that is wrong with it; ``shares`` is the sum of the ratios."""
        yield from _not_leaning("Minimization", self.probability, shares)
        if not self.weights or any(weight < 1 for weight in self.weights.values()):
            yield "Minimization needs factors, each with a whole weight of at least 1."
        if self.measure not in MEASURES:
            yield "Minimization measures an imbalance by its range or its variance."


AllocationPlan = PermutedBlocks | CompleteRandomization | BiasedCoin | Urn | Minimization


def _not_leaning(scheme: str, probability: Fraction, shares: int) -> Iterator[str]:
    if not Fraction(1, shares) < probability < 1:
        yield f"{scheme} has a probability above 1/{shares}, and below 1: nobody may be certain."
