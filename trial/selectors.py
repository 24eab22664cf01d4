"""Everything the backbone reads for others; no function here changes anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.db.models import Max, Q

from trial import protocol, registry
from trial.clock import age_on
from trial.covered import answered_since
from trial.models import Answers, Participant, Record, Signature
from trial.partial_dates import PartialDate
from trial.protocol import Criterion, Facts

# The answers of baseline records by form.
Baseline: TypeAlias = Mapping[str, Mapping[str, Any]]


def answers_of(record: Record | None, *, form: str) -> dict[str, Any]:
    """The saved answers of a record, an empty map before the first save."""
    spec = registry.form(form)
    row: Answers | None = (
        None if record is None else spec.model._default_manager.filter(pk=record.pk).first()
    )
    return {} if row is None else row.values(spec.columns)


def scores_of(record: Record | None, *, form: str) -> dict[str, int | None]:
    """The scores of a record; None where an answer is missing."""
    return dict(registry.form(form).score(answers_of(record, form=form)))


def consented_on(participant: Participant) -> date | None:
    """The day of the first consent."""
    days = sorted(consent.consented_on for consent in participant.consents.all())
    return days[0] if days else None


def died_on(participant: Participant) -> PartialDate | None:
    """When the participant died, as far as known."""
    death = getattr(participant, "death", None)
    return None if death is None else PartialDate.parse(death.died_on)


def at_baseline(path: str = "") -> Q:
    """The complete records of the baseline visit; ``path`` leads to them, as in a lookup."""
    visit = protocol.current().baseline.code
    # It is not repeatable: everybody has it once.
    where = {"visit__code": visit, "visit__occurrence": 1, "status": "complete"}
    return Q(**{f"{path}{name}": value for name, value in where.items()})


def facts_of(participant: Participant, baseline: Baseline | None = None) -> Facts:
    """What the system holds for strata and computed criteria: read, never typed.

    ``baseline`` are the answers ``at_baseline`` by form, where they are read already.
    """
    consent = consented_on(participant)
    if baseline is None:
        records = Record.objects.filter(at_baseline(), participant=participant)
        baseline = {record.form: answers_of(record, form=record.form) for record in records}
    scores: dict[str, object] = {}
    for form, answers in baseline.items():
        values = {**answers, **registry.form(form).score(answers)}
        scores.update({f"{form}.{name}": value for name, value in values.items()})
    return Facts(
        site=participant.site.code,
        sex=participant.sex,
        age=None if consent is None else age_on(participant.year_of_birth, consent),
        days_from_index=None if consent is None else (consent - participant.index_on).days,
        scores=scores,
    )


@dataclass(frozen=True)
class Eligibility:
    """How a participant stands to the criteria, read once.

    ``criteria`` are each criterion, its answer (None while unanswered) and whether the system
    computes it.
    """

    code: str
    facts: Facts
    criteria: tuple[tuple[Criterion, bool | None, bool], ...]

    @property
    def met(self) -> bool | None:
        """Whether every criterion is as wanted; None while one is unanswered."""
        if any(answer is None for _, answer, _ in self.criteria):
            return None
        return all(answer == criterion.wanted for criterion, answer, _ in self.criteria)

    @property
    def content(self) -> dict[str, Any]:
        """The exact content an eligibility signature covers."""
        return signed_eligibility(self.code, {one.code: met for one, met, _ in self.criteria})

    @property
    def digest(self) -> str:
        """The hash of it: who signs gives back the one they were shown."""
        return digest(self.content)

    @property
    def stratum(self) -> str | None:
        """The participant's stratum, None while a factor cannot be read."""
        return protocol.current().stratum(self.facts)


def eligibility_of(participant: Participant, baseline: Baseline | None = None) -> Eligibility:
    """The eligibility as it stands now."""
    facts = facts_of(participant, baseline)
    saved = {row.criterion: row.met for row in participant.criteria.all()}
    criteria = (
        (
            criterion,
            criterion.computed(facts) if criterion.computed else saved.get(criterion.code),
            criterion.computed is not None,
        )
        for criterion in protocol.current().criteria
    )
    return Eligibility(participant.code, facts, tuple(criteria))


def canonical(content: object) -> str:
    """Content as the one text that it has."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)


def digest(content: object) -> str:
    """SHA-256 over canonical JSON: what a signature covers."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def signed_eligibility(code: str, criteria: object) -> dict[str, Any]:
    """What an eligibility signature covers, of a participant's code and the map of the answers."""
    return {"participant": code, "protocol": protocol.current().version, "criteria": criteria}


def record_content(record: Record) -> dict[str, Any]:
    """The exact content a record's signature covers."""
    return content_of(record, answers_of(record, form=record.form))


def content_of(record: Record, answers: dict[str, Any]) -> dict[str, Any]:
    """The same, where the answers are read already."""
    return {
        "participant": record.participant.code,
        "visit": str(record.visit),
        "form": record.form,
        "form_version": record.form_version,
        "status": record.status,
        "assessed_on": record.assessed_on,
        "not_done_reason": record.not_done_reason,
        "answers": answers,
    }


def eligibility_signature(
    participant: Participant, now: Eligibility | None = None
) -> Signature | None:
    """The valid signature of the eligibility as it stands ``now``, if there is one."""
    covered = eligibility_digest(participant) if now is None else now.digest
    found = participant.signatures.filter(meaning="eligibility", digest=covered)
    return found.exclude(answered_since()).select_related("signed_by").last()


def record_signature(record: Record) -> Signature | None:
    """The valid signature of the record as it stands now, if there is one."""
    found = record.signatures.filter(version=record.version, digest=record_digest(record))
    return found.select_related("signed_by").last()


def eligibility_digest(participant: Participant) -> str:
    """The hash of the eligibility as it stands: who signs it gives back the one they were shown."""
    return eligibility_of(participant).digest


def record_digest(record: Record) -> str:
    """The hash of a record as it stands: who signs it gives back the one they were shown."""
    return digest(record_content(record))


def next_occurrence(participant: Participant, code: str) -> int:
    """The number of the next visit of a repeatable plan."""
    last = participant.visits.filter(code=code).aggregate(last=Max("occurrence"))["last"]
    return (last or 0) + 1
