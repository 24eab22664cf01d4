"""The alerts of an unblinding: that one waits for a decision, and that one was granted.

The randomization knows of no alerts and the alerts of no unblinding: the composition root tells
the one of the other. No alert names the arm, the person or the reason.
"""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from audit.models import Event
from randomization.unblinding import concerned
from safety.alerts.selectors import alerts_about
from safety.alerts.services import acknowledge, raise_alert

# The events that concern somebody beside those who did them.
CAUSES = ("unblinding.asked", "unblinding.granted", "unblinding.refused")
WAITS, GRANTED = "unblinding", "unblinded"


@transaction.atomic
def tell_of_unblinding(event: Event) -> None:
    """Tell who decides, or who hears of it; called by the worker, as often as it likes."""
    row = concerned.request_of(event.subject_id)
    participant = row.participant
    decided = event.name != "unblinding.asked"
    if decided and event.actor is not None:
        for alert in alerts_about(row).filter(kind=WAITS):
            acknowledge(alert=alert, actor=event.actor, at=event.at)
    if concerned.waits(row):
        kind, page, people = WAITS, "unblinding-decide", concerned.deciders(row, at=event.at)
    elif event.name == "unblinding.granted" or concerned.granted_at_once(row):
        kind, page, people = GRANTED, "unblinding", concerned.hearers(row, at=event.at)
    else:
        return
    raise_alert(
        kind=kind,
        subject=row,
        recipients=people,
        address=reverse(page, args=[row.code]),
        site=participant.site,
        participant=participant.code,
        actor=event.actor,
        at=event.at,
    )
