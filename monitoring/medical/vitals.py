"""Vital signs outside their usual range, by participant, with their course in a small figure.

The usual ranges are those of the form, which asks back beyond them; they judge nobody's health.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from math import ceil, floor

from django.urls import reverse

from accounts.models import User
from monitoring.medical.asked import Asked
from outcomes.scales.base import Number
from outcomes.scales.vital_signs import VITAL_SIGNS
from trial import access, registry
from trial.curves import Figure, curve
from trial.models.visit import Answers
from trial.templatetags.hermes import day

ITEMS = tuple(one for one in VITAL_SIGNS.items if isinstance(one, Number))


@dataclass(frozen=True)
class Finding:
    """One value outside its usual range."""

    visit: str
    day: str
    what: str
    value: str
    usual: str


@dataclass(frozen=True)
class Person:
    """One participant with such a value."""

    code: str
    href: str
    findings: list[Finding]
    figures: list[Figure]


def unusual(user: User, asked: Asked) -> list[Person]:
    """Who had a value outside its usual range within the period, by code."""
    model = registry.form(VITAL_SIGNS.code).model
    seen = access.visible_to(user).select_related(None)
    found = (
        model._default_manager.filter(record__participant__in=seen)
        .exclude(record__status="not_done")
        .select_related("record__participant__site", "record__visit")
        .order_by("record__participant__code", "record__visit__planned_on", "record_id")
    )
    here = [one for one in found if asked.site in {"", one.record.participant.site.code}]
    people = groupby(here, key=lambda one: one.record.participant.code)
    everybody = (_person(code, [*rows], asked) for code, rows in people)
    return [one for one in everybody if one.findings]


def is_usual(item: Number, value: Decimal | int | None) -> bool:
    """Whether a value lies in its usual range, ends included; what is not measured does."""
    low, high = item.usual_minimum, item.usual_maximum
    if value is None:
        return True
    return (low is None or value >= low) and (high is None or value <= high)


def _person(code: str, rows: Sequence[Answers], asked: Asked) -> Person:
    found = [
        (item, _finding(item, row))
        for row in rows
        if _in_period(row, asked)
        for item in ITEMS
        if not is_usual(item, getattr(row, item.name))
    ]
    drawn = {item.name for item, _ in found}
    return Person(
        code=code,
        href=reverse("participant", args=[code]),
        findings=[one for _, one in found],
        figures=[_figure(code, item, rows) for item in ITEMS if item.name in drawn],
    )


def _in_period(row: Answers, asked: Asked) -> bool:
    on = row.record.assessed_on or row.record.visit.actual_on or row.record.visit.planned_on
    return asked.within(on, on)


def _finding(item: Number, row: Answers) -> Finding:
    record = row.record
    return Finding(
        visit=_visit(row),
        day=day(record.assessed_on or record.visit.actual_on),
        what=item.label,
        value=f"{getattr(row, item.name)} {item.unit}",
        usual=f"{item.usual_minimum} to {item.usual_maximum} {item.unit}",
    )


def _figure(code: str, item: Number, rows: Iterable[Answers]) -> Figure:
    points = [(_visit(row), _number(getattr(row, item.name))) for row in rows]
    # The usual range is in the picture, so that one sees how far out a value lies.
    scale = [value for _, value in points if value is not None]
    scale += [float(end) for end in (item.usual_minimum, item.usual_maximum) if end is not None]
    return curve(
        name=f"{code}-{item.name}".lower(),
        title=f"{item.label}, {item.unit}",
        points=points,
        minimum=floor(min(scale)),
        maximum=ceil(max(scale)),
    )


def _visit(row: Answers) -> str:
    visit = row.record.visit
    return visit.code if visit.occurrence == 1 else f"{visit.code} {visit.occurrence}"


def _number(value: Decimal | int | None) -> float | None:
    return None if value is None else float(value)
