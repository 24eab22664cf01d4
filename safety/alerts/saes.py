"""The alerts of an event to report at once: that there is one, and that its 24 hours run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from safety.alerts.clocks import RunningClock
from safety.alerts.services import raise_alert
from safety.models import AdverseEvent
from safety.selectors import RUNNING


def tell_of_event(kind: str, event: AdverseEvent, *, actor: User, at: datetime) -> None:
    """Tell the safety desk of an event that has just become serious or a special situation."""
    raise_alert(
        kind=kind,
        subject=event,
        occasion=f"version {event.version}",
        address=_page(event),
        site=event.participant.site,
        participant=event.participant.code,
        due_at=event.clock.due_at if event.clock else None,
        actor=actor,
        at=at,
    )


def sae_clocks(_at: datetime) -> Iterator[RunningClock]:
    """The 24 hours of every event to report whose sponsor is not informed yet."""
    for event in AdverseEvent.objects.filter(RUNNING).select_related("participant__site"):
        clock = event.clock
        if clock is not None:
            yield RunningClock(
                code="24 h",
                kind="sae-clock" if event.serious else "special-clock",
                subject=event,
                started_at=clock.aware_at,
                due_at=clock.due_at,
                address=_page(event),
                site=event.participant.site,
                participant=event.participant.code,
            )


def _page(event: AdverseEvent) -> str:
    return reverse("adverse-event", args=[event.participant.code, event.number])
