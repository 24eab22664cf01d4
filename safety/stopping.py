"""Boundaries of the stopping rules: when so many of so many treated mean a pause. Pure and exact.

Everything is computed in fractions, so that a boundary never hangs on a rounded last digit.
One bound holds at every number of treated, nothing is spent over looks. What repeated looks do to
the chance of ever pausing is computed beside it (``ever_crossed``), so that nobody takes the bound
for that chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from math import comb

from trial.partial_dates import PartialDate
from trial.stopping_plan import StoppingRule

RELATED = frozenset({"possible", "probable", "definite"})


@dataclass(frozen=True)
class Happened:
    """What a rule asks of one adverse event, or of a death; ``onset`` may be known in part."""

    participant: int
    onset: PartialDate
    category: str = ""
    serious: bool = False
    causality: str = ""
    death: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a rule's table: from so many treated to so many, pause at this many events.

    ``boundary`` is None where not even all of them would be enough.
    """

    first: int
    last: int
    boundary: int | None


@dataclass(frozen=True)
class Standing:
    """Where the trial stands on one rule: so many of so many treated, and the boundary there."""

    treated: int
    events: int
    boundary: int | None

    @property
    def crossed(self) -> bool:
        """Whether the boundary is reached."""
        return self.boundary is not None and self.events >= self.boundary


def tail(events: int, treated: int, rate: Fraction) -> Fraction:
    """The chance of at least so many events among the treated at this rate of each: binomial."""
    return sum(
        (
            comb(treated, k) * rate**k * (1 - rate) ** (treated - k)
            for k in range(max(events, 0), treated + 1)
        ),
        Fraction(0),
    )


def exceeds(events: int, treated: int, rate: Fraction, prior: tuple[int, int]) -> Fraction:
    """The posterior probability that the true rate exceeds ``rate``, from a Beta(a, b) prior.

    The posterior is Beta(a + events, b + treated - events); for whole parameters P(p <= x) is
    the binomial chance of at least a successes in a + b - 1 trials at x (Abramowitz and Stegun
    26.5.24), so the fraction is exact.
    """
    a, b = prior[0] + events, prior[1] + treated - events
    return 1 - tail(a, a + b - 1, rate)


@lru_cache(maxsize=4096)
def boundary(rule: StoppingRule, treated: int) -> int | None:
    """The least number of events among so many treated that means a pause; None if there is none.

    Both kinds only get more extreme with more events, so the first that qualifies is the least.
    """
    reached: Callable[[int], bool]
    if rule.prior is None:
        reached = _binomial(rule, treated)
    else:
        reached = _bayesian(rule, treated, rule.prior)
    return next((k for k in range(rule.at_least, treated + 1) if reached(k)), None)


def _binomial(rule: StoppingRule, treated: int) -> Callable[[int], bool]:
    return lambda k: tail(k, treated, rule.null_rate) <= rule.bound


def _bayesian(rule: StoppingRule, treated: int, prior: tuple[int, int]) -> Callable[[int], bool]:
    return lambda k: exceeds(k, treated, rule.null_rate, prior) >= rule.bound


def table(rule: StoppingRule, most: int) -> tuple[Line, ...]:
    """The rule's table from 1 to ``most`` treated; equal boundaries share a line."""
    lines: list[Line] = []
    for treated in range(1, most + 1):
        k = boundary(rule, treated)
        if lines and lines[-1].boundary == k:
            lines[-1] = Line(lines[-1].first, treated, k)
        else:
            lines.append(Line(treated, treated, k))
    return tuple(lines)


def ever_crossed(rule: StoppingRule, most: int, rate: Fraction) -> Fraction:
    """The chance that a trial of ``most`` treated ever pauses, each treated with this rate.

    Exact, by walking all numbers of events after each treated participant; events are taken as
    known before the next is treated.
    """
    alive: dict[int, Fraction] = {0: Fraction(1)}
    stopped = Fraction(0)
    for treated in range(1, most + 1):
        later: dict[int, Fraction] = {}
        for events, chance in alive.items():
            later[events] = later.get(events, Fraction(0)) + chance * (1 - rate)
            later[events + 1] = later.get(events + 1, Fraction(0)) + chance * rate
        k = boundary(rule, treated)
        if k is not None:
            stopped += sum((chance for events, chance in later.items() if events >= k), Fraction(0))
            later = {events: chance for events, chance in later.items() if events < k}
        alive = later
    return stopped


def counts(rule: StoppingRule, event: Happened, treated_on: date) -> bool:
    """Whether an event of a treated participant counts for a rule.

    A partial date counts if a day it can mean lies within the rule's days: the cautious reading.
    """
    last = treated_on + timedelta(days=rule.within_days)
    return (
        event.onset.latest >= treated_on
        and event.onset.earliest <= last
        and (not rule.categories or event.category in rule.categories)
        and (not rule.serious or event.serious)
        and (not rule.related or event.causality in RELATED)
        and (not rule.death or event.death)
    )


def standing(rule: StoppingRule, treated: dict[int, date], events: Iterable[Happened]) -> Standing:
    """Where the trial stands: ``treated`` maps each treated participant to the day of it."""
    hit = {
        event.participant
        for event in events
        if event.participant in treated and counts(rule, event, treated[event.participant])
    }
    return Standing(len(treated), len(hit), boundary(rule, len(treated)))


def sentences(rules: Sequence[StoppingRule]) -> Iterator[str]:
    """Each rule in a sentence, for a page or a pack."""
    for rule in rules:
        yield (
            f"{rule.label}, within {rule.within_days} days of the treatment received: "
            f"{rule.method}."
        )
