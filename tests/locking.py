"""Short ways to a lock, as the services leave it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from tests.people import AT
from trial.models import Lock, Participant, Record, Visit


def lock(
    actor: User,
    *,
    participant: Participant | None = None,
    visit: Visit | None = None,
    record: Record | None = None,
    at: datetime = AT,
) -> Lock:
    """A standing lock on the narrowest thing named; on the trial where nothing is."""
    visit = record.visit if record else visit
    participant = visit.participant if visit else participant
    scope = "trial" if participant is None else "participant"
    scope = "record" if record else "visit" if visit else scope
    found = Lock(
        scope=scope, participant=participant, visit=visit, record=record,
        locked_by=actor, locked_at=at,
    )  # fmt: skip
    with transaction.atomic(), act(actor=actor, at=at):
        found.full_clean()
        found.save()
    return found
