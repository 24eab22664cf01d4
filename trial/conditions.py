"""Conditions on the facts about a participant, as data a protocol is written in. Pure.

A condition is asked like a function of the facts. Because it also says which fact it reads and
within which bounds, ``trial.eligibility`` can have the database ask it of everybody at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trial.protocol import Facts

AGE, DAYS = "age", "days_from_index"


@dataclass(frozen=True)
class Between:
    """A whole number lies within bounds, both inclusive; a bound that is None is none.

    ``fact`` is ``"age"``, ``"days_from_index"``, or the ``"form.score"`` or ``"form.item"`` of a
    form of the first visit (see ``Facts``). The answer is None while the fact is not known.
    """

    fact: str
    at_least: int | None = None
    at_most: int | None = None

    def __call__(self, facts: Facts) -> bool | None:
        """The answer for one participant."""
        # The page tells beside a criterion which facts it read: this one and no other.
        value = getattr(facts, self.fact) if self.form is None else facts.scores.get(self.fact)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        low_enough = self.at_most is None or value <= self.at_most
        return low_enough and (self.at_least is None or value >= self.at_least)

    @property
    def form(self) -> str | None:
        """The form the fact stands on; None for what is known of everybody."""
        return None if self.fact in {AGE, DAYS} else self.fact.partition(".")[0]

    @property
    def column(self) -> str:
        """The item or score of that form."""
        return self.fact.partition(".")[2]

    @property
    def is_empty(self) -> bool:
        """Whether it bounds nothing, or no number lies within its bounds."""
        bounds = (self.at_least, self.at_most)
        return bounds == (None, None) or (
            self.at_least is not None and self.at_most is not None and self.at_least > self.at_most
        )
