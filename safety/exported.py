"""The rows of grades, reports and assessments for a data cut, by participant, event and number."""

from __future__ import annotations

from collections.abc import Mapping

from safety.course import course
from safety.models import AdverseEvent, SafetyReport, SponsorAssessment

Row = Mapping[str, object]


def grade_rows() -> list[Row]:
    """Every grade of every valid event; the first is that of the onset."""
    events = AdverseEvent.objects.filter(voided=False).select_related("participant")
    return [
        {**_whose(event), "place": place, "grade": grade, "since": since}
        for event in events.prefetch_related("grade_changes").order_by(
            "participant__code", "number"
        )
        for place, (grade, since) in enumerate(course(event), start=1)
    ]


def report_rows(*, blinded: bool) -> list[Row]:
    """Every version of every report of a valid event; nothing of what it says.

    Blinded without the events that were reported and not serious: only the treated have an
    overdose.
    """
    found = SafetyReport.objects.filter(event__voided=False).defer("content")
    if blinded:
        special = SafetyReport.objects.filter(number=1, serious=False)
        found = found.exclude(event__in=special.values("event"))
    return [
        {
            **_whose(one.event),
            "report_version": one.number,
            "kind": one.kind,
            "source": one.source,
            "received_at": one.received_at,
            "filed_at": one.filed_at,
            "serious": one.serious,
            "sha256": one.sha256,
        }
        for one in found.select_related("event__participant").order_by(
            "event__participant__code", "event__number", "number"
        )
    ]


def assessment_rows() -> list[Row]:
    """Every assessment by the sponsor; it can tell the arm."""
    found = SponsorAssessment.objects.filter(report__event__voided=False)
    return [
        {
            **_whose(one.report.event),
            "report_version": one.report.number,
            "assessment": one.number,
            "investigator_causality": one.investigator_causality,
            "sponsor_causality": one.causality,
            "expectedness": one.expectedness,
            "reference_version": one.reference.version,
            "susar": one.susar,
            "assessed_at": one.assessed_at,
        }
        for one in found.select_related("reference", "report__event__participant").order_by(
            "report__event__participant__code", "report__event__number", "report__number", "number"
        )
    ]


def _whose(event: AdverseEvent) -> dict[str, object]:
    return {"participant": event.participant.code, "ae_number": event.number}
