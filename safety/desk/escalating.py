"""The sponsor's clocks as the alerts see them: told of before they run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from safety.alerts.clocks import RunningClock
from safety.clocks import Due
from safety.desk import selectors
from safety.models import AdverseEvent, UrgentMeasure
from trial.models import Site


def report_clocks(_at: datetime) -> Iterator[RunningClock]:
    """Every open clock of a report or of an urgent measure.

    The alert names no participant: that something is to be submitted can tell an arm, and its
    line in the log is read by the blinded.
    """
    for event in selectors.reported_events():
        page = reverse("adverse-event", args=[event.participant.code, event.number])
        for due in selectors.clocks_of(event):
            if due.is_open:
                yield _clock(due, event, page, event.participant.site)
    for measure in selectors.measures():
        running = selectors.clock_of(measure)
        if running is not None and running.is_open:
            # No page: investigators are told as well, and do not open the desk's.
            yield _clock(running, measure, "", measure.site)


def _clock(
    due: Due, subject: AdverseEvent | UrgentMeasure, page: str, site: Site | None
) -> RunningClock:
    return RunningClock(
        code=f"{due.kind} {due.report}",
        kind="report-clock",
        subject=subject,
        started_at=due.since,
        due_at=due.ends_at,
        address=page,
        # Investigators of other sites are not told; of a measure of the whole trial all are.
        site=site,
    )
