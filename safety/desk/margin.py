"""The safety desk's clocks on the home page: what is due by time left, what is late loud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.utils import timezone

from accounts.models import User
from safety.desk import presenters, selectors
from safety.desk.presenters import Line
from trial import access
from trial.access import Permission
from trial.margin import Margin, Task, WorkList


def _list(show: str, state: str, words: str, wanted: Callable[[Line], bool]) -> WorkList:
    def lines() -> list[Line]:
        found = presenters.lines(selectors.reported_events(), timezone.now())
        return [line for line in found if wanted(line)]

    def count(user: User, _today: date) -> int | None:
        return len(lines()) if access.may(user, Permission.READ_DESK) else None

    def tasks(user: User, _today: date, limit: int) -> Sequence[Task]:
        if not access.may(user, Permission.READ_DESK):
            return []
        return [_task(line) for line in lines()[:limit]]

    return WorkList(show, state, words, count, tasks)


def _task(line: Line) -> Task:
    first = line.clocks[0]
    return Task(
        state=first.state.code,
        who=line.code,
        where="",
        what=first.what,
        note=f"by {first.due_on}",
        href=line.href,
        action="Open",
        label=first.state.words,
    )


MARGIN = Margin(
    lists=(
        _list("reports-late", "late", "Safety reports overdue", lambda line: line.overdue),
        _list("reports", "due", "Safety reports due", lambda line: line.open and not line.overdue),
    )
)
