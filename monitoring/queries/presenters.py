"""Queries in words: one at a glance, and as a line of a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from monitoring import points
from monitoring.models import Query, QueryMessage
from monitoring.models.queries import ANSWERED, CLOSED, OPEN
from monitoring.queries.selectors import days_open
from trial import access
from trial.access import Permission
from trial.models import Participant, Visit
from trial.presenters.grid import record_address, visit_address

# The shape of each state, and its words.
SHAPES = {OPEN: "query", ANSWERED: "answered", CLOSED: "complete"}
CHECK = "edit check"
NOTHING = "no answer"


@dataclass(frozen=True)
class Thread:
    """One query with everything said in it, and what this reader may do with it."""

    query: Query
    title: str
    address: str
    point_address: str
    shape: str
    asked_by: str
    days: int
    then: str
    now: str
    messages: tuple[QueryMessage, ...]
    may_answer: bool
    may_close: bool
    may_reopen: bool

    @property
    def changed(self) -> bool:
        """Whether the value is another than when it was asked."""
        return self.then != self.now

    @property
    def label(self) -> str:
        """The state in a word, with the age of one that waits."""
        words = self.query.get_status_display()
        return f"{words}, {in_days(self.days)}" if self.query.live else words


def threads(queries: Iterable[Query], user: User, at: datetime) -> list[Thread]:
    """Each with its messages and present value; a query or two a form, however many there are."""
    found = list(queries)
    now = points.values(found)
    lines: dict[int, list[QueryMessage]] = {}
    messages = QueryMessage.objects.filter(query__in=[one.pk for one in found])
    for message in messages.select_related("by").order_by("pk"):
        lines.setdefault(message.query_id, []).append(message)
    return [
        _thread(query, now[id(query)], tuple(lines.get(query.pk, ())), user, at) for query in found
    ]


def _thread(
    query: Query, now: str, messages: tuple[QueryMessage, ...], user: User, at: datetime
) -> Thread:
    site = query.participant.site
    closes = access.may(user, Permission.QUERY, site=site)
    return Thread(
        query=query,
        title=points.title(query),
        address=address(query),
        point_address=point_address(query),
        shape=SHAPES[query.status],
        asked_by=asked_by(query),
        days=days_open(query, at),
        then=query.value or NOTHING,
        now=now or NOTHING,
        messages=messages,
        may_answer=query.live and access.may(user, Permission.ENTER_OUTCOMES, site=site),
        may_close=query.live and closes,
        may_reopen=not query.live and closes,
    )


@dataclass(frozen=True)
class Line:
    """One query in a list."""

    query: Query
    title: str
    address: str
    shape: str
    asked_by: str
    age: str


def lines(queries: Sequence[Query], at: datetime) -> list[Line]:
    """The queries of a page."""
    return [
        Line(
            query=query,
            title=points.title(query),
            address=address(query),
            shape=SHAPES[query.status],
            asked_by=asked_by(query),
            age=in_days(days_open(query, at)),
        )
        for query in queries
    ]


def asked_by(query: Query) -> str:
    """The person, or that an edit check asks."""
    return str(query.opened_by) if query.opened_by else CHECK


def in_days(days: int) -> str:
    """An age in words."""
    return "today" if not days else f"{days} day{'' if days == 1 else 's'}"


def address(query: Query) -> str:
    """The page of a query."""
    return reverse("query", args=[query.code])


def point_address(query: Query) -> str:
    """The page where the data point stands."""
    code = query.participant.code
    if query.adverse_event is not None:
        return reverse("adverse-event", args=[code, query.adverse_event.number])
    if query.visit is None:
        return reverse("participant", args=[code])
    query.visit.participant = query.participant
    if not query.form:
        return visit_address(query.visit)
    found = record_address(query.visit, query.form)
    return f"{found}#item-{query.item}" if query.item not in ("", points.ASSESSED_ON) else found


def ask_address(
    participant: Participant, visit: Visit | None = None, form: str = "", item: str = ""
) -> str:
    """The page that asks about a data point."""
    asked: dict[str, str] = {}
    if visit is not None:
        asked = {"visit": visit.code, "occurrence": str(visit.occurrence)}
    asked |= {name: value for name, value in (("form", form), ("item", item)) if value}
    query = f"?{urlencode(asked)}" if asked else ""
    return reverse("query-new", args=[participant.code]) + query


def asking(participant: Participant, point: dict[str, Any]) -> dict[str, str]:
    """What is about to be asked about, and its present value, in words."""
    asked = Query(participant=participant, **point)
    return {"title": points.title(asked), "value": points.value(asked) or NOTHING}
