"""Live queries as the overview counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Value
from django.db.models.functions import Coalesce

from accounts.models import User
from monitoring.models.queries import LIVE, OPEN
from monitoring.overview.slots import sites_read_by
from monitoring.queries.selectors import AGES, visible_queries
from trial.models import Site


@dataclass(frozen=True, slots=True)
class Waiting:
    """One live query: where it hangs, whether the site still owes the answer, and since when."""

    site: str
    code: str
    form: str
    open: bool
    opened_at: datetime


def live_queries(user: User, site: Site | None = None) -> list[Waiting]:
    """The open and answered queries this person may read."""
    sites = Site.objects.filter(pk=site.pk) if site else sites_read_by(user)
    rows = visible_queries(user).filter(participant__site__in=sites, status__in=LIVE)
    found = rows.order_by().values_list(
        "participant__site__code", Coalesce("visit__code", Value("")), "form", "status", "opened_at"
    )
    return [Waiting(place, code, form, state == OPEN, at) for place, code, form, state, at in found]


def by_age(waiting: Sequence[Waiting], today: date) -> list[tuple[str, str, int]]:
    """How many are how old, in days since they were opened (UTC): code, words, number."""
    ages = Counter((today - one.opened_at.astimezone(UTC).date()).days for one in waiting)
    return [
        (code, words, sum(many for age, many in ages.items() if _in(age, first, last)))
        for code, words, first, last in AGES
    ]


def _in(age: int, first: int, last: int | None) -> bool:
    return first <= max(age, 0) and (last is None or age <= last)
