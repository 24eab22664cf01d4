"""Asking, answering, closing and reopening a query: what people do with one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from monitoring import points
from monitoring.errors import NoSuchPoint, QueryClosed, QueryStillOpen, SaySomething
from monitoring.models import Query, QueryMessage
from monitoring.models.queries import ANSWERED, CLOSED, OPEN
from monitoring.services.thread import add, create, note_change, tell
from safety.models import AdverseEvent
from trial import access, protocol
from trial.access import Permission
from trial.models import Participant, Visit

IN_ORDER = "In order."


@transaction.atomic
def open_query(
    *,
    participant: Participant,
    text: str,
    actor: User,
    at: datetime,
    visit: Visit | None = None,
    form: str = "",
    item: str = "",
    adverse_event: AdverseEvent | None = None,
) -> Query:
    """Ask about a participant, a visit, a form there, one of its items, or an adverse event.

    The value it has now is kept with the question.

    Raises:
        NotDelegated: the actor asks no queries, or may not know of this visit.
        NoSuchPoint: the visit is somebody else's, or has no such form or item.
        SaySomething: no question.
    """
    query = Query(
        participant=participant,
        visit=visit,
        form=form,
        item=item,
        adverse_event=adverse_event,
        hidden=visit is not None and visit.hidden,
        text=_words(text),
        opened_at=at,
        opened_by=actor,
        since=at,
    )
    _require(query, Permission.QUERY, actor, at)
    _require_point(query)
    with act(actor=actor, at=at):
        create(query, value=points.value(query))
        add(query, QueryMessage.ASKED, text=query.text, actor=actor, at=at)
        tell("query.opened", query, actor=actor, at=at)
    return query


@transaction.atomic
def answer_query(*, query: Query, text: str, actor: User, at: datetime) -> Query:
    """The site answers; a value that changed since the question is noted first.

    Raises:
        NotDelegated: the actor does not enter data at this site.
        QueryClosed: it was closed meanwhile.
        SaySomething: no answer.
    """
    row = _lock(query)
    _require(row, Permission.ENTER_OUTCOMES, actor, at)
    if not row.live:
        raise QueryClosed
    words = _words(text)
    note_change(row, at=at)
    _move(row, ANSWERED, QueryMessage.ANSWERED, text=words, actor=actor, at=at)
    return row


@transaction.atomic
def close_query(*, query: Query, actor: User, at: datetime, text: str = "") -> Query:
    """A monitor or data manager is content, or drops the question.

    Raises:
        NotDelegated: the actor closes no queries.
        QueryClosed: it is closed already.
    """
    row = _lock(query)
    _require(row, Permission.QUERY, actor, at)
    if not row.live:
        raise QueryClosed
    note_change(row, at=at)
    row.closed_by = actor
    _move(row, CLOSED, QueryMessage.CLOSED, text=text.strip() or IN_ORDER, actor=actor, at=at)
    return row


@transaction.atomic
def reopen_query(*, query: Query, text: str, actor: User, at: datetime) -> Query:
    """A closed query is asked again, with the reason why.

    Raises:
        NotDelegated: the actor asks no queries.
        QueryStillOpen: it is not closed.
        SaySomething: no reason.
    """
    row = _lock(query)
    _require(row, Permission.QUERY, actor, at)
    if row.live:
        raise QueryStillOpen
    words = _words(text)
    note_change(row, at=at)
    row.closed_by = None
    _move(row, OPEN, QueryMessage.REOPENED, text=words, actor=actor, at=at)
    return row


@transaction.atomic
def bulk_close(
    *, queries: Iterable[Query], reason: str, actor: User, at: datetime
) -> tuple[Query, ...]:
    """Close many queries with one reason, all or none; those closed meanwhile are passed over.

    Raises:
        NotDelegated: the actor closes no queries.
        SaySomething: no reason.
    """
    words = _words(reason)
    closed = []
    with act(actor=actor, at=at, reason=words):
        for query in sorted(queries, key=lambda one: one.pk):
            row = _lock(query)
            _require(row, Permission.QUERY, actor, at)
            if row.live:
                closed.append(close_query(query=query, text=words, actor=actor, at=at))
    return tuple(closed)


def _lock(query: Query) -> Query:
    return (
        Query.objects.select_for_update(of=("self",))
        .select_related("participant__site", "visit", "adverse_event")
        .get(pk=query.pk)
    )


def _require(query: Query, permission: Permission, actor: User, at: datetime) -> None:
    site = query.participant.site
    access.require(actor, permission, site=site, at=at)
    if query.hidden:
        access.require(actor, Permission.KNOW_ARMS, site=site, at=at)


def _require_point(query: Query) -> None:
    visit, event = query.visit, query.adverse_event
    if visit is not None and visit.participant_id != query.participant_id:
        raise NoSuchPoint
    if event is not None and (visit or event.participant_id != query.participant_id):
        raise NoSuchPoint
    planned = protocol.current().visit(visit.code).forms if visit else ()
    if query.form and query.form not in {plan.form for plan in planned}:
        raise NoSuchPoint
    if query.item and (not query.form or query.item not in points.items_of(query.form)):
        raise NoSuchPoint


def _words(text: str) -> str:
    if not text.strip():
        raise SaySomething(field="text")
    return text.strip()


def _move(row: Query, status: str, kind: str, *, text: str, actor: User, at: datetime) -> None:
    row.status, row.since = status, at
    with act(actor=actor, at=at, reason=text):
        row.full_clean()
        row.save()
        add(row, kind, text=text, actor=actor, at=at)
        tell(f"query.{kind}", row, actor=actor, at=at)
