"""The report's sections, one module each: a study in, a section out, or None where it has nothing.

The report is `SECTIONS` in order. A further section is a further line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from analysis.document import Section
from analysis.sections import baseline, events, flow, methods, models, outcomes, plan, treatment
from analysis.study import Study

Builder: TypeAlias = Callable[[Study], Section | None]

SECTIONS: tuple[Builder, ...] = (
    flow.section,
    treatment.section,
    baseline.section,
    events.section,
    outcomes.section,
    models.section,
    methods.section,
    plan.section,
)
