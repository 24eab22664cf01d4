"""How intense an event was: the scales a protocol may choose. Pure.

CTCAE is the Common Terminology Criteria for Adverse Events, version 5.0 (U.S. NCI, 2017); only the
general meaning of its grades is used here, none of its terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Grading:
    """One scale: its grades in words, the mildest first."""

    code: str
    label: str
    grades: Mapping[str, str]


THREE = Grading(
    "three",
    "Mild, moderate, severe",
    {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"},
)
CTCAE5 = Grading(
    "ctcae5",
    "CTCAE 5.0",
    {
        "grade1": "Grade 1: mild",
        "grade2": "Grade 2: moderate",
        "grade3": "Grade 3: severe",
        "grade4": "Grade 4: life-threatening",
        "grade5": "Grade 5: death",
    },
)
GRADINGS: Mapping[str, Grading] = {one.code: one for one in (THREE, CTCAE5)}
# Every code there is; no two scales share one.
ALL: Mapping[str, str] = {
    code: words for one in GRADINGS.values() for code, words in one.grades.items()
}
DEATH = "grade5"


def worst(grades: list[str]) -> str:
    """The worst of several grades of one scale.

    Raises:
        ValueError: none given.
    """
    order = [*ALL]
    return max(grades, key=order.index)
