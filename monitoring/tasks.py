"""What beat runs of monitoring."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from monitoring.services.checks import check_everybody, due


@shared_task(name="monitoring.tasks.edit_checks")
def edit_checks() -> int:
    """Run the edit checks over everybody when that is owed; the number of queries opened."""
    at = timezone.now()
    run = check_everybody(at=at) if due(at) else None
    return 0 if run is None else run.opened
