"""What unblinding puts beside the pages: on home, below a participant, below a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from randomization.models import Unblinding
from randomization.models.unblinding import GRANTED
from randomization.unblinding import knowing, pages
from trial import access
from trial.access import Permission
from trial.margin import Look, Margin, Task, WorkList
from trial.models import Participant, Record
from trial.templatetags.hermes import day

TOLD_FOR = timedelta(days=14)


def _decide(user: User, _today: date) -> QuerySet[Unblinding]:
    return pages.to_decide(user)


def _heard(user: User, today: date) -> QuerySet[Unblinding]:
    """What others were granted lately."""
    sites = access.sites_of(user, Permission.HEAR_UNBLINDING)
    return pages.visible(user).filter(
        state=GRANTED, participant__site__in=sites, decided_at__date__gte=today - TOLD_FOR
    )


def _own(user: User, _today: date) -> QuerySet[Unblinding]:
    """What this person may read and has not read."""
    return pages.visible(user).filter(person=user, state=GRANTED, shown_at=None)


def _list(
    show: str,
    words: str,
    rows: Callable[[User, date], QuerySet[Unblinding]],
    *,
    permission: Permission,
    action: str,
) -> WorkList:
    def count(user: User, today: date) -> int | None:
        return (rows(user, today).count() or None) if access.may(user, permission) else None

    def tasks(user: User, today: date, limit: int) -> list[Task]:
        return [_task(row, words, action) for row in rows(user, today)[:limit]]

    return WorkList(show, "due" if show != "unblinded" else "missed", words, count, tasks)


def _task(row: Unblinding, words: str, action: str) -> Task:
    return Task(
        state=pages.STATE[row.state] if row.state != GRANTED else "missed",
        who=row.participant.code,
        where="",
        what=f"To {row.person}: {row.get_reason_display().lower()}",
        note=f"asked by {row.asked_by}, {day(row.asked_at)}",
        href=reverse("unblinding-decide" if action == "Decide" else "unblinding", args=[row.code]),
        action=action,
        label=words,
    )


LISTS = (
    _list(
        "unblinding", "Unblinding to decide", _decide,
        permission=Permission.DECIDE_UNBLINDING, action="Decide",
    ),
    _list(
        "unblinded", "Unblinded", _heard, permission=Permission.HEAR_UNBLINDING, action="Open",
    ),
    _list(
        "unblinding-own", "Granted to you", _own,
        permission=Permission.ASK_UNBLINDING, action="Open",
    ),
)  # fmt: skip


def box(look: Look, participant: Participant) -> str:
    """Who was told this participant's arm, and where to ask for it."""
    if participant.randomized_on is None:
        return ""
    may_ask = access.may(look.user, Permission.ASK_UNBLINDING, site=participant.site)
    rows = list(pages.visible(look.user).filter(participant=participant, state=GRANTED))
    if not rows and not may_ask:
        return ""
    context = {"participant": participant, "rows": rows, "may_ask": may_ask}
    return render_to_string("randomization/unblinding/box.html", context)


def panel(look: Look, record: Record) -> str:
    """That the assessor knew the arm when this was saved, for those who hear of unblindings."""
    told = knowing.told_to([record.participant_id])
    if not told:
        return ""
    site = record.participant.site
    hears = access.may(look.user, Permission.HEAR_UNBLINDING, site=site)
    lines = knowing.saved_knowing(Record.objects.filter(pk=record.pk), told)
    people = User.objects.in_bulk([line.person for line in lines])
    own = told.get((record.participant_id, look.user.pk))
    context = {
        "lines": [(people[line.person], line.since) for line in lines] if hears else [],
        "own": own,
        "zone": site,
    }
    if not context["lines"] and own is None:
        return ""
    return render_to_string("randomization/unblinding/panel.html", context)


MARGIN = Margin(box=box, panel=panel, lists=LISTS)
