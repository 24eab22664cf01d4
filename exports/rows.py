"""Where the rows of a cut come from: read once, in a fixed order, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.datastructures import Join

from exports.tables import CHUNK, Row, Selection
from trial import protocol, registry, selectors
from trial.clock import age_on, day_at
from trial.covered import changed_since
from trial.models import Participant, Record, ScreeningEntry, Signature, Visit
from trial.registry import FormSpec

# Participants whose baseline is held in memory at once.
PEOPLE = 200
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
    for some in _chunks(found.order_by(_plain("code")).iterator(PEOPLE)):
        baseline = _baseline(some)
        for participant in some:
            yield {
                "participant": participant.code,
                "site": participant.site.code,
                "sex": participant.sex,
                "year_of_birth": participant.year_of_birth,
                "index_on": participant.index_on,
                **_consent(participant),
                **_eligibility(participant, baseline[participant.pk]),
                "randomized": participant.randomized_on is not None,
                "randomized_on": participant.randomized_on,
                "stratum": participant.stratum,
                **_ending(participant),
            }


def _baseline(people: list[Participant]) -> dict[int, dict[str, dict[str, Any]]]:
    """The baseline answers of these people by form: one query a form, however many they are."""
    found: dict[int, dict[str, dict[str, Any]]] = {one.pk: {} for one in people}
    records = selectors.at_baseline().filter(participant__in=people)
    whose = dict(records.values_list("pk", "participant"))
    for form in sorted(set(records.values_list("form", flat=True))):
        spec = registry.form(form)
        for row in spec.model._default_manager.filter(pk__in=whose):
            found[whose[row.pk]][form] = row.values(spec.columns)
    return found


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


def _eligibility(
    participant: Participant, baseline: dict[str, dict[str, Any]]
) -> dict[str, object]:
    content = selectors.eligibility_content(participant, baseline)
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


def visit_rows(*, blinded: bool) -> Selection:
    """One row a visit, by participant and planned day."""
    outside = Q(actual_on__lt=F("window_from")) | Q(actual_on__gt=F("window_to"))
    own = ("occurrence", "planned_on", "window_from", "window_to", "actual_on", "status")
    return Selection(
        visits(blinded=blinded).order_by(*_by_visit("")),
        {
            "participant": F("participant__code"),
            "visit": F("code"),
            **{name: F(name) for name in own},
            # A visit without a day is neither inside nor outside: SQL says NULL by itself.
            "out_of_window": ExpressionWrapper(outside, BooleanField()),
            "missed_reason": F("missed_reason"),
        },
    )


def form_rows(spec: FormSpec, columns: tuple[str, ...], *, blinded: bool) -> Selection:
    """One row a record of this form, by participant and planned day.

    ``columns`` are those of the form's own table. A form that was not done has no answers: its
    row holds the reason and is otherwise empty.
    """
    found = records(spec.code, blinded=blinded).order_by(*_by_visit("visit__"))
    own = ("status", "assessed_on", "version", "not_done_reason")
    return Selection(
        found,
        {
            "participant": F("participant__code"),
            "visit": F("visit__code"),
            "occurrence": F("visit__occurrence"),
            **{name: F(name) for name in own},
            "day": _days(F("participant__index_on"), F("assessed_on")),
            "scale_version": F("form_version"),
            **_answers(found, spec, columns),
        },
    )


def _answers(
    found: QuerySet[Record], spec: FormSpec, columns: tuple[str, ...]
) -> dict[str, Combinable]:
    """The columns of a form's own table, joined to its records where there is a row."""
    query, own = found.query, spec.model._meta
    fields: dict[str, Any] = {one.name: one for one in own.concrete_fields}
    record = fields["record"]
    # No name leads from a record to its answers: eleven forms would need eleven.
    start = query.get_initial_alias()
    alias = query.join(Join(own.db_table, start, None, LOUTER, record.remote_field, nullable=True))
    return {name: fields[name].get_col(alias) for name in columns}


def _days(since: F, until: F) -> Func:
    """The days between two days; Django would make an interval of them."""
    return Func(
        until, since, template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField()
    )


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
    while chunk := list(islice(source, PEOPLE)):
        yield chunk
