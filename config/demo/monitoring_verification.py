"""What the monitor of the simulated trial verified, one change after it, and the certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from accounts.models import User
from config.demo.confirming import confirmed
from config.demo.people import Cast
from monitoring import services
from monitoring.verification import standings
from trial import protocol, selectors
from trial import services as trial
from trial.models import Participant, Record, Visit

# The monitor's two visits to the site so far: whose records, of which visits.
MONITORED = 8
VISITS = ("V0", "M1")
EXPIRES_IN = timedelta(days=12)
VALID_FOR = timedelta(days=900)


def verify_some(cast: Cast, participants: Sequence[Participant], today: date) -> None:
    """The first participants' first visits, verified; one answer changes afterwards."""
    verified: list[Record] = []
    for participant in participants[:MONITORED]:
        for visit in participant.visits.filter(code__in=VISITS):
            verified += _verify(cast.monitor, visit)
    changing = [record for record in verified if record.form == "barthel"]
    if changing:
        _correct(cast.nurse, changing[len(changing) // 2], today)


def _verify(monitor: User, visit: Visit) -> list[Record]:
    records = visit.records.exclude(status="draft")
    left = [one.record for one in standings(records) if one.to_mark()]
    if left:
        services.verify_visit(
            visit=visit,
            seen={row.form: row.version for row in left},
            actor=monitor,
            at=_afternoon(visit.window_to + timedelta(days=20)),
        )
    return list(records.filter(pk__in=[row.pk for row in left], status="complete"))


def _correct(nurse: User, record: Record, today: date) -> None:
    """The climbing of stairs, put right from the source after it was verified."""
    answers = selectors.answers_of(record, form=record.form)
    answers["stairs"] = 5 if answers["stairs"] != 5 else 0
    save = partial(
        trial.save_record,
        visit=record.visit,
        form=record.form,
        answers=answers,
        assessed_on=record.assessed_on,
        version=record.version,
        complete=True,
        reason="New or corrected source document: physiotherapist's report",
        actor=nurse,
        at=_afternoon(today - timedelta(days=3)),
    )
    confirmed(save)


def certify(cast: Cast, opening: date, today: date) -> None:
    """The assessor's certificates, renewed once; one of them ends soon."""
    for place, form in enumerate(sorted(protocol.current().certified_forms)):
        first = opening - timedelta(days=30)
        last = today + (EXPIRES_IN if place == 1 else timedelta(days=300))
        for start, end in ((first, first + VALID_FOR), (first + VALID_FOR, last)):
            services.record_certificate(
                person=cast.assessor,
                form=form,
                valid_from=start,
                valid_to=end,
                issued_by="Simulated training centre",
                actor=cast.data_manager,
                at=_afternoon(max(opening, min(start, today))),
            )


def _afternoon(day: date) -> datetime:
    return datetime.combine(day, time(14), tzinfo=UTC)
