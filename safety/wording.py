"""What the items of an adverse event are called, and how their values read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as written

from safety import grading, rules
from trial import protocol
from trial.templatetags.hermes import NOTHING, day

LABELS: Mapping[str, str] = {
    "term": "What happened",
    "category": "Category",
    "onset": "Began on",
    "end": "Ended on",
    "severity": "Severity",
    "serious": "Serious",
    "criteria": "Why it is serious",
    "serious_on": "Serious since",
    "special": "Special situation",
    "pregnancy_ended": "Pregnancy ended on",
    "pregnancy_outcome": "Outcome of the pregnancy",
    "causality": "Related to the study treatment",
    "action": "What was done",
    "outcome": "Outcome",
    "aware_at": "Aware since",
    "sponsor_informed_at": "Sponsor informed at",
    "narrative": "Account",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "severity": grading.ALL,
    "special": rules.SPECIALS,
    "causality": rules.CAUSALITIES,
    "action": rules.ACTIONS,
    "outcome": rules.OUTCOMES,
}


def label(item: str) -> str:
    """What an item is called; a criterion by its own words."""
    code = item.removeprefix("criterion_")
    return LABELS.get(item) or rules.CRITERIA[code].partition(":")[0]


def words(item: str, value: Any, zone: str) -> str:
    """How a value reads: codes in words, dates as people write them, times in the site's zone."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{written(value.astimezone(ZoneInfo(zone)), 'j M Y H:i')} ({zone})"
    if item in {"onset", "end", "serious_on", "pregnancy_ended"}:
        return day(value)
    known = protocol.current().ae_categories if item == "category" else _WORDS.get(item, {})
    return known.get(value, str(value))
