"""What queries say against a lock: those that still wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring import points
from monitoring.models import Query
from monitoring.models.queries import LIVE
from monitoring.queries.selectors import visible_queries
from trial.objections import EXAMPLES, Extent, Objection


def live_queries(extent: Extent) -> Iterator[Objection]:
    """The open and answered queries on what is to be locked, those the person may read."""
    found = visible_queries(extent.user).filter(status__in=LIVE)
    if extent.record is not None:
        found = found.filter(visit=extent.record.visit_id, form=extent.record.form)
    elif extent.visit is not None:
        found = found.filter(visit=extent.visit)
    elif extent.participant is not None:
        found = found.filter(participant=extent.participant)
    count = found.count()
    if count:
        words = "query that is not closed" if count == 1 else "queries that are not closed"
        rows = found.order_by("participant__code", "number")[:EXAMPLES]
        yield Objection(count, words, tuple(_place(query) for query in rows))


def _place(query: Query) -> str:
    return f"{query.participant.code} {points.title(query)}: query {query.code}"
