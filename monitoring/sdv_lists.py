"""The work lists that verification, certificates and delegations put on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from accounts.models import User
from monitoring import certificates
from monitoring.changes import changes, lost, readable
from monitoring.sdv_pages import verification_address
from monitoring.verification import Kept, Standing, standings, to_verify_by
from trial import access, registry
from trial.access import Permission
from trial.margin import Task, WorkList
from trial.templatetags.hermes import day


def _verifies(user: User) -> bool:
    return access.may(user, Permission.VERIFY)


def _to_do(user: User) -> list[Standing]:
    return [one for one in standings(to_verify_by(user)) if one.outstanding and not one.lost]


def _count_to_do(user: User, _today: date) -> int | None:
    return len(_to_do(user)) if _verifies(user) else None


def _tasks_to_do(user: User, _today: date, limit: int) -> list[Task]:
    """One line a visit, the oldest window first: its forms are verified together."""
    if not _verifies(user):
        return []
    by_visit: dict[int, list[Standing]] = {}
    for one in _to_do(user):
        by_visit.setdefault(one.record.visit_pk, []).append(one)
    return [_visit_task(found) for found in list(by_visit.values())[:limit]]


def _visit_task(found: list[Standing]) -> Task:
    first = found[0].record
    days = [one.record.assessed_on for one in found if one.record.assessed_on]
    return Task(
        state="due",
        who=first.participant,
        where=first.visit,
        what=", ".join(registry.form(one.record.form).short for one in found),
        note=f"assessed {day(min(days, default=None))}",
        href=reverse("visit-verification", args=[first.participant, first.code, first.occurrence]),
        action="Verify",
        label="To verify",
    )


def _lost(user: User) -> list[Standing]:
    sites = access.sites_of(user, Permission.VERIFY)
    return lost(readable(user).filter(participant__site__in=sites))


def _count_changed(user: User, _today: date) -> int | None:
    return len(_lost(user)) if _verifies(user) else None


def _tasks_changed(user: User, _today: date, limit: int) -> list[Task]:
    if not _verifies(user):
        return []
    return [
        Task(
            state="changed",
            who=line.record.participant,
            where=line.record.visit,
            what=f"{_title(line.record)}: {line.label}: {line.old} → {line.new}",
            note=f"{line.actor}, {day(line.at)}",
            href=verification_address(line.record.participant, line.record, line.record.form),
            action="Verify again",
            label="Changed",
        )
        for line in changes(_lost(user))[:limit]
    ]


def _title(record: Kept) -> str:
    return registry.form(record.form).short


def _count_expiring(user: User, today: date) -> int | None:
    return len(certificates.expiring(user, today)) or None


def _tasks_expiring(user: User, today: date, limit: int) -> list[Task]:
    return list(_expiring(user, today))[:limit]


def _expiring(user: User, today: date) -> Iterator[Task]:
    renews = access.may(user, Permission.CERTIFY)
    for one in certificates.expiring(user, today):
        yield Task(
            state="late" if one.last_day < today else "due",
            who=str(one.person),
            where=one.where,
            what=one.what,
            note=one.words(today),
            href=one.renewal if renews and one.renewal else reverse("certificates"),
            action="Renew" if renews and one.renewal else "Look",
            label="Expired" if one.last_day < today else "Expires",
        )


LISTS = (
    WorkList("changed", "changed", "Changed after verification", _count_changed, _tasks_changed),
    WorkList("verify", "verified", "Forms to verify", _count_to_do, _tasks_to_do),
    WorkList("expiring", "due", "Expiring", _count_expiring, _tasks_expiring),
)
