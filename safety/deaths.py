"""A death stands twice: as the end of the participant, and as a fatal event. The two must meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from safety.models import AdverseEvent
from trial import access
from trial.access import Permission
from trial.margin import Margin, Task, WorkList
from trial.models import Participant


def unreconciled(user: User) -> QuerySet[Participant]:
    """Participants of this person's sites with a death and no fatal event, or the reverse."""
    fatal = AdverseEvent.objects.filter(participant=OuterRef("pk"), outcome="fatal", voided=False)
    sites = access.sites_of(user, Permission.ENTER_SAFETY)
    found = Participant.objects.filter(site__in=sites).annotate(fatal=Exists(fatal))
    odd = Q(death__isnull=False, fatal=False) | Q(death__isnull=True, fatal=True)
    return found.filter(odd).select_related("death").order_by("code")


def _count(user: User, _today: date) -> int | None:
    if not access.may(user, Permission.ENTER_SAFETY):
        return None
    return unreconciled(user).count() or None


def _tasks(user: User, _today: date, limit: int) -> Sequence[Task]:
    if not access.may(user, Permission.ENTER_SAFETY):
        return []
    return [_task(row) for row in unreconciled(user)[:limit]]


def _task(row: Participant) -> Task:
    dead = getattr(row, "death", None) is not None
    return Task(
        state="late",
        who=row.code,
        where="",
        what="A death is recorded, and no fatal event" if dead
        else "A fatal event is reported, and no death is recorded",
        note="",
        href=reverse("adverse-event-new" if dead else "death", args=[row.code]),
        action="Report it" if dead else "Record it",
        label="Death",
    )  # fmt: skip


MARGIN = Margin(lists=(WorkList("deaths", "late", "Deaths to reconcile", _count, _tasks),))
