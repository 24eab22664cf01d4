"""Who entered, changed and signed the rows of a cut, read from the histories.

Only inside the cut's instant. What is read is put down beside the tables as lines of JSON, sorted
by participant. A blinded cut gets nothing of adverse events, whose history tells arms, nor of a
visit that only some arms have.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import F, Q
from django.db.models.functions import Collate
from simple_history.utils import get_history_manager_for_model

from exports import catalogue, rows
from exports.formats.odm import acts
from exports.scope import Scope
from safety.models import AdverseEvent
from safety.selectors import EXPORTED, VALID
from trial.models import (
    Consent,
    Death,
    LostToFollowUp,
    Participant,
    Record,
    Visit,
    Withdrawal,
)

CHUNK = 1000
T = TypeVar("T")
# The column of the file, where it is not called as the model's.
_RECORD = {
    "status": "status", "assessed_on": "assessed_on", "version": "version",
    "scale_version": "form_version", "not_done_reason": "not_done_reason",
}  # fmt: skip
_VISIT = {
    name: name
    for name in ("planned_on", "window_from", "window_to", "actual_on", "status", "missed_reason")
}
_PARTICIPANT = {
    "sex": "sex", "year_of_birth": "year_of_birth", "index_on": "index_on",
    "randomized": "randomized_on", "randomized_on": "randomized_on", "stratum": "stratum",
}  # fmt: skip
_EVENT = {**{name: name for name in EXPORTED}, "severity_scale": "scale"}
_VERSION = (
    "history_act", "history_type", "history_user_id", "history_date", "history_change_reason",
    "history_changed",
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """A model that holds columns of a table: how its rows are found, and its columns by ours."""

    model: Any
    key: str
    columns: Mapping[str, str]
    which: Q = field(default_factory=Q)


@dataclass(frozen=True)
class Row:
    """A row of a table: the key of the model's row, whose it is, and its key among theirs."""

    pk: int
    who: str
    site: str
    key: tuple[str, ...]


class TrailReader:
    """Writes the lines of every table of one cut, and remembers who occurred in them."""

    def __init__(
        self, folder: Path, scope: Scope, *, blinded: bool, staff: Mapping[int, set[str]]
    ) -> None:
        self._folder, self._scope, self._blinded, self._staff = folder, scope, blinded, staff
        self.persons: set[int | None] = set()

    def write(self) -> None:
        """One file a table that is entered by people."""
        self._table("participants", self._participants(), _of_participants())
        self._table("visits", self._visits(), (Origin(Visit, "id", _VISIT),))
        for spec in catalogue.forms_in(self._scope, blinded=self._blinded):
            answers = {name: name for name in spec.columns}
            origins = (Origin(Record, "id", _RECORD), Origin(spec.model, "record_id", answers))
            self._table(spec.code, self._records(spec.code), origins)
        if not self._blinded:
            self._table("adverse_events", _events(), (Origin(AdverseEvent, "id", _EVENT),))

    def done(self, user: int | None, site: str, at: datetime, reason: str = "") -> list[Any]:
        """An act as it stands in a line; its site is the participant's if they work there."""
        self.persons.add(user)
        where = site if user is not None and site in self._staff.get(user, ()) else ""
        return [user, where, instant(at), reason]

    def _participants(self) -> Iterator[Row]:
        found = (
            rows.participants(self._scope)
            .order_by(_plain("code"))
            .values_list("pk", "code", "site__code")
        )
        return (Row(pk, who, site, ()) for pk, who, site in found.iterator(CHUNK))

    def _visits(self) -> Iterator[Row]:
        found = rows.visits(self._scope, blinded=self._blinded).order_by(
            _plain("participant__code"), "pk"
        )
        values = found.values_list(
            "pk", "participant__code", "participant__site__code", "code", "occurrence"
        )
        return _placed(values)

    def _records(self, form: str) -> Iterator[Row]:
        found = rows.records(form, self._scope, blinded=self._blinded)
        values = found.order_by(_plain("participant__code"), "pk").values_list(
            "pk",
            "participant__code",
            "participant__site__code",
            "visit__code",
            "visit__occurrence",
        )
        return _placed(values)

    def _table(self, name: str, found: Iterator[Row], origins: Sequence[Origin]) -> None:
        with (self._folder / f"{name}.jsonl").open("x", encoding="utf-8") as out:
            for some in _chunks(found):
                past = [_past(origin, [row.pk for row in some]) for origin in origins]
                for row in some:
                    out.write(line(self._line(row, origins, [one[row.pk] for one in past])))

    def _line(
        self, row: Row, origins: Sequence[Origin], past: Sequence[list[dict[str, Any]]]
    ) -> dict[str, Any]:
        entered = past[0][0]
        changed: dict[str, list[Any]] = {}
        for origin, versions in zip(origins, past, strict=True):
            for version in versions:
                if version["history_act"] == entered["history_act"]:
                    continue
                stamp = self._stamp(version, row.site)
                for ours in _touched(origin, version):
                    changed[ours] = stamp
        return {
            "who": row.who,
            "key": row.key,
            "entered": self._stamp(entered, row.site),
            "changed": changed,
        }

    def _stamp(self, version: Mapping[str, Any], site: str) -> list[Any]:
        reason = version["history_change_reason"] or ""
        return self.done(version["history_user_id"], site, version["history_date"], reason)


def instant(at: datetime) -> str:
    """An instant in UTC (ISO 8601)."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def line(content: Mapping[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(content, ensure_ascii=False) + "\n"


def _of_participants() -> tuple[Origin, ...]:
    whole = "participant_id"
    consent = dict.fromkeys(("consented_on", "consent_version", "age_at_consent"), "")
    return (
        Origin(Participant, "id", _PARTICIPANT),
        Origin(Consent, whole, consent),
        Origin(Death, whole, {"died_on": ""}),
        Origin(Withdrawal, whole, {"withdrawn_on": ""}, Q(from_follow_up=True)),
        Origin(LostToFollowUp, whole, {"lost_on": ""}),
    )


def _events() -> Iterator[Row]:
    found = AdverseEvent.objects.filter(VALID).order_by(_plain("participant__code"), "number")
    values = found.values_list("pk", "participant__code", "participant__site__code", "number")
    return (Row(pk, who, site, (str(number),)) for pk, who, site, number in values.iterator(CHUNK))


def _placed(found: Any) -> Iterator[Row]:
    return (
        Row(pk, who, site, (visit, str(occurrence)))
        for pk, who, site, visit, occurrence in found.iterator(CHUNK)
    )


def _past(origin: Origin, keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The versions of the rows with these keys, the oldest first."""
    past = get_history_manager_for_model(origin.model).model._default_manager
    found = past.filter(origin.which, **{f"{origin.key}__in": keys}).order_by("history_id")
    by_key: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for version in found.values(origin.key, *_VERSION).iterator(CHUNK):
        by_key[version[origin.key]].append(version)
    return by_key


def _touched(origin: Origin, version: Mapping[str, Any]) -> Iterable[str]:
    """Our columns that a version filled or changed; a row of its own touches all of them."""
    if version["history_type"] == "+":
        return origin.columns
    changed = set(version["history_changed"])
    return [ours for ours, theirs in origin.columns.items() if not theirs or theirs in changed]


def _plain(path: str) -> Collate:
    return Collate(F(path), "C")


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while some := list(islice(source, CHUNK)):
        yield some


def write_people(folder: Path, content: Mapping[str, Any]) -> None:
    """Everybody who occurs, and every site."""
    text = json.dumps(content, ensure_ascii=False)
    (folder / f"{acts.PEOPLE}.json").write_text(text, encoding="utf-8")
