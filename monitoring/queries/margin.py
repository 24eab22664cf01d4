"""What queries put beside the backbone's pages: marks, panel, flags, box, work lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from django.template.loader import render_to_string

from accounts.models import User
from monitoring import points
from monitoring.models import Query
from monitoring.queries import presenters, selectors
from trial import access
from trial.access import Permission
from trial.margin import Flags, Look, Margin, Mark, Marks, Task, WorkList
from trial.models import Participant, Record, Visit


def marks(look: Look, record: Record) -> Marks:
    """A live query beside its item, and for whoever asks queries a way to ask."""
    found: dict[str, list[Mark]] = {}
    for query in selectors.live_on_record(look.user, record):
        state = query.get_status_display().lower()
        words = f"query {query.code} {state}"
        shape = presenters.SHAPES[query.status]
        mark = Mark(shape, words, presenters.address(query), shown=True, inline=True)
        found.setdefault(query.item, []).append(mark)
    if access.may(look.user, Permission.QUERY, site=record.participant.site):
        for item, label in points.items_of(record.form).items():
            href = presenters.ask_address(record.participant, record.visit, record.form, item)
            ask = Mark("ask", f"Ask about {label}", href, inline=True)
            found.setdefault(item, []).append(ask)
    return found


def panel(look: Look, record: Record) -> str:
    """The live queries on the record, each with its thread and its answer."""
    site = record.participant.site
    found = list(selectors.live_on_record(look.user, record))
    may_ask = access.may(look.user, Permission.QUERY, site=site)
    if not found and not may_ask:
        return ""
    context = {
        "threads": presenters.threads(found, look.user, look.at),
        "zone": site,
        "ask": presenters.ask_address(record.participant, record.visit, record.form)
        if may_ask
        else "",
    }
    return render_to_string("monitoring/queries/panel.html", context)


def flags(look: Look, visits: Iterable[Visit]) -> Flags:
    """The cells with a live query."""
    found: dict[tuple[int, str], list[str]] = {}
    for query in selectors.live_on_visits(look.user, list(visits)):
        if query.visit_id and query.form:
            found[query.visit_id, query.form] = ["query"]
    return found


def box(look: Look, participant: Participant) -> str:
    """The participant's live queries, and a way to ask about the participant."""
    found = list(selectors.live_of(look.user, participant))
    may_ask = access.may(look.user, Permission.QUERY, site=participant.site)
    context = {
        "participant": participant,
        "lines": presenters.lines(found, look.at),
        "ask": presenters.ask_address(participant) if may_ask else "",
    }
    return render_to_string("monitoring/queries/box.html", context)


def _count_to_answer(user: User, _today: date) -> int | None:
    if not access.may(user, Permission.ENTER_OUTCOMES):
        return None
    return selectors.to_answer(user).count()


def _count_to_close(user: User, _today: date) -> int | None:
    return selectors.to_close(user).count() if access.may(user, Permission.QUERY) else None


def _to_answer(user: User, today: date, limit: int) -> Sequence[Task]:
    return [_task(one, today, "Answer") for one in selectors.to_answer(user)[:limit]]


def _to_close(user: User, today: date, limit: int) -> Sequence[Task]:
    return [_task(one, today, "Read and close") for one in selectors.to_close(user)[:limit]]


def _task(query: Query, today: date, action: str) -> Task:
    days = selectors.days_open(query, datetime.combine(today, time(), UTC))
    since = "today" if not days else f"{presenters.in_days(days)} ago"
    return Task(
        state=presenters.SHAPES[query.status],
        who=query.participant.code,
        where=str(query.visit or ""),
        what=query.text,
        note=f"asked {since} by {presenters.asked_by(query)}",
        href=presenters.address(query),
        action=action,
        label=f"Query {query.code}",
    )


MARGIN = Margin(
    marks=marks,
    panel=panel,
    flags=flags,
    box=box,
    lists=(
        WorkList("queries", "query", "Queries to answer", _count_to_answer, _to_answer),
        WorkList("answered", "answered", "Answered, to close", _count_to_close, _to_close),
    ),
)
