"""The alerts of a serious adverse event: that it was reported, and that its 24 hours run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from safety.alerts.clocks import RunningClock
from safety.alerts.services import raise_alert
from safety.models import AdverseEvent
from safety.selectors import RUNNING


def tell_of_sae(event: AdverseEvent, *, actor: User, at: datetime) -> None:
    """Tell the safety desk of an event that has just been reported as serious."""
    raise_alert(
        kind="sae",
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
    """The 24 hours of every serious event whose sponsor is not informed yet."""
    for event in AdverseEvent.objects.filter(RUNNING).select_related("participant__site"):
        clock = event.clock
        if clock is not None:
            yield RunningClock(
                code="24 h",
                kind="sae-clock",
                subject=event,
                started_at=clock.aware_at,
                due_at=clock.due_at,
                address=_page(event),
                site=event.participant.site,
                participant=event.participant.code,
            )


def _page(event: AdverseEvent) -> str:
    return reverse("adverse-event", args=[event.participant.code, event.number])
