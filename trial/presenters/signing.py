"""What signatures put on the home page: what to sign again, and refused signings."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from trial import access, locks, margin, worklist
from trial.access import Permission
from trial.covered import changed_since
from trial.margin import Task, WorkList
from trial.models import Record, Signature
from trial.presenters.grid import form_title, record_address, visit_address
from trial.templatetags.hermes import day, local_time

SHOWN_FOR = timedelta(days=7)


def records_to_sign_again(user: User) -> QuerySet[Record]:
    """Complete records whose signature a change voided, where this person signs."""
    ever = Signature.objects.filter(record=OuterRef("pk"))
    locked = locks.locked_record()
    return worklist.unsigned_records(user).filter(Exists(ever)).exclude(locked)


def wholes_to_sign_again(user: User) -> QuerySet[Signature]:
    """The newest signature of each visit and casebook after which something it covers changed."""
    newest = (
        Signature.objects.filter(meaning__in=["visit", "casebook"])
        .filter(participant__in=access.visible_to(user))
        .filter(participant__site__in=access.sites_of(user, Permission.SIGN))
        .filter(Q(visit=None) | Q(visit__in=worklist.visible_visits(user)))
        .values("participant", "visit", "meaning")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    return (
        Signature.objects.filter(pk__in=newest)
        .filter(changed_since())
        .exclude(locks.locked_record(record="record"))
        .select_related("participant__site", "visit", "signed_by")
        .order_by("signed_at", "pk")
    )


def _again(user: User, _today: date) -> int | None:
    if not access.may(user, Permission.SIGN):
        return None
    return records_to_sign_again(user).count() + wholes_to_sign_again(user).count() or None


def _again_tasks(user: User, _today: date, limit: int) -> list[Task]:
    records = [
        Task(
            state="void",
            who=row.visit.participant.code,
            where=str(row.visit),
            what=form_title(row.form),
            note=f"version {row.version} since the signature",
            href=record_address(row.visit, row.form),
            action="Read and sign",
            label="To sign again",
        )
        for row in records_to_sign_again(user)[:limit]
    ]
    return (records + [_whole(row) for row in wholes_to_sign_again(user)[:limit]])[:limit]


def _whole(row: Signature) -> Task:
    visit = row.visit
    if visit is None:
        href = reverse("casebook", args=[row.participant.code])
    else:
        visit.participant = row.participant
        href = visit_address(visit)
    return Task(
        state="void",
        who=row.participant.code,
        where=str(visit or ""),
        what="The visit" if visit else "The casebook",
        note=f"changed since {row.signed_by} signed on {day(row.signed_at)}",
        href=href,
        action="Read and sign",
        label="To sign again",
    )


def _alerts(today: date) -> QuerySet[Event]:
    return (
        Event.objects.filter(name="signature.alert", at__date__gte=today - SHOWN_FOR)
        .select_related("actor")
        .order_by("-pk")
    )


def _may_hear(user: User) -> bool:
    """The monitor, the data manager (who hold the queries) and the administrator."""
    return access.everywhere(user, Permission.MANAGE_ACCOUNTS) or access.everywhere(
        user, Permission.UNLOCK
    )


def _alert_count(user: User, today: date) -> int | None:
    return (_alerts(today).count() or None) if _may_hear(user) else None


def _alert_tasks(user: User, today: date, limit: int) -> list[Task]:
    accounts = access.may(user, Permission.MANAGE_ACCOUNTS)
    return [
        Task(
            state="missed",
            who=str(row.actor),
            where="",
            what=f"The password was wrong {row.data.get('failures')} times",
            note=str(local_time(row.at)),
            href=reverse("person", args=[row.actor_id]) if accounts else reverse("trail"),
            action="Open the account" if accounts else "Open the trail",
            label="Alert",
        )
        for row in _alerts(today)[:limit]
    ]


MARGIN = margin.Margin(
    lists=(
        WorkList("again", "void", "To sign again", _again, _again_tasks),
        WorkList("refused", "missed", "Wrong passwords", _alert_count, _alert_tasks),
    )
)
