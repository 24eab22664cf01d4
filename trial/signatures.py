"""What a signature covers, whether it still holds, and which change voided it; read only.

A signature holds while the content it covers has the hash it stored and nothing of it was changed
since, not even to and fro (``trial.covered``). Nothing is told when the content changes: whoever
looks compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from trial import covered, registry, selectors
from trial.covered import FACTS
from trial.models import Participant, Record, Signature, Visit
from trial.selectors import digest


@dataclass(frozen=True)
class Change:
    """The first change after a signature: when, by whom, to what, and why."""

    at: datetime
    by: str
    what: str
    reason: str


@dataclass(frozen=True)
class Signed:
    """A signature as a page shows it; ``change`` is what voided it, where that is known."""

    signature: Signature
    holds: bool
    change: Change | None = None


def record_digests(records: Iterable[Record]) -> dict[int, str]:
    """The hash of each record as it stands, by its key: one query per form."""
    by_form: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_form[record.form].append(record)
    found: dict[int, str] = {}
    for form, rows in by_form.items():
        spec = registry.form(form)
        answers = spec.model._default_manager.in_bulk([row.pk for row in rows])
        for row in rows:
            there = answers.get(row.pk)
            values = {} if there is None else there.values(spec.columns)
            found[row.pk] = digest(selectors.content_of(row, values))
    return found


class Book:
    """Some visits of a participant with their records, as they stand now.

    For a casebook these are all visits but those whose existence tells an arm.
    """

    def __init__(self, participant: Participant, visits: Sequence[Visit]) -> None:
        self.participant = participant
        self.visits = visits

    @cached_property
    def records(self) -> dict[int, list[Record]]:
        """The records by visit, in the order of the forms."""
        found: dict[int, list[Record]] = defaultdict(list)
        rows = Record.objects.filter(visit__in=[visit.pk for visit in self.visits])
        for row in (
            rows.select_related("visit", "assessed_by")
            .prefetch_related("signatures__signed_by")
            .order_by("form")
        ):
            row.participant = self.participant
            found[row.visit_id].append(row)
        return found

    @cached_property
    def digests(self) -> dict[int, str]:
        """The hash of every record."""
        return record_digests(row for rows in self.records.values() for row in rows)

    def visit_digest(self, visit: Visit) -> str:
        """What the signature of a visit covers: its facts, and each record's version and hash."""
        return digest(self._visit(visit))

    def casebook_digest(self) -> str:
        """What the signature of the casebook covers: the participant's facts and every visit."""
        open_ = [visit for visit in self.visits if not visit.hidden]
        return digest(
            {**participant_facts(self.participant), "visits": [self._visit(one) for one in open_]}
        )

    def _visit(self, visit: Visit) -> dict[str, Any]:
        return {
            "participant": self.participant.code,
            "visit": str(visit),
            "status": visit.status,
            "actual_on": visit.actual_on,
            "missed_reason": visit.missed_reason,
            "records": [
                (row.form, row.version, self.digests[row.pk]) for row in self.records[visit.pk]
            ],
        }

    def holds(self, signature: Signature) -> bool:
        """Whether a signature covers what it covers as it stands."""
        if signature.meaning == "record":
            row = self._record(signature)
            return (
                row is not None
                and row.version == signature.version
                and self.digests[row.pk] == signature.digest
            )
        if signature.meaning == "casebook":
            now = self.casebook_digest()
        else:
            now = self.visit_digest(
                next(one for one in self.visits if one.pk == signature.visit_id)
            )
        return now == signature.digest and signature.pk not in self._changed

    @cached_property
    def _changed(self) -> frozenset[int]:
        """The signatures of wholes after which something they cover was changed."""
        wholes = self.participant.signatures.filter(meaning__in=["visit", "casebook"])
        return frozenset(wholes.filter(covered.changed_since()).values_list("pk", flat=True))

    def _record(self, signature: Signature) -> Record | None:
        rows = self.records[signature.visit_id or 0]
        return next((row for row in rows if row.pk == signature.record_id), None)

    def signed(self, signatures: Iterable[Signature]) -> list[Signed]:
        """Signatures with their standing, the newest first."""
        found = []
        for one in sorted(signatures, key=lambda row: -row.pk):
            holds = self.holds(one)
            found.append(Signed(one, holds, None if holds else self._change(one)))
        return found

    @cached_property
    def _past(self) -> list[Version]:
        return versions(self.participant)

    def _change(self, signature: Signature) -> Change | None:
        """The first change after the signature to something it covers."""
        return next((one.change for one in self._past if self._voids(one, signature)), None)

    def _voids(self, version: Version, signature: Signature) -> bool:
        if signature.meaning == "record":
            return version.record == signature.record_id and version.number > signature.version
        if version.change.at <= signature.signed_at:
            return False
        if signature.meaning == "visit":
            return version.visit == signature.visit_id
        open_ = {one.pk for one in self.visits if not one.hidden}
        return version.visit is None or version.visit in open_


def participant_facts(participant: Participant) -> dict[str, Any]:
    """What a casebook holds of a participant beside the visits."""
    row = participant
    death, lost = getattr(row, "death", None), getattr(row, "lost", None)
    return {
        "participant": row.code,
        "sex": row.sex,
        "year_of_birth": row.year_of_birth,
        "index_on": row.index_on,
        "randomized_on": row.randomized_on,
        "consents": [(one.version, one.given_by, one.consented_on) for one in row.consents.all()],
        "criteria": sorted((one.criterion, one.met) for one in row.criteria.all()),
        "withdrawals": [
            (one.withdrawn_on, one.from_treatment, one.from_follow_up, one.from_data_use,
             one.from_samples, one.reason)
            for one in row.withdrawals.all()
        ],
        "death": None if death is None else (death.died_on, death.cause),
        "lost": None if lost is None else (lost.last_contact_on, lost.attempts),
    }  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One version of a row of the participant, and the change that made it.

    ``visit`` and ``record`` are keys, empty where the row belongs to none.
    """

    visit: int | None
    record: int | None
    number: int
    change: Change


def versions(participant: Participant) -> list[Version]:
    """Every version of what a casebook covers, the oldest first."""
    found: list[tuple[Any, Version]] = []
    kinds: tuple[type[Any], ...] = (Record, Visit, *FACTS)
    for model in kinds:
        key = "id" if model is Participant else "participant"
        rows = covered.versions(model, **{key: participant.pk}).select_related("history_user")
        for row in rows:
            order = (row.history_date, row.history_recorded_at, row.history_id)
            found.append((order, _version(model, row)))
    return [version for _, version in sorted(found, key=lambda pair: pair[0])]


def _version(model: type[Any], row: Any) -> Version:
    by = str(row.history_user or row.history_role)
    if model is Record:
        what = f"{registry.form(row.form).short}, version {row.version}"
    else:
        what = FACTS.get(model, "the visit itself")
    change = Change(row.history_date, by, what, row.history_change_reason)
    if model is Record:
        return Version(row.visit_id, row.id, row.version, change)
    return Version(row.id if model is Visit else None, None, 0, change)


def of_visit(visit: Visit) -> list[Signature]:
    """The signatures of a visit as a whole."""
    return list(visit.signatures.filter(meaning="visit").select_related("signed_by"))


def of_casebook(participant: Participant) -> list[Signature]:
    """The signatures of a casebook."""
    return list(participant.signatures.filter(meaning="casebook").select_related("signed_by"))
