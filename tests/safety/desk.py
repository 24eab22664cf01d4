"""Short ways to a report in a known state, through the services the safety desk uses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from safety import sponsor
from safety.models import (
    AdverseEvent,
    ReferenceSafetyInformation,
    SafetyReport,
    SponsorAssessment,
    Submission,
    UrgentMeasure,
)
from tests.people import AT, People

PROOF = b"%PDF-1.7 acknowledgement of receipt"


def newest(event: AdverseEvent) -> SafetyReport:
    """The newest version of an event's report."""
    return event.reports.latest("number")


def brochure(people: People, **given: Any) -> ReferenceSafetyInformation:
    """What is expected: version 1, in force since 2020; the one there is, if there is one."""
    known = ReferenceSafetyInformation.objects.filter(version=given.get("version", "1")).first()
    return known or sponsor.record_reference(
        **{
            "version": "1",
            "title": "Investigator's brochure, section 6",
            "in_force_from": date(2020, 1, 1),
            "terms": "Fever\nPain at the aspiration site",
            **given,
        },
        actor=people.sara,
        at=AT,
    )


def assessed(
    people: People,
    event: AdverseEvent,
    causality: str = "possible",
    expectedness: str = "unexpected",
    at: datetime = AT,
) -> SponsorAssessment:
    """The newest version assessed by the safety desk: a SUSAR, unless said otherwise."""
    return sponsor.assess(
        report=newest(event),
        causality=causality,
        expectedness=expectedness,
        reference=brochure(people),
        actor=people.sara,
        at=at,
    )


def submitted(people: People, report: SafetyReport | None = None, **given: Any) -> Submission:
    """Sent to the authority, with proof."""
    told: dict[str, Any] = {
        "recipient_kind": "authority",
        "recipient": "EudraVigilance",
        "submitted_at": given.get("at", AT),
        "reference": "EV-2026-0001",
        "proof_name": "receipt.pdf",
        "proof": PROOF,
        "at": AT,
        **given,
    }
    return sponsor.submit(report=report, actor=people.sara, **told)


def measure(people: People, **given: Any) -> UrgentMeasure:
    """Infusions stopped at once."""
    told: dict[str, Any] = {
        "measure": "No infusion until the batches are tested again",
        "why": "Contamination found in one batch",
        "taken_at": AT,
        "at": AT,
        **given,
    }
    return sponsor.record_measure(actor=people.sara, **told)
