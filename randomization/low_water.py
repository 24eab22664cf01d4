"""A stratum runs low: told to the unblinded statistician, on the home page and in the trail.

A sealed list is never made longer, and a stratum that is used up stops randomizing there: what
follows is an amendment, which takes months. A fifth of the places leaves a trial that recruits
evenly a quarter of the time it took so far. Nobody else sees how much is left: whoever knows how
many places a stratum has may know where its last block begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse

from accounts.models import User
from audit.events import record_event
from randomization import selectors
from randomization.models import Slot
from trial import access
from trial.access import Permission
from trial.margin import Margin, Task, WorkList

LOW = 5  # one place in so many, or fewer, is left


def is_low(left: int, places: int) -> bool:
    """Whether so few of so many places are a warning; none left is one too."""
    return left * LOW <= places


def tell(slot: Slot, *, actor: User, at: datetime) -> None:
    """Note in the trail that taking this slot made its stratum run low; once for each stratum.

    The line names no participant and is marked as telling an arm: neither a site nor anybody
    blinded meets it.
    """
    places = slot.stratum.slots.count()
    left = places - slot.position
    if is_low(left, places) and not is_low(left + 1, places):
        record_event(
            name="list.low",
            actor=actor,
            at=at,
            subject=slot.stratum.list,
            data={"stratum": slot.stratum.code, "left": left},
            reveals_arm=True,
        )


def _low(user: User) -> list[selectors.StratumStatus]:
    return [row for row in selectors.list_status(user) if is_low(row.left, row.slots)]


def _count(user: User, _today: date) -> int | None:
    if not access.may(user, Permission.MANAGE_LIST):
        return None
    return len(_low(user)) or None


def _tasks(user: User, _today: date, limit: int) -> Sequence[Task]:
    if not access.may(user, Permission.MANAGE_LIST):
        return []
    return [
        Task(
            state="due",
            who="Allocation list",
            where=row.stratum,
            what=f"{row.left} of {row.slots} places left",
            note="a list is never made longer: plan what follows",
            href=reverse("allocation-list"),
            action="Look",
            label="Running low",
        )
        for row in sorted(_low(user), key=lambda row: row.left)[:limit]
    ]


MARGIN = Margin(lists=(WorkList("low", "due", "Strata running low", _count, _tasks),))
