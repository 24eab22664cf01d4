"""Where the rows of a cut come from: read once, in a fixed order, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Collate

from exports.tables import Row
from trial import protocol, selectors
from trial.clock import age_on, day_at
from trial.covered import changed_since
from trial.models import Participant, Record, ScreeningEntry, Signature, Visit
from trial.registry import FormSpec

CHUNK = 1000
T = TypeVar("T")


def screening_entries() -> QuerySet[ScreeningEntry]:
    """The screening log."""
    return ScreeningEntry.objects.all()


def participants() -> QuerySet[Participant]:
    """Everybody who consented."""
    return Participant.objects.all()


def visits(*, blinded: bool) -> QuerySet[Visit]:
    """The visits; without those that only some arms have, if blinded."""
    return Visit.objects.exclude(_telling("")) if blinded else Visit.objects.all()


def records(form: str, *, blinded: bool) -> QuerySet[Record]:
    """The records of a form; without those at visits that only some arms have, if blinded."""
    found = Record.objects.filter(form=form)
    return found.exclude(_telling("visit__")) if blinded else found


def _telling(path: str) -> Q:
    codes = [visit.code for visit in protocol.current().visits if visit.reveals_arm]
    return Q(**{f"{path}hidden": True}) | Q(**{f"{path}code__in": codes})


def screening_rows() -> Iterator[Row]:
    """The screening log, by site and number."""
    found = screening_entries().select_related("site", "participant")
    for entry in found.order_by(_plain("site__code"), "number").iterator(CHUNK):
        yield {
            "screening_id": f"{entry.site.code}-S{entry.number:03d}",
            "site": entry.site.code,
            "screened_on": entry.screened_on,
            "sex": entry.sex,
            "year_of_birth": entry.year_of_birth,
            "outcome": entry.outcome,
            "reason": entry.reason,
            "participant": entry.participant.code if entry.participant else None,
        }


def participant_rows() -> Iterator[Row]:
    """One row a participant, by code."""
    found = (
        participants()
        .select_related("site", "death", "lost")
        .prefetch_related("consents", "criteria", "withdrawals")
        .prefetch_related(Prefetch("signatures", _eligibilities()))
    )
    for participant in found.order_by(_plain("code")).iterator(CHUNK):
        yield {
            "participant": participant.code,
            "site": participant.site.code,
            "sex": participant.sex,
            "year_of_birth": participant.year_of_birth,
            "index_on": participant.index_on,
            **_consent(participant),
            **_eligibility(participant),
            "randomized": participant.randomized_on is not None,
            "randomized_on": participant.randomized_on,
            "stratum": participant.stratum,
            **_ending(participant),
        }


def _consent(participant: Participant) -> dict[str, object]:
    first = min(
        participant.consents.all(), key=lambda row: (row.consented_on, row.pk), default=None
    )
    if first is None:
        return {"consented_on": None, "consent_version": None, "age_at_consent": None}
    return {
        "consented_on": first.consented_on,
        "consent_version": first.version,
        "age_at_consent": age_on(participant.year_of_birth, first.consented_on),
    }


def _eligibilities() -> QuerySet[Signature]:
    return Signature.objects.filter(meaning="eligibility").exclude(changed_since())


def _eligibility(participant: Participant) -> dict[str, object]:
    content = selectors.eligibility_content(participant)
    answers: dict[str, bool | None] = content["criteria"]
    criteria = protocol.current().criteria
    answered = all(answers[criterion.code] is not None for criterion in criteria)
    digest = selectors.digest(content)
    signed = [
        day_at(row.signed_at, participant.site)
        for row in participant.signatures.all()
        if row.digest == digest
    ]
    return {
        "eligible": all(answers[one.code] == one.wanted for one in criteria) if answered else None,
        "eligibility_signed_on": max(signed, default=None),
    }


def _ending(participant: Participant) -> dict[str, object]:
    left = [row.withdrawn_on for row in participant.withdrawals.all() if row.from_follow_up]
    death, lost = getattr(participant, "death", None), getattr(participant, "lost", None)
    return {
        "died_on": None if death is None else death.died_on,
        "withdrawn_on": min(left, default=None),
        "lost_on": None if lost is None else lost.last_contact_on,
    }


def visit_rows(*, blinded: bool) -> Iterator[Row]:
    """One row a visit, by participant and planned day."""
    found = visits(blinded=blinded).select_related("participant")
    for visit in found.order_by(*_by_visit("")).iterator(CHUNK):
        yield {
            "participant": visit.participant.code,
            "visit": visit.code,
            "occurrence": visit.occurrence,
            "planned_on": visit.planned_on,
            "window_from": visit.window_from,
            "window_to": visit.window_to,
            "actual_on": visit.actual_on,
            "status": visit.status,
            "out_of_window": None if visit.actual_on is None else visit.out_of_window,
            "missed_reason": visit.missed_reason,
        }


def form_rows(spec: FormSpec, columns: tuple[str, ...], *, blinded: bool) -> Iterator[Row]:
    """One row a record of this form, by participant and planned day.

    ``columns`` are those of the form's own table. A form that was not done has no answers: its
    row holds the reason and is otherwise empty.
    """
    found = records(spec.code, blinded=blinded).select_related("participant", "visit")
    nothing: dict[str, Any] = dict.fromkeys(columns)
    for some in _chunks(found.order_by(*_by_visit("visit__")).iterator(CHUNK)):
        answers = _answers(spec, columns, [record.pk for record in some])
        for record in some:
            yield {
                "participant": record.participant.code,
                "visit": record.visit.code,
                "occurrence": record.visit.occurrence,
                "status": record.status,
                "assessed_on": record.assessed_on,
                "day": _day(record.assessed_on, record.participant.index_on),
                "version": record.version,
                "scale_version": record.form_version,
                "not_done_reason": record.not_done_reason,
                **answers.get(record.pk, nothing),
            }


def _answers(
    spec: FormSpec, columns: tuple[str, ...], keys: list[int]
) -> dict[int, dict[str, Any]]:
    found = spec.model._default_manager.filter(pk__in=keys).values("pk", *columns)
    return {row.pop("pk"): row for row in found.iterator()}


def _day(day: date | None, index: date) -> int | None:
    return None if day is None else (day - index) // timedelta(days=1)


def _by_visit(path: str) -> tuple[Collate | str, ...]:
    return (
        _plain("participant__code"),
        f"{path}planned_on",
        _plain(f"{path}code"),
        f"{path}occurrence",
        "pk",
    )


def _plain(path: str) -> Collate:
    # The server's own sorting of text differs between machines.
    return Collate(F(path), "C")


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
