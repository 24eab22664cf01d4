"""When participants were infused: known to another app, told here at start-up.

Safety and randomization never import each other; the composition root connects them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

InfusionDates = Callable[[Collection[int]], Mapping[int, date]]
_source: list[InfusionDates] = []


def set_infusion_source(source: InfusionDates) -> None:
    """Say who knows the infusions: a function from participants' keys to days of infusion."""
    _source[:] = [source]


def infusion_dates(participants: Collection[int]) -> Mapping[int, date]:
    """Day of infusion by participant key; whoever was not infused is not in it.

    It tells the arm: callers ask ``access.may_know_arms`` before they show anything of it.
    """
    return _source[0](participants) if _source else {}
