"""The protocol page: the declaration as tables."""

from __future__ import annotations

from dataclasses import dataclass

from trial import protocol, registry
from trial.protocol import Criterion, Protocol, VisitPlan
from trial.registry import FormSpec


@dataclass(frozen=True)
class Row:
    """One visit of the schedule; ``cells`` says for each form: required, optional or nothing."""

    visit: VisitPlan
    target: str
    window: str
    only: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """One criterion, the answer it must have, and who gives it."""

    criterion: Criterion
    wanted: str
    by: str


@dataclass(frozen=True)
class Sheet:
    """One form with the words of its items and of its scores."""

    title: str
    short: str
    version: str
    items: tuple[str, ...]
    scores: tuple[str, ...]


CONTENTS = (
    ("Arms", "arms"),
    ("Visits and forms", "schedule"),
    ("Eligibility", "eligibility"),
    ("Consent versions", "consent"),
    ("Outcomes", "outcomes"),
    ("Forms", "forms"),
)


@dataclass(frozen=True)
class Plan:
    """Everything the page shows. Block sizes are not in it: they help to guess the next arm."""

    protocol: Protocol
    ratio: str
    facts: tuple[tuple[str, str], ...]
    forms: tuple[Sheet, ...]
    schedule: tuple[Row, ...]
    criteria: tuple[Asked, ...]
    sources: tuple[str, ...]
    contents: tuple[tuple[str, str], ...] = CONTENTS


def plan() -> Plan:
    """The protocol of this deployment as tables."""
    found = protocol.current()
    codes = list(dict.fromkeys(form.form for visit in found.visits for form in visit.forms))
    return Plan(
        protocol=found,
        ratio=":".join(str(arm.ratio) for arm in found.arms),
        facts=(
            ("Trial", found.code),
            ("Registry", found.registry_id),
            ("Protocol version", found.version),
            ("Days are counted from", found.index_event),
            ("A slip of one's own needs no reason", _slips(found)),
        ),
        forms=tuple(_sheet(registry.form(code)) for code in codes),
        schedule=tuple(_row(visit, codes, found) for visit in found.visits),
        criteria=tuple(_asked(criterion) for criterion in found.criteria),
        sources=tuple(dict.fromkeys(visit.section for visit in found.visits if visit.section)),
    )


def _slips(plan: Protocol) -> str:
    minutes = plan.slip_minutes
    return f"within {minutes} minutes of entry" if minutes else "never: each change needs one"


def _asked(criterion: Criterion) -> Asked:
    return Asked(
        criterion=criterion,
        wanted="yes" if criterion.wanted else "no",
        by="a person" if criterion.computed is None else "the system",
    )


def _sheet(spec: FormSpec) -> Sheet:
    """An item's own columns (untestable, reason) share its words: they are said once."""
    return Sheet(
        title=spec.title,
        short=spec.short,
        version=spec.version,
        items=tuple(dict.fromkeys(spec.labels[column] for column in spec.columns)),
        scores=tuple(spec.scores.values()),
    )


def _row(visit: VisitPlan, codes: list[str], found: Protocol) -> Row:
    asked = {form.form: "required" if form.required else "optional" for form in visit.forms}
    return Row(
        visit=visit,
        target=_target(visit),
        window=_window(visit),
        only=", ".join(found.arm(code).label for code in visit.only_arms),
        cells=tuple(asked.get(code, "") for code in codes),
    )


def _target(visit: VisitPlan) -> str:
    if visit.day is None:
        return "any"
    return str(visit.day) if visit.anchor == "index" else f"{visit.anchor} + {visit.day}"


def _window(visit: VisitPlan) -> str:
    if visit.day is None:
        return ""
    return f"{visit.day - visit.window.before} to {visit.day + visit.window.after}"
