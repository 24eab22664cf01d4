"""How intense an event was: the scales a protocol may choose. Pure.

CTCAE is the Common Terminology Criteria for Adverse Events, versions 5.0 (2017) and 6.0 (2025) of
the U.S. NCI; only the general meaning of its grades is used here, which both share, and none of
its terms. An event keeps the code of the scale, and with it the version.
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
_FIVE = {
    "grade1": "Grade 1: mild",
    "grade2": "Grade 2: moderate",
    "grade3": "Grade 3: severe",
    "grade4": "Grade 4: life-threatening",
    "grade5": "Grade 5: death",
}
CTCAE5 = Grading("ctcae5", "CTCAE 5.0", _FIVE)
CTCAE6 = Grading("ctcae6", "CTCAE 6.0", _FIVE)
GRADINGS: Mapping[str, Grading] = {one.code: one for one in (THREE, CTCAE5, CTCAE6)}
# Every code there is; one of two scales means the same in both.
ALL: Mapping[str, str] = {
    code: words for one in GRADINGS.values() for code, words in one.grades.items()
}
DEATH = "grade5"
# The scales that have a grade for death.
WITH_DEATH = tuple(code for code, one in GRADINGS.items() if DEATH in one.grades)


def worst(grades: list[str]) -> str:
    """The worst of several grades of one scale.

    Raises:
        ValueError: none given.
    """
    order = [*ALL]
    return max(grades, key=order.index)
