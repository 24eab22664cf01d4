"""Handing an alert to a worker: asked once after the commit; the sweep sees to what was lost."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
SEND = "safety.alerts.tasks.send"


def ask_worker(alert_id: int) -> None:
    """Ask for the mails of an alert to be sent; without a broker they wait for the sweep."""
    try:
        current_app.send_task(SEND, (alert_id,), retry=False)
    except (OperationalError, OSError) as error:
        log.warning("alert %s waits for the broker: %s", alert_id, type(error).__name__)
