"""What every act on a query writes: its number, the line in its thread, the line in the log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q

from accounts.models import User
from audit.acts import act, current_act
from audit.events import record_event
from monitoring import points
from monitoring.models import Query, QueryMessage
from trial import registry
from trial.models import Record

# Any number that no other advisory lock of the product uses.
_NUMBERS = 20_270_415
SYSTEM = "edit checks"


def create(query: Query, *, value: str) -> Query:
    """Give the query its number and its value, and save it; inside an act."""
    with connection.cursor() as cursor:
        # Held until the commit: two queries never draw the same number.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS])
    same = Query.objects.filter(hidden=query.hidden)
    query.number = (same.aggregate(last=Max("number"))["last"] or 0) + 1
    query.value = value
    query.full_clean()
    query.save()
    return query


def add(
    query: Query,
    kind: str,
    *,
    at: datetime,
    text: str = "",
    actor: User | None = None,
    old: str = "",
    new: str = "",
    change_act: UUID | None = None,
) -> QueryMessage:
    """Add a line to the thread; inside an act."""
    message = QueryMessage(
        query=query, kind=kind, at=at, by=actor, role=current_act().role, text=text,
        old=old, new=new, change_act=change_act,
    )  # fmt: skip
    message.full_clean()
    message.save()
    return message


def last_value(query: Query) -> str:
    """The value as the thread last knew it."""
    changed = query.messages.filter(kind=QueryMessage.CHANGED).order_by("pk").last()
    return query.value if changed is None else changed.new


def note_change(query: Query, *, at: datetime) -> QueryMessage | None:
    """Add to the thread that the value is another now; None where it is the same."""
    old, new = last_value(query), points.value(query)
    if old == new:
        return None
    with act(actor=None, at=at, system=SYSTEM):
        return add(
            query, QueryMessage.CHANGED, at=at, old=old, new=new, change_act=_change_act(query)
        )


def _change_act(query: Query) -> UUID | None:
    """The act of the trail that last changed the value asked about."""
    if not query.form:
        return None
    spec = registry.form(query.form)
    own = query.item in spec.columns
    past = (
        spec.model.history.filter(record__visit=query.visit, record__form=query.form)
        if own
        else Record.history.filter(visit=query.visit, form=query.form)
    )
    if query.item:
        past = past.filter(Q(history_changed__contains=[query.item]) | Q(history_type="+"))
    found: UUID | None = past.order_by("-history_id").values_list("history_act", flat=True).first()
    return found


def tell(
    name: str, query: Query, *, at: datetime, actor: User | None = None, system: str = ""
) -> None:
    """One line of the log, without the words."""
    record_event(
        name=name,
        actor=actor,
        at=at,
        participant=query.participant.code,
        subject=query,
        data={"query": query.code, "about": points.title(query)},
        reveals_arm=query.hidden,
        system=system,
    )
