"""Wrong passwords of somebody who is signed in already: each is logged, too many are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.events import record_event
from audit.models import Event

# So many within so long end the session and tell others.
FAILURES, WITHIN = 3, timedelta(minutes=15)


@transaction.atomic
def count_wrong_password(*, name: str, actor: User, at: datetime, **told: Any) -> bool:
    """Log that an act was refused for a wrong password, outside the refused act.

    ``name`` is that of the event, ``told`` what else it holds.

    Returns whether this was one too many: others are then told, and the caller ends the session.
    The alert names the person and nothing else, since an administrator reads it too.
    """
    # Two attempts at once are counted one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    record_event(name=name, actor=actor, at=at, **told)
    refused = Event.objects.filter(name=name, actor=actor, at__gt=at - WITHIN, at__lte=at).count()
    if refused < FAILURES:
        return False
    record_event(name="signature.alert", actor=actor, at=at, data={"failures": refused})
    return True
