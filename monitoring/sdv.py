"""Which records and items a monitor verifies. Pure: the plan in, an answer out.

The draw is a hash, not a random number: whoever asks, on whatever machine, before or after the
record exists, is told the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from trial.protocol import EVERY_ITEM, SdvPlan

_UNTESTABLE = ("_untestable", "_untestable_reason")
# The draw reads this many hexadecimal digits of the hash.
_DIGITS = 12
_SCALE: int = 16**_DIGITS


@dataclass(frozen=True)
class Place:
    """One form at one visit of one participant, by their codes: "GRE-014-7", "M6", "nihss"."""

    participant: str
    visit: str
    form: str


def drawn(plan: SdvPlan, place: Place) -> bool:
    """Whether a record is one of the share that is verified whole."""
    text = "|".join((plan.seed, place.participant, place.visit, place.form))
    value = int(hashlib.sha256(text.encode()).hexdigest()[:_DIGITS], 16)
    return value * 100 < plan.share_percent * _SCALE


def items_of(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The items of a form, each with its columns: an item and what says it was untestable."""
    known = set(columns)
    companions = {f"{name}{end}" for name in columns for end in _UNTESTABLE} & known
    return {
        name: (name, *(both for end in _UNTESTABLE if (both := f"{name}{end}") in known))
        for name in columns
        if name not in companions
    }


def planned_items(plan: SdvPlan, place: Place, items: Sequence[str]) -> tuple[str, ...]:
    """The items of a record that the plan asks to verify, in the order of the form."""
    critical = plan.critical.get(place.form, ())
    if EVERY_ITEM in critical or drawn(plan, place):
        return tuple(items)
    return tuple(item for item in items if item in critical)


def is_planned(plan: SdvPlan, place: Place, item: str) -> bool:
    """Whether the plan asks to verify this item of this record."""
    return item in planned_items(plan, place, (item,))
