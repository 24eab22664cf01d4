"""Raising an alert, telling again, and acknowledging. The only ways to write one.

Rows are written in the transaction of the act that causes them: there is no act without its
alert, and no alert of an act that was rolled back. The mail is another matter and follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from email.utils import parseaddr
from functools import partial

from django.conf import settings
from django.db import models, transaction

from accounts.models import User
from audit.events import record_event
from safety.alerts import queue
from safety.alerts.kinds import KINDS, Kind
from safety.alerts.models import Alert, Delivery
from safety.models import AdverseEvent
from safety.reports import confirm_receipt
from trial import access
from trial.access import Permission
from trial.models import Site
from trial.models.lock import new_code

SYSTEM = "alerts"


@transaction.atomic
def raise_alert(
    *,
    kind: str,
    subject: models.Model,
    actor: User | None,
    at: datetime,
    recipients: Iterable[User] | None = None,
    occasion: str = "",
    address: str = "",
    site: Site | None = None,
    participant: str = "",
    due_at: datetime | None = None,
    wide: bool = False,
) -> Alert:
    """Tell everybody whom this kind of alert concerns, once for each subject and occasion.

    It is everybody who holds a permission of the kind today, at ``site`` where one is named, and
    with ``wide`` those of its wider circle as well. ``recipients`` narrows that (to the chair of
    a board) and never widens it. Where nobody is left, the wider circle is told at once.

    ``address`` is the page that shows the subject, ``participant`` a code for those signed in:
    neither is in a mail. Asked again for the same occasion it returns the alert that is there.
    """
    sort = KINDS[kind]
    alert, new = Alert.objects.get_or_create(
        kind=kind,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        occasion=occasion,
        defaults={
            "address": address,
            "participant": participant,
            "site": site,
            "due_at": due_at,
            "raised_at": at,
            "raised_by": actor,
        },
    )
    if new:
        chosen = None if recipients is None else {user.pk for user in recipients}
        people = circle(sort, site, at, wide=wide, chosen=chosen)
        _tell(alert, people, step=0, at=at)
        note("alert.raised", alert, actor=actor, at=at, told=people)
    return alert


def circle(
    kind: Kind,
    site: Site | None,
    at: datetime,
    *,
    wide: bool = False,
    chosen: Collection[int] | None = None,
) -> list[User]:
    """Who is told today; the wider circle as well where asked, or where there is nobody else."""
    near = access.people_with(kind.told, site=site, at=at)
    if chosen is not None:
        near = [user for user in near if user.pk in chosen]
    if near and not wide:
        return near
    return sorted(
        {*near, *access.people_with(kind.wider, site=site, at=at)}, key=lambda user: user.pk
    )


@transaction.atomic
def tell_again(*, alert: Alert, step: int, people: Iterable[User], at: datetime) -> None:
    """A further step of escalation: a new mail to each of these people."""
    told = list(people)
    _tell(alert, told, step=step, at=at)
    note("alert.escalated", alert, actor=None, at=at, told=told)


@transaction.atomic
def acknowledge(*, alert: Alert, actor: User, at: datetime) -> bool:
    """This person has read it; whether they had not said so before. Once any one has, no step of
    escalation follows; and once the desk has read of an event to report, the sponsor is told.
    """
    unread = Delivery.objects.filter(alert=alert, recipient=actor, acknowledged_at=None)
    if not unread.update(acknowledged_at=at):
        return False
    note("alert.acknowledged", alert, actor=actor, at=at)
    about_event = (
        alert.kind in {"sae", "special"} and alert.subject_type == AdverseEvent._meta.label
    )
    if about_event and access.may(actor, Permission.ASSESS_SAFETY, site=alert.site, at=at):
        confirm_receipt(AdverseEvent.objects.get(pk=alert.subject_id), actor=actor, at=at)
    return True


def note(
    name: str, alert: Alert, *, actor: User | None, at: datetime, told: Iterable[User] = ()
) -> None:
    """The line in the log; none of what is confidential, whose mere existence would tell."""
    if KINDS[alert.kind].confidential:
        return
    data: dict[str, object] = {"alert": alert.code, "kind": alert.kind}
    if names := [user.full_name for user in told]:
        data["told"] = names
    record_event(
        name=name,
        actor=actor,
        at=at,
        system="" if actor else SYSTEM,
        participant=alert.participant,
        subject=alert,
        data=data,
        reveals_arm=KINDS[alert.kind].reveals_arm,
    )


def _tell(alert: Alert, people: Iterable[User], *, step: int, at: datetime) -> None:
    domain = parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2]
    Delivery.objects.bulk_create(
        Delivery(
            alert=alert,
            recipient=user,
            step=step,
            told_at=at,
            message_id=f"<{alert.code}.{step}.{new_code()}@{domain}>",
            next_try=at,
        )
        for user in people
    )
    transaction.on_commit(partial(queue.ask_worker, alert.pk))
