"""What the safety desk reads: events with a report, their clocks, and what is most urgent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from safety import clocks
from safety.clocks import Due, Judged, Regime, Sent, Told
from safety.models import AdverseEvent, SafetyReport, SponsorAssessment, UrgentMeasure
from safety.models.desk import AUTHORITY
from trial import protocol


def regime() -> Regime:
    """Whose limits hold in this trial."""
    return clocks.REGIMES[protocol.current().safety.regime]


def reported_events() -> QuerySet[AdverseEvent]:
    """Every event that has a report, with all that its clocks are worked out from."""
    reports = SafetyReport.objects.defer("content").prefetch_related("assessments", "submissions")
    return (
        AdverseEvent.objects.filter(pk__in=SafetyReport.objects.values("event"))
        .select_related("participant__site")
        .prefetch_related(Prefetch("reports", queryset=reports.order_by("number")))
    )


def clocks_of(event: AdverseEvent) -> tuple[Due, ...]:
    """The sponsor's clocks of one event of ``reported_events``."""
    reports = [*event.reports.all()]
    told = [Told(one.number, _aware(event, one), one.grave) for one in reports]
    sent = [
        Sent(one.number, submission.submitted_at, submission.complete)
        for one in reports
        for submission in one.submissions.all()
        if not submission.voided and submission.recipient_kind == AUTHORITY
    ]
    judged = [Judged(one.report.number, one.assessed_at, one.susar) for one in opinions(event)]
    return clocks.clocks(regime(), protocol.current().safety.zone, told, judged, sent)


def opinions(event: AdverseEvent) -> list[SponsorAssessment]:
    """The sponsor's assessments of an event in the order they were made."""
    found = []
    for report in event.reports.all():
        for one in report.assessments.all():
            # Without another question to the database for each.
            one.report = report
            found.append(one)
    return sorted(found, key=lambda one: one.pk)


def is_susar(event: AdverseEvent) -> bool:
    """Whether the newest assessment makes it a SUSAR."""
    found = opinions(event)
    return bool(found) and found[-1].susar


def measures() -> QuerySet[UrgentMeasure]:
    """The urgent safety measures, the newest first."""
    found = UrgentMeasure.objects.select_related("site", "event__participant")
    return found.prefetch_related("submissions").order_by("-number")


def clock_of(measure: UrgentMeasure) -> Due | None:
    """The clock of an urgent measure; none where it was entered in error."""
    if measure.voided:
        return None
    told = [
        one.submitted_at
        for one in measure.submissions.all()
        if not one.voided and one.recipient_kind == AUTHORITY
    ]
    return clocks.urgent_measure(
        regime(), protocol.current().safety.zone, measure.taken_at, min(told, default=None)
    )


def next_end(dues: Iterable[Due]) -> datetime | None:
    """When the first of the open clocks runs out."""
    return min((due.ends_at for due in dues if due.is_open), default=None)


def _aware(event: AdverseEvent, report: SafetyReport) -> datetime:
    """The sponsor's awareness; of the first version as early as the site says it told."""
    informed = event.sponsor_informed_at
    if report.number == 1 and informed is not None:
        return min(report.received_at, informed)
    return report.received_at
