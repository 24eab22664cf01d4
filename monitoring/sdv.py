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
# The draw reads this many bytes of the hash, as one number.
DRAWN_BYTES = 6
_SCALE: int = 256**DRAWN_BYTES


@dataclass(frozen=True)
class Place:
    """One form at one visit of one participant, by their codes: "GRE-014-7", "M6", "nihss"."""

    participant: str
    visit: str
    form: str


def draw_limit(plan: SdvPlan) -> bytes:
    """The share as bytes: a record is drawn whose hash begins with bytes that sort before."""
    limit = -(-plan.share_percent * _SCALE // 100)
    # All of them: one byte more than any beginning has, and none is higher.
    return limit.to_bytes(DRAWN_BYTES) if limit < _SCALE else b"\xff" * (DRAWN_BYTES + 1)


def drawn(plan: SdvPlan, place: Place) -> bool:
    """Whether a record is one of the share that is verified whole."""
    text = "|".join((plan.seed, place.participant, place.visit, place.form))
    return hashlib.sha256(text.encode()).digest()[:DRAWN_BYTES] < draw_limit(plan)


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
