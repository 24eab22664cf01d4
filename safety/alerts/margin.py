"""Alerts on the home page, until they are acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse

from accounts.models import User
from safety.alerts import selectors
from safety.alerts.models import Alert
from trial.margin import Margin, Task, WorkList
from trial.templatetags.hermes import day


def _count(user: User, _today: date) -> int | None:
    return selectors.unread(user).count() or None


def _tasks(user: User, _today: date, limit: int) -> Sequence[Task]:
    return [_task(alert) for alert in selectors.unread(user)[:limit]]


def _task(alert: Alert) -> Task:
    return Task(
        state="late",
        who=alert.about,
        where="",
        what=alert.title,
        note=f"told {day(alert.raised_at)}",
        href=reverse("alert", args=[alert.code]),
        action="Read",
        label="Alert",
    )


MARGIN = Margin(
    lists=(WorkList("alerts", "late", "Alerts to acknowledge", count=_count, tasks=_tasks),)
)
