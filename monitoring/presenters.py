"""The words of the trail: one line a change, in the labels of the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from accounts.models import User
from audit.trail import Version
from monitoring.selectors import Entry, people, records_of
from trial import registry
from trial.models import Answers, Record
from trial.registry import FormSpec

# Columns that tie rows together and say nothing to a reader.
STRUCTURE = frozenset({"id", "participant_id", "record_id", "visit_id", "version", "digest"})
BLANK = "—"
# An act recorded this much after its own time is shown with both times.
LATE_SECONDS = 3600
EVENTS: Mapping[str, str] = {
    "account.closed": "closed an account",
    "account.created": "opened an account",
    "account.opened": "opened an account again",
    "account.password-changed": "changed the own password",
    "ae.amended": "amended an adverse event",
    "ae.reported": "reported an adverse event",
    "ae.voided": "marked an adverse event as entered in error",
    "aspiration.recorded": "recorded a marrow aspiration",
    "consent.recorded": "recorded a consent",
    "cut.cancelled": "cancelled a data cut",
    "cut.done": "finished a data cut",
    "cut.downloaded": "downloaded from a data cut",
    "cut.failed": "could not make a data cut",
    "cut.requested": "asked for a data cut",
    "delegation.ended": "ended a delegation",
    "delegation.given": "gave a delegation",
    "eligibility.answered": "answered eligibility criteria",
    "eligibility.signed": "signed the eligibility",
    "infusion.recorded": "recorded an infusion",
    "list.sealed": "sealed the allocation list",
    "not-treated.recorded": "recorded why there was no treatment",
    "participant.died": "recorded the death",
    "participant.enrolled": "enrolled the participant",
    "participant.lost": "recorded loss to follow-up",
    "participant.randomized": "randomized the participant",
    "participant.withdrew": "recorded a withdrawal",
    "product.recorded": "recorded a batch",
    "record.not-done": "marked a form as not done",
    "record.saved": "saved a form",
    "record.signed": "signed a form",
    "sae.reported": "reported a serious adverse event",
    "screening.closed": "closed a screening",
    "screening.logged": "logged a screening",
    "session.closed": "signed out",
    "session.opened": "signed in",
    "session.refused": "sign-in refused",
    "signature.refused": "signature refused: wrong password",
    "site.opened": "opened a site",
    "visit.added": "added an unscheduled visit",
    "visit.dated": "dated a visit",
    "visit.missed": "marked a visit as missed",
}


@dataclass(frozen=True)
class Line:
    """One field: its label, what it was, what it became."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Block:
    """One row of the trial: where it belongs, whether it was entered or changed, its lines."""

    title: str
    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Act:
    """One act as the trail shows it."""

    at: datetime
    recorded_at: datetime
    late: bool
    who: str
    role: str
    what: str
    participant: str
    reason: str
    blocks: tuple[Block, ...]


def acts(entries: list[Entry]) -> list[Act]:
    """The entries in words."""
    words = _Words(records_of(entries), people())
    return [words.act(entry) for entry in entries]


def kinds() -> list[tuple[str, str]]:
    """The kinds of events for the filter, in words."""
    return sorted(EVENTS.items(), key=lambda pair: pair[1])


class _Words:
    """Turns entries into words; holds the records and names that were read once."""

    def __init__(self, records: Mapping[int, Record], people: Mapping[int, str]) -> None:
        self._records = records
        self._people = people

    def act(self, entry: Entry) -> Act:
        what = [EVENTS.get(event.name, event.name) for event in entry.events] or ["changed"]
        codes = {event.participant for event in entry.events if event.participant}
        return Act(
            at=entry.at,
            recorded_at=entry.recorded_at,
            late=abs((entry.recorded_at - entry.at).total_seconds()) > LATE_SECONDS,
            who=self._people.get(entry.actor_id or 0, "the system"),
            role=entry.role,
            what="; ".join(dict.fromkeys(what)),
            participant=", ".join(sorted(codes)),
            reason=entry.reason,
            blocks=tuple(self._blocks(entry.versions)),
        )

    def _blocks(self, versions: Iterable[Version]) -> Iterator[Block]:
        for version in versions:
            lines = tuple(self._lines(version))
            if lines:
                yield Block(self._title(version), version.kind, lines)

    def _title(self, version: Version) -> str:
        title = version.model.trail_title or str(version.model._meta.verbose_name)
        if version.model is Record:
            return f"{title}: {registry.form(version.row.form).short}"
        record = self._records.get(getattr(version.row, "record_id", None) or 0)
        if record is not None:
            return f"{record.visit} · {registry.form(record.form).short}"
        return f"{title} {getattr(version.row, 'code', '')}".strip()

    def _lines(self, version: Version) -> Iterator[Line]:
        spec = _spec(version)
        fields = {field.attname: field for field in version.model._meta.concrete_fields}
        for change in version.changes:
            field = fields[change.column]
            # What the database computes follows from the answers above it.
            if change.column in STRUCTURE or field.generated:
                continue
            yield Line(
                _label(spec, field),
                self._value(spec, field, change.old),
                self._value(spec, field, change.new),
            )

    def _value(self, spec: FormSpec | None, field: Any, value: Any) -> str:
        if value is None or value == "":
            return BLANK
        if spec is not None and field.attname in spec.columns:
            return spec.words(field.attname, value)
        if isinstance(field, models.ForeignKey) and field.related_model is User:
            return self._people.get(value, BLANK)
        return _plain(field, value)


def _spec(version: Version) -> FormSpec | None:
    if not issubclass(version.model, Answers):
        return None
    return next((spec for spec in registry.forms() if spec.model is version.model), None)


def _label(spec: FormSpec | None, field: Any) -> str:
    if spec is not None and field.attname in spec.labels:
        return spec.labels[field.attname]
    words = str(field.verbose_name)
    return words[:1].upper() + words[1:]


def _plain(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%-d %b %Y %H:%M} UTC"
    if isinstance(value, date):
        return f"{value:%-d %b %Y}"
    return str(dict(field.flatchoices).get(value, value))
