"""What waits to be coded, on the home page of whoever codes, once there is a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from accounts.models import User
from safety.coding import presenters, selectors
from safety.models import AdverseEvent
from trial import access
from trial.access import Permission
from trial.margin import Margin, Task, WorkList


def _count(user: User, _today: date) -> int | None:
    if not access.may(user, Permission.CODE_EVENTS) or selectors.in_use() is None:
        return None
    return selectors.waiting(user).count()


def _tasks(user: User, _today: date, limit: int) -> Sequence[Task]:
    if _count(user, _today) is None:
        return []
    events = list(selectors.waiting(user)[:limit])
    codings = selectors.newest_codings(events)
    return [_task(event, changed=event.pk in codings) for event in events]


def _task(event: AdverseEvent, *, changed: bool) -> Task:
    return Task(
        state="changed" if changed else "due",
        who=event.participant.code,
        where=str(event),
        what=event.term,
        note="",
        href=presenters.coding_address(event),
        action="Code",
        label="Words changed" if changed else "Not coded",
    )


def _count_behind(user: User, _today: date) -> int | None:
    dictionary = selectors.in_use()
    if dictionary is None or not access.may(user, Permission.CODE_EVENTS):
        return None
    return selectors.behind(user, dictionary).count()


def _tasks_behind(user: User, _today: date, limit: int) -> Sequence[Task]:
    dictionary = selectors.in_use()
    if dictionary is None or not access.may(user, Permission.CODE_EVENTS):
        return []
    return [
        Task(
            state="due",
            who=event.participant.code,
            where=str(event),
            what=event.term,
            note=f"to MedDRA {dictionary.version}",
            href=presenters.coding_address(event),
            action="Look",
            label="Older version",
        )
        for event in selectors.behind(user, dictionary)[:limit]
    ]


MARGIN = Margin(
    lists=(
        WorkList("coding", "due", "Events to be coded", _count, _tasks),
        WorkList(
            "coding-version", "changed", "Codings in an older version", _count_behind, _tasks_behind
        ),
    )
)
