"""Short ways to a verified record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from monitoring import services
from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.verification import Standing, standings
from tests.builders import lowest_answers
from tests.people import AT, People
from trial import services as trial
from trial.models import Record

LATER = AT + timedelta(hours=1)


def verified(
    record: Record, people: People, *items: str, at: datetime = AT, version: int | None = None
) -> list[SdvMark]:
    """Items marked by the monitor; the whole form when none is named."""
    return services.verify(
        record=record,
        items=items or (WHOLE,),
        version=version or record.version,
        actor=people.mona,
        at=at,
    )


def changed(record: Record, people: People, *, at: datetime = LATER, **given: Any) -> Record:
    """The record with other answers, saved by the study nurse with a reason."""
    return trial.save_record(
        visit=record.visit,
        form=record.form,
        answers={**lowest_answers(record.form), **given},
        assessed_on=record.assessed_on,
        version=Record.objects.get(pk=record.pk).version,
        complete=True,
        reason="Transcription error",
        actor=people.nils,
        at=at,
    )


def standing(record: Record, *, exact: bool = False) -> Standing:
    """How the record stands now."""
    return standings(Record.objects.filter(pk=record.pk), exact=exact)[0]
