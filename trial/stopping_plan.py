"""How a protocol says when safety makes a trial pause: one frozen rule per kind of event. Pure.

The boundaries that follow from a rule are computed in ``safety/stopping.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class StoppingRule:
    """Pause when at least k(n) of n treated participants had an event of this kind.

    An event counts when it began within ``within_days`` of the treatment received; a participant
    counts once. Every condition that is set must hold: ``categories`` (empty for any),
    ``serious``, ``related`` (possibly or more, as the investigator judged), ``death``.

    Without ``prior`` the boundary is exact binomial: k(n) is the least number whose chance, were
    the true rate ``null_rate``, is at most ``bound``. With a Beta(a, b) ``prior`` in whole numbers
    it is Bayesian: k(n) is the least number after which the rate exceeds ``null_rate`` with a
    probability of at least ``bound``. ``at_least`` keeps one event alone from pausing the trial.
    ``ours`` marks what the protocol leaves open and this product decided.
    """

    code: str
    label: str
    within_days: int
    null_rate: Fraction
    bound: Fraction
    categories: frozenset[str] = frozenset()
    serious: bool = False
    related: bool = False
    death: bool = False
    prior: tuple[int, int] | None = None
    at_least: int = 1
    ours: bool = True

    @property
    def method(self) -> str:
        """The rule in a few words, with its numbers."""
        rate, bound = percent(self.null_rate), percent(self.bound)
        if self.prior is None:
            words = f"exact binomial, null rate {rate}, bound {bound}"
        else:
            a, b = self.prior
            words = f"beta-binomial, prior Beta({a}, {b}), rate {rate}, posterior {bound}"
        return words if self.at_least == 1 else f"{words}, at least {self.at_least}"

    def objections(self, categories: Collection[str]) -> Iterator[str]:
        """Every sentence that is wrong with it; ``categories`` are those of the protocol."""
        if not (0 < self.null_rate < 1 and 0 < self.bound < 1):
            yield f"The rate and the bound of stopping rule {self.code} lie between 0 and 1."
        if self.within_days < 0 or self.at_least < 1:
            yield f"Stopping rule {self.code} counts days and events that cannot be."
        if self.prior is not None and min(self.prior) < 1:
            yield f"The prior of stopping rule {self.code} has whole numbers from 1 on."
        unknown = sorted(self.categories - set(categories))
        if unknown:
            yield f"Stopping rule {self.code} names unknown AE categories: {', '.join(unknown)}."


def percent(share: Fraction) -> str:
    """A share as a percentage without needless decimals: ``2.5 %``."""
    return f"{float(100 * share):.10g} %"
