"""Whom an unblinding concerns: who decides it, and who hears of it. Nothing here tells an arm."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from randomization.models import Unblinding
from randomization.models.unblinding import EMERGENCY, GRANTED, WAITING
from trial import access
from trial.access import Permission


def request_of(key: str) -> Unblinding:
    """A request, by the key an event of the log names."""
    found = Unblinding.objects.select_related("participant__site", "person", "asked_by")
    return found.get(pk=key)


def waits(row: Unblinding) -> bool:
    """Whether somebody must still decide it."""
    return row.state == WAITING


def granted_at_once(row: Unblinding) -> bool:
    """Whether nobody had to decide it."""
    return row.state == GRANTED and row.reason == EMERGENCY


def deciders(row: Unblinding, *, at: datetime) -> list[User]:
    """Whoever may decide it: neither who asked nor who would be told."""
    return _others(row, Permission.DECIDE_UNBLINDING, {row.asked_by_id, row.person_id}, at)


def hearers(row: Unblinding, *, at: datetime) -> list[User]:
    """Whoever hears of it and does not know of it already."""
    known = {row.asked_by_id, row.person_id, row.decided_by_id}
    return _others(row, Permission.HEAR_UNBLINDING, known, at)


def _others(
    row: Unblinding, held: Permission, without: set[int | None], at: datetime
) -> list[User]:
    found = access.people_with({held}, site=row.participant.site, at=at)
    return [user for user in found if user.pk not in without]
