"""The table of participants: a query, or by hand where a criterion is a function of the facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThan

from exports.rows import chunks, participants, plain
from exports.scope import Scope
from exports.tables import Row, Selection
from trial import eligibility, registry, selectors
from trial.clock import day_at
from trial.covered import answered_since
from trial.models import Participant, Record, Signature, Withdrawal

# Participants whose baseline is held in memory at once.
PEOPLE = 200


def selection(scope: Scope) -> Selection:
    """One row a participant, by code; what came after the last day is not known yet."""
    return Selection(
        eligibility.judged(participants(scope)).order_by(plain("code")),
        {
            **_cells(scope),
            "eligible": F("eligible"),
            "eligibility_signed_on": _by(scope, F("eligibility_signed_on")),
        },
    )


def rows(scope: Scope) -> Iterator[Row]:
    """The same, the eligibility by the protocol's own functions."""
    cells = {**_cells(scope), "pk": F("pk")}
    found = Selection(participants(scope).order_by(plain("code")), cells)
    for some in chunks(found.values(tuple(cells)).iterator(PEOPLE), PEOPLE):
        people = _people([values[-1] for values in some])
        baseline = _baseline(people)
        for *values, pk in some:
            eligible, signed_on = _eligibility(people[pk], baseline[pk])
            yield {
                **dict(zip(cells, values, strict=False)),
                "eligible": eligible,
                "eligibility_signed_on": scope.by(signed_on),
            }


def _cells(scope: Scope) -> dict[str, Combinable]:
    """Every column but those of the eligibility."""
    randomized = Q(randomized_on__isnull=False)
    if scope.until is not None:
        randomized &= Q(randomized_on__lte=scope.until)
    left = Withdrawal.objects.filter(participant=OuterRef("pk"), from_follow_up=True)
    own = ("sex", "year_of_birth", "index_on")
    return {
        "participant": plain("code"),
        "site": F("site__code"),
        **{name: F(name) for name in own},
        "consented_on": eligibility.first_consent("consented_on"),
        "consent_version": eligibility.first_consent("version"),
        "age_at_consent": eligibility.age_at_consent(),
        "randomized": ExpressionWrapper(randomized, BooleanField()),
        "randomized_on": _by(scope, F("randomized_on")),
        "stratum": Case(When(randomized, then=F("stratum")), default=Value("")),
        "died_on": _by_partly(scope, F("death__died_on")),
        "withdrawn_on": _by(
            scope, Subquery(left.order_by("withdrawn_on").values("withdrawn_on")[:1])
        ),
        "lost_on": _by(scope, F("lost__last_contact_on")),
    }


def _by(scope: Scope, day: Combinable) -> Combinable:
    """The day, NULL if it was yet to come."""
    if scope.until is None:
        return day
    return Case(When(GreaterThan(day, scope.until), then=Value(None)), default=day)


def _by_partly(scope: Scope, day: F) -> Combinable:
    """The same of a date known in part: by its earliest reading."""
    if scope.until is None:
        return day
    earliest = Func(
        day,
        template="(%(expressions)s || substr('0000-01-01', length(%(expressions)s) + 1))::date",
        output_field=DateField(),
    )
    return Case(When(GreaterThan(earliest, scope.until), then=Value(None)), default=day)


def _people(keys: list[int]) -> dict[int, Participant]:
    signatures = Signature.objects.filter(meaning="eligibility").exclude(answered_since())
    found: QuerySet[Participant] = Participant.objects.select_related("site").prefetch_related(
        "consents", "criteria", Prefetch("signatures", signatures)
    )
    return found.in_bulk(keys)


def _baseline(people: dict[int, Participant]) -> dict[int, dict[str, dict[str, Any]]]:
    """The baseline answers of these people by form: one query a form, however many they are."""
    found: dict[int, dict[str, dict[str, Any]]] = {pk: {} for pk in people}
    records = Record.objects.filter(selectors.at_baseline(), participant__in=people)
    whose = dict(records.values_list("pk", "participant"))
    for form in sorted(set(records.values_list("form", flat=True))):
        spec = registry.form(form)
        for row in spec.model._default_manager.filter(pk__in=whose):
            found[whose[row.pk]][form] = row.values(spec.columns)
    return found


def _eligibility(
    participant: Participant, baseline: dict[str, dict[str, Any]]
) -> tuple[bool | None, date | None]:
    now = selectors.eligibility_of(participant, baseline)
    signed = [
        day_at(row.signed_at, participant.site)
        for row in participant.signatures.all()
        if row.digest == now.digest
    ]
    return now.met, max(signed, default=None)
