"""Where the rows of a cut come from: read once, in a fixed order, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
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
from trial import protocol
from trial.eligibility import difference
from trial.models import Participant, Record, ScreeningEntry, Visit
from trial.registry import FormSpec

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
    for entry in found.order_by(plain("site__code"), "number").iterator(CHUNK):
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


def visit_rows(scope: Scope, *, blinded: bool) -> Selection:
    """One row a visit, by participant and planned day; a later one is still planned."""
    outside = Q(actual_on__lt=F("window_from")) | Q(actual_on__gt=F("window_to"))
    own = ("occurrence", "planned_on", "window_from", "window_to")
    return Selection(
        visits(scope, blinded=blinded).order_by(*_by_visit("")),
        {
            "participant": plain("participant__code"),
            "visit": plain("code"),
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
            "participant": plain("participant__code"),
            "visit": plain("visit__code"),
            "occurrence": F("visit__occurrence"),
            **{name: F(name) for name in own},
            "day": difference(F("assessed_on"), F("participant__index_on")),
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


def _by_visit(path: str) -> tuple[Collate | str, ...]:
    return (
        plain("participant__code"),
        f"{path}planned_on",
        plain(f"{path}code"),
        f"{path}occurrence",
        "pk",
    )


def plain(path: str) -> Collate:
    """Text in the order of its characters: the server's own differs between machines.

    A column that rows are sorted by is selected like this too, and then not carried twice.
    """
    return Collate(F(path), "C")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The same in lists of so many, the last of what is left."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk
