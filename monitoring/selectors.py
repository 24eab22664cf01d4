"""What a monitor reads: the trail of one participant, and of the whole trial."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from audit import trail
from audit.models import Event
from audit.trail import Version
from trial import access
from trial.models import Participant, Record


@dataclass
class Entry:
    """One act: its events and the versions it wrote."""

    act: UUID | None
    at: datetime
    recorded_at: datetime
    actor_id: int | None
    role: str
    reason: str
    events: list[Event] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; an empty field asks for everything."""

    person: int | None = None
    participant: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


def participant_entries(participant: Participant, *, reader: User) -> list[Entry]:
    """Every act that touched a participant, newest first.

    The query count depends on the number of kinds of rows, not on the number of rows.
    """
    knows = access.may_know_arms(reader, site=participant.site)
    versions = trail.of_participant(participant.pk, knows_arms=knows)
    events = Event.objects.filter(participant=participant.code).order_by("id")
    if not knows:
        events = events.filter(reveals_arm=False)
    return sorted(_entries(events, versions), key=lambda entry: entry.at, reverse=True)


def readable_events(reader: User) -> QuerySet[Event]:
    """The events this person may read: of their participants, and of no participant."""
    codes = access.visible_to(reader).order_by().values("code")
    events = Event.objects.filter(Q(participant__in=codes) | Q(participant="")).order_by("-id")
    return events if access.may_know_arms(reader) else events.filter(reveals_arm=False)


def filtered(events: QuerySet[Event], asked: Filters) -> QuerySet[Event]:
    """The events that were asked for."""
    wanted = {
        "actor_id": asked.person,
        "participant__icontains": asked.participant,
        "name": asked.kind,
        "at__date__gte": asked.since,
        "at__date__lte": asked.until,
    }
    return events.filter(**{name: value for name, value in wanted.items() if value})


def entries_of(events: Iterable[Event], *, reader: User) -> list[Entry]:
    """The acts behind one page of events, newest first, with all they changed."""
    listed = list(events)
    acts = {event.act_id for event in listed if event.act_id is not None}
    versions = trail.of_acts(acts, knows_arms=access.may_know_arms(reader))
    return sorted(
        _entries(listed, versions), key=lambda entry: max(event.pk for event in entry.events),
        reverse=True,
    )  # fmt: skip


def _entries(events: Iterable[Event], versions: Iterable[Version]) -> list[Entry]:
    found: dict[Any, Entry] = {}
    for event in events:
        key = event.act_id or event.pk
        entry = found.setdefault(
            key,
            Entry(event.act_id, event.at, event.recorded_at, event.actor_id, event.role,
                  event.reason),
        )  # fmt: skip
        entry.events.append(event)
        entry.reason = entry.reason or event.reason
    for version in versions:
        entry = found.setdefault(
            version.act,
            Entry(version.act, version.at, version.recorded_at, version.actor_id, version.role,
                  version.reason),
        )  # fmt: skip
        entry.versions.append(version)
        entry.reason = entry.reason or version.reason
    return list(found.values())


def records_of(entries: Iterable[Entry]) -> dict[int, Record]:
    """The records the versions belong to, with their visits: one query."""
    keys = {
        key
        for entry in entries
        for version in entry.versions
        if (key := getattr(version.row, "record_id", None)) is not None
    }
    return Record.objects.select_related("visit").in_bulk(keys)


def people() -> dict[int, str]:
    """Everybody's name; a trial has dozens of people, never deleted: one query."""
    return dict(User.objects.values_list("pk", "full_name"))
