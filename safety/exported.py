"""The rows of grades, reports and assessments for a data cut, by participant, event and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import dropwhile, groupby

from safety.course import course
from safety.models import AdverseEvent, SafetyReport, SponsorAssessment
from safety.models.report import INITIAL

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

    Blinded from the first version that is serious, which is then the initial one: what was
    reported and not serious is a special situation, and only the treated have an overdose.
    """
    found = SafetyReport.objects.filter(event__voided=False).defer("content")
    ordered = found.select_related("event__participant").order_by(
        "event__participant__code", "event__number", "number"
    )
    return [
        {
            **_whose(one.event),
            "report_version": number,
            "kind": INITIAL if blinded and number == 1 else one.kind,
            "source": one.source,
            "received_at": one.received_at,
            "filed_at": one.filed_at,
            "serious": one.serious,
            "sha256": one.sha256,
        }
        for number, one in (_from_serious(ordered) if blinded else _as_filed(ordered))
    ]


def _as_filed(ordered: Iterable[SafetyReport]) -> Iterator[tuple[int, SafetyReport]]:
    return ((one.number, one) for one in ordered)


def _from_serious(ordered: Iterable[SafetyReport]) -> Iterator[tuple[int, SafetyReport]]:
    """The versions of each event from its first serious one on, counted from there."""
    for _, versions in groupby(ordered, key=lambda one: one.event_id):
        yield from enumerate(dropwhile(lambda one: not one.serious, versions), start=1)


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
