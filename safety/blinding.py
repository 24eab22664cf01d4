"""What of an adverse event is withheld from a reader who may not know the arms.

Where some categories exist for one arm only (an infusion reaction), hiding just those events
would tell the arm as surely as showing them. So they hide among the events called "other": of all
of these the blinded reader sees neither term nor category. Causality and action are withheld for
every event, since only the treated can have an event related to the treatment, and so is a special
situation: only they can have an overdose. That an event
happened, when, how severe, how serious and how it came out is always shown and always counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trial import protocol

OTHER = "other"
SPECIAL = ("special", "pregnancy_ended", "pregnancy_outcome")
# Asked for where a clock runs: of an event that is not serious, that tells a special situation.
CLOCKED = ("aware_at", "sponsor_informed_at")
WITHHELD = "withheld"
WITHHELD_WORDS = "withheld: might tell the arm"


def withheld_items(category: str) -> frozenset[str]:
    """The items of an event of this category that a blinded reader does not see."""
    revealing = protocol.current().revealing_categories
    if not revealing:
        return frozenset({"narrative", "pregnancy_outcome"})
    hidden = {"narrative", "causality", "action", *SPECIAL}
    if category in revealing | {OTHER}:
        hidden |= {"term", "category"}
    return frozenset(hidden)


def for_blinded(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values a blinded reader sees: what is withheld reads ``withheld``."""
    hidden = withheld_items(values["category"])
    untold = () if values["serious"] else CLOCKED
    return {
        item: WITHHELD if item in hidden else None if item in untold else value
        for item, value in values.items()
    }
