"""Two reports that may be one event: asked about, never refused for good."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from difflib import SequenceMatcher

from audit.errors import Refused
from safety.models import AdverseEvent
from trial.partial_dates import PartialDate

# Of 1, how much of two terms is the same when they are one term, mistyped.
ALIKE = 0.85


class LooksLikeOne(Refused):
    """An event like this one is reported already; ``details["like"]`` holds their numbers."""

    code = "duplicate-suspected"
    message = (
        "An event like this one is reported already. If it is the same, change that one; "
        "if it is another, say so below."
    )
    status = 422


def refuse_alike(event: AdverseEvent, known: Iterable[AdverseEvent], days: int) -> None:
    """Ask whether a new event is one of those known.

    Raises:
        LooksLikeOne: a valid one has the same term, or nearly, and began within so many days.
    """
    like = [one for one in known if not one.voided and alike(event, one, days)]
    if like:
        said = " · ".join(f"{one.number}: {one.term}" for one in like)
        raise LooksLikeOne(
            f"{LooksLikeOne.message} Reported: {said}.",
            details={"like": [one.number for one in like]},
        )


def alike(one: AdverseEvent, other: AdverseEvent, days: int) -> bool:
    """Whether two events have like terms and begin within so many days of each other."""
    span = timedelta(days=days)
    first, second = PartialDate.parse(one.onset), PartialDate.parse(other.onset)
    near = first.earliest <= second.latest + span and second.earliest <= first.latest + span
    return near and alike_terms(one.term, other.term)


def alike_terms(one: str, other: str) -> bool:
    """Whether two terms say the same but for case, order, an added word or a slip."""
    first, second = (re.findall(r"\w+", term.casefold()) for term in (one, other))
    if not first or not second:
        return False
    shared = set(first) <= set(second) or set(second) <= set(first)
    return shared or SequenceMatcher(None, " ".join(first), " ".join(second)).ratio() >= ALIKE
