"""What beat asks for: a seal every few minutes, a verification every night."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from audit import sealing
from audit.verifying import verify_here


@shared_task(name="audit.tasks.seal")
def seal() -> int:
    """Seal what is settled; the number of the newest seal, 0 before the first."""
    newest = sealing.seal_if_settled(at=timezone.now())
    return newest.number if newest else 0


@shared_task(name="audit.tasks.verify")
def verify() -> int:
    """Verify everything; the number of findings, each of which is in the log of the worker."""
    return verify_here().total
