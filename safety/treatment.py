"""When participants were infused, and with what: known to another app, told here at start-up.

Safety and randomization never import each other; the composition root connects them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from safety.snapshot import Dose

InfusionDates = Callable[[Collection[int]], Mapping[int, date]]
Doses = Callable[[int], Collection[Mapping[str, str]]]
_source: list[InfusionDates] = []
_doses: list[Doses] = []


def set_infusion_source(source: InfusionDates) -> None:
    """Say who knows the infusions: a function from participants' keys to days of infusion."""
    _source[:] = [source]


def set_dose_source(source: Doses) -> None:
    """Say who knows what was given: from a participant's key to the fields of each ``Dose``."""
    _doses[:] = [source]


def infusion_dates(participants: Collection[int]) -> Mapping[int, date]:
    """Day of infusion by participant key; whoever was not infused is not in it.

    It tells the arm: callers ask ``access.may_know_arms`` before they show anything of it.
    """
    return _source[0](participants) if _source else {}


def doses_of(participant: int) -> tuple[Dose, ...]:
    """What a participant was given; it tells the arm."""
    return tuple(Dose(**one) for one in _doses[0](participant)) if _doses else ()
