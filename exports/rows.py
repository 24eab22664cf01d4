"""Where the rows of a cut come from: read once, in a fixed order, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.datastructures import Join

from exports.scope import Scope
from exports.tables import CHUNK, Row, Selection
from trial import protocol, registry, selectors
from trial.clock import age_on, day_at
from trial.covered import changed_since
from trial.models import Participant, Record, ScreeningEntry, Signature, Visit
from trial.registry import FormSpec

# Participants whose baseline is held in memory at once.
PEOPLE = 200
T = TypeVar("T")


def screening_entries(scope: Scope) -> QuerySet[ScreeningEntry]:
    """The screening log; that of the randomized alone where only they are in the cut."""
    found = ScreeningEntry.objects.all()
    if scope.sites:
        found = found.filter(site__code__in=scope.sites)
    if scope.until is not None:
        found = found.filter(screened_on__lte=scope.until)
    return found.filter(scope.theirs()) if scope.randomized else found


def participants(scope: Scope) -> QuerySet[Participant]:
    """Everybody in the cut, of those who consented."""
    return Participant.objects.filter(scope.people())


def visits(scope: Scope, *, blinded: bool) -> QuerySet[Visit]:
    """The visits; without those that only some arms have, if blinded."""
    found = Visit.objects.filter(scope.visits())
    return found.exclude(_telling("")) if blinded else found


def records(form: str, scope: Scope, *, blinded: bool) -> QuerySet[Record]:
    """The records of a form; without those at visits that only some arms have, if blinded."""
    found = Record.objects.filter(scope.records(), form=form)
    return found.exclude(_telling("visit__")) if blinded else found


def _telling(path: str) -> Q:
    codes = [visit.code for visit in protocol.current().visits if visit.reveals_arm]
    return Q(**{f"{path}hidden": True}) | Q(**{f"{path}code__in": codes})


def screening_rows(scope: Scope) -> Iterator[Row]:
    """The screening log, by site and number; whoever consented later is still being screened."""
    people = participants(scope).values_list("pk", flat=True)
    known = None if scope.everybody else set(people)
    found = screening_entries(scope).select_related("site", "participant")
    for entry in found.order_by(_plain("site__code"), "number").iterator(CHUNK):
        person = entry.participant
        if person is not None and known is not None and person.pk not in known:
            person = None
        yield {
            "screening_id": f"{entry.site.code}-S{entry.number:03d}",
            "site": entry.site.code,
            "screened_on": entry.screened_on,
            "sex": entry.sex,
            "year_of_birth": entry.year_of_birth,
            "outcome": "pending" if entry.participant and not person else entry.outcome,
            "reason": entry.reason,
            "participant": person.code if person else None,
        }


def participant_rows(scope: Scope) -> Iterator[Row]:
    """One row a participant, by code; what came after the last day is not known yet."""
    found = (
        participants(scope)
        .select_related("site", "death", "lost")
        .prefetch_related("consents", "criteria", "withdrawals")
        .prefetch_related(Prefetch("signatures", _eligibilities()))
    )
    for some in _chunks(found.order_by(_plain("code")).iterator(PEOPLE)):
        baseline = _baseline(some)
        for participant in some:
            eligibility = _eligibility(participant, baseline[participant.pk])
            randomized_on = scope.by(participant.randomized_on)
            yield {
                "participant": participant.code,
                "site": participant.site.code,
                "sex": participant.sex,
                "year_of_birth": participant.year_of_birth,
                "index_on": participant.index_on,
                **_consent(participant),
                "eligible": eligibility[0],
                "eligibility_signed_on": scope.by(eligibility[1]),
                "randomized": randomized_on is not None,
                "randomized_on": randomized_on,
                "stratum": participant.stratum if randomized_on else "",
                **_ending(participant, scope),
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
) -> tuple[bool | None, date | None]:
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
    eligible = all(answers[one.code] == one.wanted for one in criteria) if answered else None
    return eligible, max(signed, default=None)


def _ending(participant: Participant, scope: Scope) -> dict[str, object]:
    left = [row.withdrawn_on for row in participant.withdrawals.all() if row.from_follow_up]
    death, lost = getattr(participant, "death", None), getattr(participant, "lost", None)
    return {
        "died_on": None if death is None else scope.by_partly(death.died_on),
        "withdrawn_on": scope.by(min(left, default=None)),
        "lost_on": None if lost is None else scope.by(lost.last_contact_on),
    }


def visit_rows(scope: Scope, *, blinded: bool) -> Selection:
    """One row a visit, by participant and planned day; a later one is still planned."""
    outside = Q(actual_on__lt=F("window_from")) | Q(actual_on__gt=F("window_to"))
    own = ("occurrence", "planned_on", "window_from", "window_to")
    return Selection(
        visits(scope, blinded=blinded).order_by(*_by_visit("")),
        {
            "participant": F("participant__code"),
            "visit": F("code"),
            **{name: F(name) for name in own},
            "actual_on": _by_then(scope, F("actual_on")),
            "status": _by_then(scope, F("status"), Value("planned")),
            # A visit without a day is neither inside nor outside: SQL says NULL by itself.
            "out_of_window": _by_then(scope, ExpressionWrapper(outside, BooleanField())),
            "missed_reason": F("missed_reason"),
        },
    )


def _by_then(scope: Scope, now: Combinable, before: Value | None = None) -> Combinable:
    """What a visit's column holds; ``before`` where the visit took place after the last day."""
    if scope.until is None:
        return now
    return Case(When(actual_on__gt=scope.until, then=before or Value(None)), default=now)


def form_rows(
    spec: FormSpec, columns: tuple[str, ...], scope: Scope, *, blinded: bool
) -> Selection:
    """One row a record of this form, by participant and planned day.

    ``columns`` are those of the form's own table. A form that was not done has no answers: its
    row holds the reason and is otherwise empty.
    """
    found = records(spec.code, scope, blinded=blinded).order_by(*_by_visit("visit__"))
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
