"""What the simulated safety desk made of the serious events: read, assessed, one submitted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from config.demo.people import Cast
from safety import sponsor
from safety.alerts.models import Alert
from safety.alerts.services import acknowledge
from safety.desk import selectors
from safety.models import AdverseEvent, ReferenceSafetyInformation, SafetyReport
from safety.reports import content_of

TERMS = "Fever\nPain or haematoma at the aspiration site"
PROOF = b"Simulated acknowledgement of receipt: this submission was never sent to anybody.\n"
# Younger reports still wait for the desk.
LEFT = timedelta(days=7)


def assess_and_submit(cast: Cast, opening: date, today: date) -> None:
    """Every older report assessed; the first after an infusion is a SUSAR, and was submitted."""
    events = sorted(selectors.reported_events(), key=_filed_at)
    if not events:
        return
    brochure = sponsor.record_reference(
        version="1.0",
        title="Investigator's brochure (simulated)",
        in_force_from=opening,
        terms=TERMS,
        actor=cast.safety_desk,
        at=_filed_at(events[0]),
    )
    found = False
    for event in events:
        report = event.reports.latest("number")
        if report.filed_at.date() > today - LEFT:
            continue
        suspected = not found and _after_infusion(report)
        _assess(cast, event, report, brochure, suspected=suspected)
        found = found or suspected


def _assess(
    cast: Cast,
    event: AdverseEvent,
    report: SafetyReport,
    brochure: ReferenceSafetyInformation,
    *,
    suspected: bool,
) -> None:
    at = report.filed_at + timedelta(hours=5)
    _acknowledge(cast, event, at)
    made = sponsor.assess(
        report=report,
        causality="possible" if suspected and report.causality == "unrelated" else report.causality,
        expectedness="unexpected" if suspected else "expected",
        reference=brochure,
        comment="A relation cannot be excluded." if suspected else "",
        actor=cast.safety_desk,
        at=at,
    )
    if made.susar:
        sent_at = report.received_at + timedelta(days=5)
        sponsor.submit(
            report=report,
            recipient_kind="authority",
            recipient="Simulated authority",
            submitted_at=sent_at,
            reference="SIM-0001",
            proof_name="acknowledgement.txt",
            proof=PROOF,
            complete=True,
            actor=cast.safety_desk,
            at=sent_at,
        )


def _acknowledge(cast: Cast, event: AdverseEvent, at: datetime) -> None:
    for alert in Alert.objects.filter(kind="sae", subject_id=str(event.pk)):
        acknowledge(alert=alert, actor=cast.safety_desk, at=at)


def _filed_at(event: AdverseEvent) -> datetime:
    return min(one.filed_at for one in event.reports.all())


def _after_infusion(report: SafetyReport) -> bool:
    content = content_of(report)
    return any(content.onset >= dose.given_on for dose in content.doses)
