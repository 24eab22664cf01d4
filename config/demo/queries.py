"""Queries of the simulated trial, in every state: of the edit checks, and of the monitor."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle

from config.demo.people import Cast
from monitoring import services
from monitoring.models import Query
from monitoring.services.checks import check_everybody
from trial import selectors
from trial import services as trial_services
from trial.models import Record

EXPLAINED = {
    "VISIT-WINDOW": "The participant was on holiday; the visit was made up for.",
    "NIHSS-C9": "Checked with the source: no event, the examiner changed.",
}
OTHERWISE = "Checked with the source: it is right."


def ask_and_answer(cast: Cast, today: date) -> None:
    """Run the edit checks once, explain some of what they ask, and let the monitor ask."""
    check_everybody(at=_at(today, 12))
    found = Query.objects.exclude(check_code="").order_by("number")
    for query, state in zip(found, cycle(("closed", "answered", "open")), strict=False):
        if state == "open":
            continue
        text = EXPLAINED.get(query.check_code, OTHERWISE)
        services.answer_query(query=query, text=text, actor=cast.nurse, at=_at(today, 7))
        if state == "closed":
            services.close_query(query=query, actor=cast.monitor, at=_at(today, 5))
    _monitor_asks(cast, today)


def _at(today: date, days_ago: int) -> datetime:
    return datetime.combine(today - timedelta(days=days_ago), time(10), tzinfo=UTC)


def _monitor_asks(cast: Cast, today: date) -> None:
    """What the monitor did not find in the source: one is answered with a correction."""
    records = Record.objects.filter(form="rehab", status="complete", visit__code="M12")
    for place, record in enumerate(records.select_related("visit__participant").order_by("pk")[:8]):
        query = services.open_query(
            participant=record.visit.participant,
            visit=record.visit,
            form="rehab",
            item="physiotherapy",
            text="The therapists' sheet gives another number of minutes. Please check.",
            actor=cast.monitor,
            at=_at(today, 20 + 6 * place),
        )
        if not place:
            _correct(cast, record, today)
            services.answer_query(
                query=query, text="Corrected from the sheet.", actor=cast.nurse, at=_at(today, 6)
            )


def _correct(cast: Cast, record: Record, today: date) -> None:
    answers = selectors.answers_of(record, form="rehab")
    trial_services.save_record(
        visit=record.visit,
        form="rehab",
        answers={**answers, "physiotherapy": 150},
        assessed_on=record.assessed_on,
        version=record.version,
        complete=True,
        reason="Transcription error, corrected from the source",
        actor=cast.nurse,
        at=_at(today, 6),
    )
