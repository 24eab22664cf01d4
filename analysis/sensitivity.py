"""The plan's sensitivity analyses, run as the plan says: what each found, by its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.cut import Cut
from analysis.design import Facts
from analysis.linear_effects import Linear, dose_response, doses, slopes
from analysis.longitudinal import Series
from analysis.models import Fit
from analysis.people import Participant
from analysis.plan import DoseResponse, Plan, TimeAsSlope, TippingPoint
from analysis.sets import AnalysisSet
from analysis.tipping import Tipping, tipping_points


@dataclass(frozen=True)
class Material:
    """What the analyses are made from: the cut as planned, and what was computed of it already."""

    cut: Cut
    people: Mapping[str, Participant]
    series: Sequence[Series]
    sets: Sequence[AnalysisSet]
    fits: Sequence[Fit]
    facts: Facts
    as_of: date


@dataclass(frozen=True)
class Sensitivities:
    """What each analysis of the plan found, by its code."""

    linear: Mapping[str, tuple[Linear, ...]]
    tipping: Mapping[str, tuple[Tipping, ...]]


def sensitivities(plan: Plan, material: Material) -> Sensitivities:
    """Run the analyses that the plan names, and no other."""
    linear: dict[str, tuple[Linear, ...]] = {}
    tipping: dict[str, tuple[Tipping, ...]] = {}
    for planned in plan.sensitivities:
        if isinstance(planned, DoseResponse):
            linear[planned.code] = tuple(_doses(planned, material))
        if isinstance(planned, TimeAsSlope):
            linear[planned.code] = tuple(_slopes(planned, material))
        if isinstance(planned, TippingPoint):
            tipping[planned.code] = tuple(_tippings(planned, plan.alpha, material))
    return Sensitivities(linear, tipping)


def _doses(planned: DoseResponse, material: Material) -> Iterator[Linear]:
    sets = [one for one in material.sets if one.code == planned.analysis_set]
    if not sets:
        return
    given = doses(material.cut, planned, list(material.people.values()))
    for series in material.series:
        if series.outcome.code in planned.outcomes:
            for chosen in sets:
                yield dose_response(planned, series, chosen, {**material.facts, "dose": given})


def _slopes(planned: TimeAsSlope, material: Material) -> Iterator[Linear]:
    for series in material.series:
        for chosen in material.sets:
            if series.outcome.code in planned.outcomes and chosen.code in planned.sets:
                yield slopes(planned, series, chosen, material.facts)


def _tippings(planned: TippingPoint, alpha: float, material: Material) -> Iterator[Tipping]:
    by_code = {series.outcome.code: series for series in material.series}
    for fit in material.fits:
        if fit.outcome.code in planned.outcomes and fit.analysis_set.code in planned.sets:
            yield from tipping_points(
                fit,
                by_code[fit.outcome.code],
                material.people,
                facts=material.facts,
                alpha=alpha,
                as_of=material.as_of,
            )
