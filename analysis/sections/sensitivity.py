"""The plan's sensitivity analyses: other covariances, dose, time as a slope, tipping points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis import model_numbers
from analysis.alternatives import alternatives_table
from analysis.document import Block, Heading, Paragraph, Section, bullets
from analysis.linear_effects import Linear, linear_table
from analysis.plan import DoseResponse, Sensitivity, TimeAsSlope, TippingPoint
from analysis.study import Study
from analysis.tables import rounded
from analysis.tipping import Tipping
from analysis.tipping_table import conclusion, tipping_figure, tipping_table

INTRODUCTION = (
    "Each analysis asks whether a finding hangs on one choice of the plan. None of their p values "
    "is adjusted, and none replaces the analysis it stands beside."
)


def section(study: Study) -> Section | None:
    """Every analysis the plan declares that gave something; not if blinded."""
    blocks: list[Block] = []
    for planned in study.plan.sensitivities:
        blocks += _blocks(study, planned)
    if study.alternatives:
        blocks += [
            Heading("sensitivity-covariance", "Other covariances of the visits"),
            alternatives_table(study.alternatives),
        ]
    if not blocks:
        return None
    found = study.sensitivities
    numbers: dict[str, Any] = {
        "model_alternatives": [model_numbers.alternative(one) for one in study.alternatives],
        "sensitivity": {
            **{code: [_linear(one) for one in told] for code, told in found.linear.items()},
            **{code: [_tipping(one) for one in told] for code, told in found.tipping.items()},
        },
    }
    told = (Paragraph(INTRODUCTION), *blocks)
    return Section("sensitivity", "Sensitivity analyses", told, numbers, wide=True)


def _blocks(study: Study, planned: Sensitivity) -> Iterator[Block]:
    if isinstance(planned, DoseResponse | TimeAsSlope):
        found = study.sensitivities.linear[planned.code]
        if found:
            is_dose = isinstance(planned, DoseResponse)
            yield Heading(f"sensitivity-{planned.code}", "Dose" if is_dose else "Time as a slope")
            yield linear_table(planned, found)
            yield from _remarks(found)
    if isinstance(planned, TippingPoint):
        tipping = study.sensitivities.tipping[planned.code]
        if tipping:
            yield Heading(f"sensitivity-{planned.code}", "Tipping points of missing readings")
            yield bullets(
                f"{one.outcome.label}, {one.analysis_set.title.lower()}, {one.group.label}: "
                f"{conclusion(one, planned.within)}"
                for one in tipping
            )
            yield tipping_table(tipping, planned.within)
            figure = tipping_figure(tipping, planned.within, study.manifest)
            if figure is not None:
                yield figure


def _remarks(found: tuple[Linear, ...]) -> Iterator[Paragraph]:
    """Every remark once, with the models it is about."""
    about: dict[str, list[str]] = {}
    for one in found:
        for word in one.words:
            place = f"{one.outcome.label} ({one.analysis_set.title.lower()})"
            about.setdefault(word, []).append(place)
    for word, places in about.items():
        yield Paragraph(f"{', '.join(places)}: {word}", remark=True)


def _linear(one: Linear) -> dict[str, Any]:
    return {
        "outcome": one.outcome.code,
        "analysis_set": one.analysis_set.code,
        "participants": one.people,
        "estimates": [
            model_numbers.estimate(estimate) | {"of": name} for name, estimate in one.estimates
        ],
        "test": None if one.test is None else model_numbers.f_test(one.test),
        "remarks": list(one.words),
    }


def _tipping(one: Tipping) -> dict[str, Any]:
    found: dict[str, Any] = {
        "outcome": one.outcome.code,
        "analysis_set": one.analysis_set.code,
        "group": one.group.code,
        "missing": one.missing,
        "expected": one.expected,
        "changes_if_worse_by": rounded(one.worse),
        "changes_if_better_by": rounded(one.better),
        "remark": one.word,
    }
    if one.line is None:
        return found
    value, se = one.line.estimate(0.0)
    low, high = one.line.limits(0.0)
    figures = {"estimate": value, "se": se, "df": one.line.df, "low": low, "high": high}
    figures |= {"p": one.line.p(0.0), "estimate_per_unit_of_shift": one.line.weight}
    return found | {name: rounded(figure) for name, figure in figures.items()}
