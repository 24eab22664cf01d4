"""Telling again what nobody has acknowledged: first the same people, then the wider circle."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet

from safety.alerts.kinds import KINDS, TOLD_AGAIN
from safety.alerts.models import Alert, Delivery
from safety.alerts.services import circle, tell_again
from trial import protocol


def unacknowledged(step: int) -> QuerySet[Alert]:
    """Alerts that nobody has acknowledged and that have not been taken to this step."""
    told = Delivery.objects.filter(alert=OuterRef("pk"))
    read = told.filter(acknowledged_at__isnull=False)
    kept = Alert.objects.filter(kind__in=TOLD_AGAIN).exclude(Exists(read))
    return kept.exclude(Exists(told.filter(step__gte=step)))


def escalate(at: datetime) -> int:
    """Take every alert that is due for it on to the step it has reached; how many were.

    Steps that passed unseen, because nothing ran, are not told one after the other.
    """
    steps = protocol.current().alerts.steps
    taken = 0
    for step, after in reversed([*enumerate(steps, start=1)]):
        due = unacknowledged(step).filter(raised_at__lte=at - after)
        taken += sum(_take_on(alert, step, at) for alert in due.select_related("site"))
    return taken


def _take_on(alert: Alert, step: int, at: datetime) -> bool:
    """Whether anybody was told; not where another worker came first."""
    kind = KINDS[alert.kind]
    first = set(alert.deliveries.filter(step=0).values_list("recipient", flat=True))
    # What is confidential never leaves the circle that was chosen for it.
    same = first if first and (step == 1 or kind.confidential) else None
    people = circle(kind, alert.site, at, wide=step > 1, chosen=same)
    try:
        if people:
            tell_again(alert=alert, step=step, people=people, at=at)
    except IntegrityError:
        return False
    return bool(people)
