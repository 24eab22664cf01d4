"""Acts on the list that take the password again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.events import record_event
from audit.models import Event
from trial.errors import WrongPassword
from trial.services.signing import FAILURES, WITHIN


def confirm(actor: User, password: str) -> None:
    """Make sure that whoever asks is the person signed in.

    Raises:
        WrongPassword: the password is wrong; the view notes it (``record_wrong_password``).
    """
    if not actor.check_password(password):
        raise WrongPassword("The password is not right. Nothing was done.", field="password")


@transaction.atomic
def record_wrong_password(*, act: str, actor: User, at: datetime) -> bool:
    """Log that an act on the list was refused for a wrong password, outside the refused act.

    Returns whether this was one too many: others are then told, and the caller ends the session.
    """
    User.objects.select_for_update().get(pk=actor.pk)
    record_event(name="list.refused", actor=actor, at=at, data={"act": act})
    refused = Event.objects.filter(
        name="list.refused", actor=actor, at__gt=at - WITHIN, at__lte=at
    ).count()
    if refused < FAILURES:
        return False
    record_event(name="signature.alert", actor=actor, at=at, data={"failures": refused})
    return True
