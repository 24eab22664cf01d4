"""What a worker does: the mails of one alert as it is raised, and every minute all that is due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from safety.alerts import queue
from safety.alerts.clocks import tell_of_clocks
from safety.alerts.escalation import escalate
from safety.alerts.sending import send_due


@shared_task(name=queue.SEND)
def send(alert_id: int) -> int:
    """Send the mails of one alert; how many went out."""
    return send_due(alert=alert_id)


@shared_task(name="safety.alerts.tasks.sweep")
def sweep() -> int:
    """Tell of clocks, tell again what nobody acknowledged, and send whatever waits.

    What never reached a worker waits here, and so does what a worker that died had claimed.
    """
    at = timezone.now()
    tell_of_clocks(at)
    escalate(at)
    return send_due()
