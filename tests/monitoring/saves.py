"""A record saved again and again: who changed which answers, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from tests.people import AT
from trial import selectors, services
from trial.models import Record


def hours(count: float) -> datetime:
    """So many hours after the first save."""
    return AT + timedelta(hours=count)


def changed(
    record: Record,
    actor: User,
    *,
    at: datetime,
    reason: str = "Transcription error",
    complete: bool = True,
    **given: Any,
) -> Record:
    """The record saved once more with other answers."""
    record.refresh_from_db()
    answers = {**selectors.answers_of(record, form=record.form), **given}
    return services.save_record(
        visit=record.visit,
        form=record.form,
        answers=answers,
        assessed_on=record.assessed_on,
        version=record.version,
        complete=complete,
        reason=reason,
        actor=actor,
        at=at,
    )
