"""What was told to whom, and who has read it."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from accounts.models import User
from safety.alerts.kinds import CONFIDENTIAL
from safety.alerts.models import OPEN, REFUSED, Alert, Delivery
from trial import access
from trial.access import Permission

# What the list of everybody may be narrowed to; the first is shown when nothing is chosen.
CHOICES: dict[str, Q] = {
    "all": Q(),
    "unread": Q(acknowledged_at=None),
    "unsent": Q(state__in=OPEN) | Q(state=REFUSED),
}


def alerts_about(subject: models.Model) -> QuerySet[Alert]:
    """Every alert raised about one thing, the newest first."""
    return Alert.objects.filter(subject_type=subject._meta.label, subject_id=str(subject.pk))


def own_alerts(user: User) -> QuerySet[Alert]:
    """What this person was told, unacknowledged first, of these the oldest first.

    ``told_at`` is when they were told first, ``read_at`` when they acknowledged.
    """
    mine = Q(deliveries__recipient=user)
    return (
        Alert.objects.filter(mine)
        .annotate(
            told_at=Min("deliveries__told_at", filter=mine),
            read_at=Min("deliveries__acknowledged_at", filter=mine),
        )
        .select_related("site")
        .order_by(models.F("read_at").desc(nulls_first=True), "told_at", "pk")
    )


def unread(user: User) -> QuerySet[Alert]:
    """What this person was told and has not acknowledged, the oldest first."""
    waiting = Delivery.objects.filter(
        alert=OuterRef("pk"), recipient=user, acknowledged_at__isnull=True
    )
    return own_alerts(user).filter(Exists(waiting))


def readable(user: User) -> QuerySet[Alert]:
    """The alerts whose page this person may open: their own, and those that the desk reads."""
    mine = Exists(Delivery.objects.filter(alert=OuterRef("pk"), recipient=user))
    return Alert.objects.filter(Q(mine) | _overseen(user)).select_related("site", "raised_by")


def deliveries(user: User, choice: str = "all") -> QuerySet[Delivery]:
    """Who was told and who has read it, the newest first, as far as this person oversees it."""
    seen = Alert.objects.filter(_overseen(user))
    return (
        Delivery.objects.filter(CHOICES.get(choice, Q()), alert__in=seen)
        .select_related("alert__site", "recipient")
        .order_by("-told_at", "-pk")
    )


def told_of(alert: Alert) -> QuerySet[Delivery]:
    """Everybody who was told of one alert, in order."""
    return alert.deliveries.select_related("recipient").order_by("step", "pk")


def _overseen(user: User) -> Q:
    """The alerts of others that this person reads: of confidential ones even that they were."""
    shown = Q(pk__in=[])
    if access.may(user, Permission.READ_DESK):
        shown |= ~Q(kind__in=CONFIDENTIAL)
    if access.may(user, Permission.READ_CLOSED_PACKS):
        shown |= Q(kind__in=CONFIDENTIAL)
    return shown
