"""What is unusual in the trail: worth a monitor's look, and no proof of anything.

Each kind is one list. Three are lines of the trail (answers that make an outcome, edits at night,
acts taken down late) and read like it; two are counted (records entered late, bursts of saves).
What a person may not read in the trail is not counted here either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from accounts.models import User
from audit.entries import CHANGED, Model, Search, Source
from audit.models import Event
from monitoring import selectors
from monitoring.selectors import Reading
from outcomes.scales import INSTRUMENTS
from outcomes.scales.base import Scale
from trial import protocol, registry
from trial.models import Record
from trial.worklist import visible_visits

Reader = Callable[[User, Search], Reading]


@dataclass(frozen=True)
class Unusual:
    """One kind: its title, what it means in a sentence, and, where it is lines, its reading."""

    title: str
    meaning: str
    reading: Reader | None = None


def outcome_columns() -> Mapping[str, frozenset[str]]:
    """By form the answers that an outcome of the protocol is made of."""
    found: dict[str, frozenset[str]] = {}
    for outcome in protocol.current().outcomes:
        if outcome.form in registry.codes():
            columns = _made_of(outcome.form, outcome.column)
            found[outcome.form] = found.get(outcome.form, frozenset()) | columns
    return found


def _made_of(form: str, column: str) -> frozenset[str]:
    instrument = INSTRUMENTS.get(form)
    if isinstance(instrument, Scale) and column not in registry.form(form).columns:
        items = instrument.items_of(column)
        return frozenset(one.name for item in items for one in item.columns())
    return frozenset({column})


def _outcomes(user: User, search: Search) -> Reading:
    """Changes of saved answers that make an outcome."""
    columns = outcome_columns()
    specs = {registry.form(form).model: form for form in columns}
    sources = [
        replace(source, only=columns[specs[source.model]])
        for source in selectors.sources_for(user)
        if source.model in specs
    ]
    return Reading(tuple(sources), None, replace(search, kind=CHANGED))


def _night(user: User, search: Search) -> Reading:
    """Versions of a participant's rows written by a person at night, by the site's clock."""
    return Reading(tuple(_each(user, _at_night)), None, search)


def _recorded_late(user: User, search: Search) -> Reading:
    """Versions taken down long after the act that they tell of."""
    wait = timedelta(minutes=protocol.current().watch.recorded_minutes)
    late = Q(history_recorded_at__gt=F("history_date") + wait)
    return Reading(tuple(_each(user, lambda _: late)), None, search)


def _each(user: User, condition: Callable[[Source], Q | None]) -> list[Source]:
    return [
        replace(source, allowed=source.allowed & asked)
        for source in selectors.sources_for(user)
        if (asked := condition(source)) is not None
    ]


def _at_night(source: Source) -> Q | None:
    site = _path_to_site(source.model)
    if site is None:
        return None
    first, last = protocol.current().watch.night
    hour = Func(
        Func(F(f"{site}__timezone"), F("history_date"), function="timezone"),
        template="extract(hour from %(expressions)s)",
        output_field=IntegerField(),
    )
    evening, morning = Q(GreaterThanOrEqual(hour, first)), Q(LessThan(hour, last))
    awake = evening | morning if first > last else evening & morning
    return Q(history_user__isnull=False) & awake


def _path_to_site(model: Model) -> str | None:
    path: str = getattr(model, "participant_path", "")
    return {"": None, "self": "site"}.get(path, f"{path}__site")


KINDS: dict[str, Unusual] = {
    "outcomes": Unusual(
        "Outcomes edited",
        "Saved answers that an outcome of the protocol is made of, and that were changed since.",
        _outcomes,
    ),
    "late-entry": Unusual(
        "Entered late",
        "Records whose first entry came long after the assessment: memory may have filled them in.",
    ),
    "bursts": Unusual(
        "Bursts",
        "Many saves by one person within minutes: entered from a list, or without the participant.",
    ),
    "night": Unusual(
        "At night",
        "Entries and changes by people while the site sleeps, by the clock of the site.",
        _night,
    ),
    "recorded-late": Unusual(
        "Taken down late",
        "What the database took down long after the moment it is said to have happened.",
        _recorded_late,
    ),
}


def late_entries(user: User, since: datetime, until: datetime) -> QuerySet[Record]:
    """Records first entered in a period and too long after their assessment, the latest first.

    ``entered_on`` is the day of the first entry, UTC; ``wait`` how long it took.
    """
    past: Any = Record.history.model
    first = past.objects.filter(id=OuterRef("pk")).order_by("history_id").values("history_date")
    wait = ExpressionWrapper(F("entered_on") - F("assessed_on"), output_field=DurationField())
    readable = selectors.readable_participants(user)
    return (
        Record.objects.filter(visit__in=visible_visits(user), participant__in=readable)
        .exclude(assessed_on=None)
        .annotate(entered_at=Subquery(first[:1], output_field=DateTimeField()))
        .filter(entered_at__gte=since, entered_at__lt=until)
        .annotate(entered_on=TruncDate("entered_at", output_field=DateField()))
        .annotate(wait=wait)
        .filter(wait__gt=timedelta(days=protocol.current().watch.late_entry_days))
        .select_related("visit", "participant__site")
        .order_by("-wait", "participant__code", "pk")
    )


def bursts(user: User, since: datetime, until: datetime) -> QuerySet[Event, Any]:
    """Spans of minutes in which one person saved many records, the newest first."""
    watch = protocol.current().watch
    span = Func(
        Value(timedelta(minutes=watch.burst_minutes)),
        F("at"),
        Value(since),
        function="date_bin",
        output_field=DateTimeField(),
    )
    found = Event.objects.filter(selectors.events_for(user), at__gte=since, at__lt=until)
    return (
        found.filter(name="record.saved")
        .values("actor__full_name", span=span)
        .annotate(
            saves=Count("pk"),
            participants=Count("participant", distinct=True),
            first=Min("at"),
            last=Max("at"),
        )
        .filter(saves__gte=watch.burst_saves)
        .order_by("-span", "actor__full_name")
    )
