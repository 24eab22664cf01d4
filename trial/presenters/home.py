"""Home: what this person owes the trial, most urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q
from django.urls import reverse

from accounts.models import User
from trial import access, margin, protocol, worklist
from trial.access import Permission
from trial.curves import Figure, curve
from trial.margin import Task
from trial.models import Record, Visit
from trial.objections import missing_forms
from trial.presenters.grid import form_title, record_address, visit_address
from trial.templatetags.hermes import day

LIMIT = 40
# Of each kind, while all kinds are shown together.
SHORT = 10
FORMS_A_VISIT = 8


@dataclass(frozen=True)
class Tally:
    """A count that leads to what it counts."""

    show: str
    state: str
    words: str
    count: int

    @property
    def href(self) -> str:
        """Home with only these."""
        return f"{reverse('home')}?show={self.show}"


@dataclass(frozen=True)
class Board:
    """Counts and the lines asked for; ``more`` says that some may not be shown."""

    tallies: tuple[Tally, ...]
    tasks: tuple[Task, ...]
    more: bool


def board(user: User, today: date, show: str) -> Board:
    """The counts that concern this person, and the work behind one of them or behind all."""
    tallies = tuple(_tallies(user, today))
    shown = show if show in {tally.show for tally in tallies} else ""
    # What is counted as none need not be looked for again.
    wanted = [tally for tally in tallies if tally.count and shown in ("", tally.show)]
    limit = LIMIT if shown else SHORT
    lists = [_tasks(tally.show, user, today, limit) for tally in wanted]
    hidden = any(len(tasks) == limit for tasks in lists)
    return Board(tallies, tuple(task for tasks in lists for task in tasks), hidden)


def _tasks(show: str, user: User, today: date, limit: int) -> Sequence[Task]:
    if show in _TASKS:
        return _TASKS[show](user, today)[:limit]
    others = {one.show: one.tasks for one in margin.work_lists()}
    return others[show](user, today, limit)


def _tallies(user: User, today: date) -> Iterator[Tally]:
    if access.may(user, Permission.READ_CLINICAL):
        owed = worklist.owed_visits(user, today).aggregate(
            late=Count("pk", filter=Q(window_to__lt=today)),
            due=Count("pk", filter=Q(window_to__gte=today)),
        )
        yield Tally("late", "late", "Late", owed["late"])
        yield Tally("due", "due", "Due this week", owed["due"])
        yield Tally("drafts", "draft", "Drafts", worklist.drafts(user).count())
    if access.may(user, Permission.SIGN):
        people = worklist.unsigned_eligibility(user).count()
        yield Tally("eligibility", "due", "Eligibility to sign", people)
    if access.may(user, Permission.SCREEN):
        yield Tally("screening", "planned", "In screening", worklist.open_screening(user).count())
    if access.may(user, Permission.SIGN):
        yield Tally("sign", "complete", "Records to sign", worklist.unsigned_records(user).count())
    for one in margin.work_lists():
        count = one.count(user, today)
        if count is not None:
            yield Tally(one.show, one.state, one.words, count)


def _owed(user: User, today: date, window: Q) -> list[Task]:
    visits = worklist.owed_visits(user, today).filter(window).prefetch_related("records")[:LIMIT]
    return [
        Task(
            state=worklist.window_state(visit, today),
            who=visit.participant.code,
            where=str(visit),
            what=", ".join(_missing(visit)),
            note=worklist.in_words(visit, today),
            href=visit_address(visit),
            action="Open visit",
        )
        for visit in visits
    ]


def _missing(visit: Visit) -> list[str]:
    return [form_title(form) for form in missing_forms(visit)]


def _late(user: User, today: date) -> list[Task]:
    return _owed(user, today, Q(window_to__lt=today))


def _due(user: User, today: date) -> list[Task]:
    return _owed(user, today, Q(window_to__gte=today))


def _drafts(user: User, today: date) -> list[Task]:
    return [
        Task(
            state="draft",
            who=row.visit.participant.code,
            where=str(row.visit),
            what=form_title(row.form),
            note=worklist.in_words(row.visit, today),
            href=record_address(row.visit, row.form),
            action="Continue",
        )
        for row in worklist.drafts(user)[:LIMIT]
    ]


def _sign(user: User, _today: date) -> list[Task]:
    """One line a visit: its records are read and signed together."""
    rows = worklist.unsigned_records(user)[: LIMIT * FORMS_A_VISIT]
    by_visit: dict[int, list[Record]] = {}
    for row in rows:
        by_visit.setdefault(row.visit_id, []).append(row)
    return [
        Task(
            state="complete",
            who=found[0].visit.participant.code,
            where=str(found[0].visit),
            what=", ".join(form_title(row.form) for row in found),
            note=f"since {day(found[0].assessed_on)}",
            href=visit_address(found[0].visit),
            action="Read and sign",
            label="To sign",
        )
        for found in list(by_visit.values())[:LIMIT]
    ]


def _eligibility(user: User, today: date) -> list[Task]:
    return [
        Task(
            state="due",
            who=row.code,
            where="",
            what="Eligibility",
            note=f"{(today - row.index_on).days} days since {protocol.current().index_event}",
            href=reverse("eligibility", args=[row.code]),
            action="Read and sign",
            label="To sign",
        )
        for row in worklist.unsigned_eligibility(user)[:LIMIT]
    ]


def _screening(user: User, today: date) -> list[Task]:
    return [
        Task(
            state="planned",
            who=f"{row.site.code} {row.number}",
            where="",
            what="Screening without an outcome",
            note=f"{(today - row.index_on).days} days since {protocol.current().index_event}",
            href=reverse("screening-outcome", args=[row.site.code, row.number]),
            action="Give the outcome",
            label="Open",
        )
        for row in worklist.open_screening(user)[:LIMIT]
    ]


_TASKS = {
    "late": _late,
    "due": _due,
    "drafts": _drafts,
    "eligibility": _eligibility,
    "screening": _screening,
    "sign": _sign,
}


def recruitment(user: User) -> Figure | None:
    """Consents by month, added up, against the planned number; None before the first."""
    people = access.visible_to(user).annotate(first=Min("consents__consented_on"))
    firsts = [row.first for row in people if row.first is not None]
    months = Counter((first.year, first.month) for first in firsts)
    if not months:
        return None
    points, total = [], 0
    year, month = min(months)
    while (year, month) <= max(months):
        total += months[year, month]
        points.append((f"{month:02d}/{year % 100:02d}", float(total)))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return curve(
        name="recruitment",
        title=f"Recruitment: {total} of {protocol.current().planned} planned",
        points=points,
        minimum=0,
        maximum=max(total, protocol.current().planned),
        across="Month",
    )
