"""The report's sections, one module each: a study in, a section out, or None where it has nothing.

The report is `SECTIONS` in order. A further section is a further line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from analysis.document import Section
from analysis.plan import Part
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
ASKED: Mapping[Builder, Part] = {
    flow.section: "flow",
    sets.section: "sets",
    exposure.section: "exposure",
    baseline.section: "baseline",
    missing.section: "missing",
    profiles.section: "profiles",
}
"""Sections that are there only if the plan names them; the others show what its analyses gave."""


def asked(builder: Builder, study: Study) -> bool:
    """Whether the plan wants a section."""
    return builder not in ASKED or study.shows(ASKED[builder])
