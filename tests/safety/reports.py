"""Short ways to an adverse event in a known state, through the services a person uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from safety import services
from safety.models import AdverseEvent
from tests.builders import enrolled
from tests.people import AT, People
from trial.models import Participant

AWARE = AT - timedelta(hours=3)
MILD: dict[str, Any] = {
    "term": "Headache",
    "category": "other",
    "onset": "2026-03-10",
    "end": "",
    "severity": "mild",
    "criteria": (),
    "causality": "unlikely",
    "action": "none",
    "outcome": "recovering",
}
SERIOUS: dict[str, Any] = {
    **MILD,
    "term": "Pneumonia",
    "category": "infection",
    "severity": "severe",
    "criteria": ("hospitalization",),
    "action": "treated",
    "aware_at": AWARE,
}


def reported(people: People, participant: Participant | None = None, **given: Any) -> AdverseEvent:
    """A mild headache reported by the study nurse in Grenoble, or what is given instead."""
    return services.report_ae(
        participant=participant or enrolled(people),
        actor=given.pop("actor", people.nils),
        at=given.pop("at", AT),
        distinct=given.pop("distinct", True),
        **{**MILD, **given},
    )


def reported_sae(
    people: People, participant: Participant | None = None, **given: Any
) -> AdverseEvent:
    """A pneumonia that led to hospital, known to the nurse for three hours."""
    return reported(people, participant, **{**SERIOUS, **given})


def later(**span: int) -> datetime:
    """Some time after the tests' instant."""
    return AT + timedelta(**span)


def utc(text: str) -> datetime:
    """An instant written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
