"""The report's sections, one module each: a study in, a section out, or None where it has nothing.

The report is `SECTIONS` in order. A further section is a further line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from analysis.document import Section
from analysis.sections import (
    baseline,
    events,
    exposure,
    flow,
    methods,
    missing,
    models,
    outcomes,
    plan,
    profiles,
    sensitivity,
    sets,
    treatment,
)
from analysis.study import Study

Builder: TypeAlias = Callable[[Study], Section | None]

SECTIONS: tuple[Builder, ...] = (
    flow.section,
    sets.section,
    treatment.section,
    exposure.section,
    baseline.section,
    events.section,
    missing.section,
    outcomes.section,
    sensitivity.section,
    models.section,
    profiles.section,
    methods.section,
    plan.section,
)
