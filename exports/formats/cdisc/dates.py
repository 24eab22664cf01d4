"""Days as SDTM counts them. Pure."""

from __future__ import annotations

from datetime import date

SCREENING, TREATMENT = "SCREENING", "TREATMENT"
_FULL = 10


def is_full(day: str) -> bool:
    """Whether an ISO 8601 date is known to the day."""
    return len(day) == _FULL


def study_day(day: str, reference: str) -> int | None:
    """The day counted from the reference day, which is day 1; the day before it is day -1.

    None where either is not known to the day: there is no day 0, and none is guessed.
    """
    if not is_full(day) or not is_full(reference):
        return None
    days = (date.fromisoformat(day) - date.fromisoformat(reference)).days
    return days + 1 if days >= 0 else days


def epoch(day: str, randomized_on: str) -> str:
    """The epoch of a day: screening until randomization, treatment and follow-up from it on."""
    if not is_full(day):
        return ""
    if randomized_on and day >= randomized_on:
        return TREATMENT
    return SCREENING
