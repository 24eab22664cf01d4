"""The trail people read: one line a changed field, old and new side by side, acts in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.dateformat import format as written

from audit.entries import CREATED, Entry, Model, Row


@dataclass(frozen=True)
class Line:
    """One line of the trail, in words; ``field`` is empty for an act of the log.

    ``at`` is when the act was done, ``recorded_at`` when the database took it down, both UTC.
    """

    at: datetime
    recorded_at: datetime
    actor: str
    role: str
    participant: str
    title: str
    subject: str
    field: str
    old: str
    new: str
    reason: str
    kind: str
    act_id: UUID | None


class Words(Protocol):
    """What things are called. The layers above know their own words better than ``PlainWords``."""

    def title(self, model: Model) -> str:
        """A kind of row."""

    def subject(self, model: Model, about: Row) -> str:
        """Which row it is."""

    def field(self, model: Model, name: str) -> str:
        """A field."""

    def value(self, model: Model, name: str, value: Any) -> str:
        """A value of a field; empty for a blank."""

    def act(self, name: str, data: Row) -> tuple[str, str]:
        """An act of the log: its title, and what it was about."""


class PlainWords:
    """What the models themselves say: titles, verbose names, choices."""

    def title(self, model: Model) -> str:
        """The title the model gives itself, else its verbose name."""
        own: str = getattr(model, "trail_title", "")
        return own or str(model._meta.verbose_name).capitalize()

    def subject(self, _model: Model, about: Row) -> str:
        """What it is about, one after the other."""
        return " · ".join(str(part) for part in about.values() if part not in (None, ""))

    def field(self, model: Model, name: str) -> str:
        """The field's verbose name."""
        return str(model._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]  # concrete fields have one

    def value(self, model: Model, name: str, value: Any) -> str:
        """The words of a choice, dates as people write them, otherwise the value itself."""
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, datetime):
            return f"{written(value, 'j M Y H:i')} UTC"
        if isinstance(value, date):
            return written(value, "j M Y")
        choices = dict(getattr(model._meta.get_field(name), "flatchoices", ()))
        return str(choices.get(value, value))

    def act(self, name: str, data: Row) -> tuple[str, str]:
        """The act's name as words, and its facts."""
        facts = (f"{key} {_fact(value)}" for key, value in sorted(data.items()))
        return name.replace(".", " ").replace("-", " ").capitalize(), " · ".join(facts)


def _fact(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values()):
        return "kept whole in the log"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def lines(entries: Iterable[Entry], words: Words) -> Iterator[Line]:
    """Entries in words: a line for every changed field, and one for every act."""
    for entry in entries:
        yield from lines_of(entry, words)


def lines_of(entry: Entry, words: Words) -> list[Line]:
    """One entry in words; nothing where only counters changed."""
    if entry.model is None:
        return [_line(entry, words.act(entry.about["name"], entry.about["data"]))]
    model = entry.model
    blank = _line(entry, (words.title(model), words.subject(model, entry.about)))
    if not entry.changes:
        return [blank] if entry.kind == CREATED else []
    return [
        replace(
            blank,
            field=words.field(model, change.field),
            old=words.value(model, change.field, change.old),
            new=words.value(model, change.field, change.new),
        )
        for change in entry.changes
    ]


def _line(entry: Entry, head: tuple[str, str]) -> Line:
    return Line(
        at=entry.at,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        role=entry.role,
        participant=entry.participant,
        title=head[0],
        subject=head[1],
        field="",
        old="",
        new="",
        reason=entry.reason,
        kind=entry.kind,
        act_id=entry.act_id,
    )
