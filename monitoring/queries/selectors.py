"""What is read of queries: whose, in which order, how old; a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from accounts.models import User
from monitoring.models import Query, QueryMessage
from monitoring.models.queries import ANSWERED, LIVE, OPEN
from trial import access
from trial.access import Permission
from trial.models import Participant, Record, Visit

# Days a live query has waited since it was opened: code, words, first and last day.
AGES: tuple[tuple[str, str, int, int | None], ...] = (
    ("week", "up to 7 days", 0, 7),
    ("month", "8 to 30 days", 8, 30),
    ("older", "more than 30 days", 31, None),
)


@dataclass(frozen=True)
class Ageing:
    """How many live queries there are, and how old, in the order of ``AGES``."""

    open: int
    answered: int
    by_age: tuple[int, ...]


def visible_queries(user: User) -> QuerySet[Query]:
    """The queries this person may read; one on a visit that tells an arm only if they may know."""
    knowing = access.sites_of(user, Permission.KNOW_ARMS)
    return (
        Query.objects.filter(participant__in=access.visible_to(user).select_related(None))
        .exclude(Q(hidden=True) & ~Q(participant__site__in=knowing))
        .select_related("participant__site", "visit", "adverse_event", "opened_by", "closed_by")
    )


def to_answer(user: User) -> QuerySet[Query]:
    """Open queries of the sites where this person enters data, the oldest first."""
    sites = access.sites_of(user, Permission.ENTER_OUTCOMES)
    return visible_queries(user).filter(status=OPEN, participant__site__in=sites).order_by(*_OLDEST)


def to_close(user: User) -> QuerySet[Query]:
    """Answered queries this person may close, those answered longest ago first."""
    sites = access.sites_of(user, Permission.QUERY)
    found = visible_queries(user).filter(status=ANSWERED, participant__site__in=sites)
    return found.order_by("since", "pk")


_OLDEST = ("opened_at", "pk")


def by_need(queries: QuerySet[Query], user: User) -> QuerySet[Query]:
    """What waits for this person first, then for others, then the closed; the oldest first."""
    mine = ANSWERED if access.may(user, Permission.QUERY) else OPEN
    need = Case(
        When(status=mine, then=Value(0)),
        When(status__in=LIVE, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return queries.order_by(need, *_OLDEST)


def of_age(code: str, today: date) -> Q:
    """The condition on queries opened so long ago; days are UTC days."""
    for known, _, first, last in AGES:
        if known == code:
            young = Q(opened_at__date__lte=today - timedelta(days=first))
            old = Q() if last is None else Q(opened_at__date__gte=today - timedelta(days=last))
            return young & old
    return Q()


def ageing(queries: QuerySet[Query], today: date) -> Ageing:
    """The live queries counted by state and age, in one query."""
    live = Q(status__in=LIVE)
    found = queries.order_by().aggregate(
        open=Count("pk", filter=Q(status=OPEN)),
        answered=Count("pk", filter=Q(status=ANSWERED)),
        **{code: Count("pk", filter=live & of_age(code, today)) for code, *_ in AGES},
    )
    return Ageing(found["open"], found["answered"], tuple(found[code] for code, *_ in AGES))


def live_on_record(user: User, record: Record) -> QuerySet[Query]:
    """The live queries on a form at a visit, on its items included."""
    found = visible_queries(user).filter(status__in=LIVE, visit=record.visit_id, form=record.form)
    return found.order_by(*_OLDEST)


def live_on_visits(user: User, visits: Collection[Visit]) -> QuerySet[Query]:
    """The live queries on visits, their forms and items included."""
    return visible_queries(user).filter(status__in=LIVE, visit__in=[one.pk for one in visits])


def live_of(user: User, participant: Participant) -> QuerySet[Query]:
    """The live queries of a participant."""
    found = visible_queries(user).filter(status__in=LIVE, participant=participant)
    return by_need(found, user)


def answered_by_act(user: User, acts: Collection[UUID]) -> dict[UUID, list[str]]:
    """The queries each act of the trail answered: codes by act, for the line of the trail."""
    found: dict[UUID, list[str]] = {}
    messages = QueryMessage.objects.filter(change_act__in=acts, query__in=visible_queries(user))
    for message in messages.select_related("query").order_by("pk"):
        if message.change_act is not None:
            found.setdefault(message.change_act, []).append(message.query.code)
    return found


def days_open(query: Query, at: datetime) -> int:
    """Days from the opening to now, or to the closing of a closed one."""
    end = at if query.live else query.since
    return max(0, (end.date() - query.opened_at.date()).days)
