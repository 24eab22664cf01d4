"""Eligibility of everybody at once, as PostgreSQL works it out from the declared criteria.

``trial.selectors`` judges one participant from facts in memory; the expressions here say the same
of each row of a query, from the same declaration. A criterion that is a free function of the facts
cannot be asked here (``in_the_database``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateField,
    Expression,
    ExpressionWrapper,
    F,
    Field,
    Func,
    GeneratedField,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from trial import protocol, registry, selectors
from trial.conditions import AGE, Between
from trial.covered import answered_since
from trial.models import Consent, CriterionAnswer, Participant, Signature
from trial.protocol import Criterion

# Stand in a signed text for what differs between participants.
_CODE, _CRITERIA = "\ue000", "\ue001"
_PLACES = re.compile(f'"({_CODE}|{_CRITERIA})"')


def in_the_database() -> bool:
    """Whether every criterion is answered by a person, or computed by a condition that is data."""
    return all(
        one.computed is None or isinstance(one.computed, Between)
        for one in protocol.current().criteria
    )


def judged(people: QuerySet[Participant]) -> QuerySet[Participant]:
    """These participants, each with ``eligible`` and ``eligibility_signed_on`` to select.

    ``eligible`` is whether every criterion is as wanted, NULL while one is unanswered; the other
    the last day, at the site, on which the eligibility was signed as it stands.
    """
    found = people.alias(eligible=_eligible(), _digest=_digest())
    return found.alias(eligibility_signed_on=_signed_on())


def first_consent(column: str) -> Subquery:
    """A column of the first consent of a participant; NULL without one."""
    consents = Consent.objects.filter(participant=OuterRef("pk"))
    return Subquery(consents.order_by("consented_on", "pk").values(column)[:1])


def age_at_consent() -> Func:
    """The age at the first consent, by year of birth."""
    year = Func(first_consent("consented_on"), template="extract(YEAR FROM %(expressions)s)")
    return difference(Cast(year, IntegerField()), F("year_of_birth"))


def difference(of: Combinable, less: Combinable) -> Func:
    """Two whole numbers or two days, one less the other; Django would make days an interval."""
    joined = "(%(expressions)s)"
    return Func(of, less, template=joined, arg_joiner=" - ", output_field=IntegerField())


def whole_number(condition: Between) -> Field[Any, Any] | None:
    """The field of a form that a condition reads; None if no form has such a whole number."""
    if condition.form not in registry.codes():
        return None
    spec = registry.form(condition.form)
    fields = {one.name: one for one in spec.model._meta.concrete_fields}
    field = fields.get(condition.column)
    held = field.output_field if isinstance(field, GeneratedField) else field
    known = condition.column in {*spec.columns, *spec.scores}
    return field if known and isinstance(held, IntegerField) else None


def _holds(condition: Between) -> Func:
    """Whether a range holds the fact; BETWEEN would work the fact out twice."""
    bounds = (Value(condition.at_least), Value(condition.at_most))
    template = "int8range(%(expressions)s, '[]')"
    # Of no type that Django knows: only the server looks at it.
    held = Func(*bounds, template=template, output_field=TextField())
    fact = Cast(_fact(condition), BigIntegerField())
    return Func(
        held, fact, template="(%(expressions)s)", arg_joiner=" @> ", output_field=BooleanField()
    )


def _fact(condition: Between) -> Combinable:
    if condition.form is None:
        if condition.fact == AGE:
            return age_at_consent()
        return difference(first_consent("consented_on"), F("index_on"))
    field = whole_number(condition)
    if field is None:
        return Cast(Value(None), IntegerField())
    # By way of the visit: of the ways to one record this is the shortest.
    answers = field.model._default_manager.filter(
        selectors.at_baseline("record__"),
        record__form=condition.form,
        record__visit__participant=OuterRef("pk"),
    )
    return Subquery(answers.order_by().values(field.name))


def _computed() -> list[tuple[Criterion, Func]]:
    """The criteria that nobody types, each with its answer."""
    return [
        (one, _holds(one.computed))
        for one in protocol.current().criteria
        if isinstance(one.computed, Between)
    ]


def _of_typed(said: Expression) -> Subquery:
    """What can be said of all answers that were typed: one row, also where there are none."""
    typed = [one.code for one in protocol.current().criteria if one.computed is None]
    answers = CriterionAnswer.objects.filter(participant=OuterRef("pk"), criterion__in=typed)
    # Not with Django's aggregates, which group: without an answer there would be no row.
    return Subquery(answers.order_by().values_list(said))


def _eligible() -> Func:
    """A product is NULL as soon as a factor is, where AND would know better."""
    return Func(
        Value(1),
        *(Cast(one, IntegerField()) for one in (*_typed_as_wanted(), *_computed_as_wanted())),
        template="(%(expressions)s)::bool",
        arg_joiner=" * ",
        output_field=BooleanField(),
    )


def _computed_as_wanted() -> Iterator[Combinable]:
    return (Exact(answer, one.wanted) for one, answer in _computed())


def _typed_as_wanted() -> Iterator[Combinable]:
    typed = [one for one in protocol.current().criteria if one.computed is None]
    as_wanted = Q(met=True, criterion__in=[one.code for one in typed if one.wanted])
    as_wanted |= Q(met=False, criterion__in=[one.code for one in typed if not one.wanted])
    if typed:
        yield _of_typed(
            Func(
                ExpressionWrapper(as_wanted, BooleanField()),
                template=f"CASE WHEN count(*) = {len(typed)} THEN bool_and(%(expressions)s) END",
                output_field=BooleanField(),
            )
        )


def _digest() -> Func:
    """The hash of the eligibility as it stands, as ``selectors`` makes it."""
    code = Func(F("code"), template="to_json(%(expressions)s)::text", output_field=TextField())
    places = {_CODE: code, _CRITERIA: _criteria()}
    text = selectors.canonical(selectors.signed_eligibility(_CODE, _CRITERIA))
    return Func(
        *(places.get(part) or Value(part) for part in _PLACES.split(text)),
        template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
        arg_joiner=" || ",
        output_field=TextField(),
    )


def _criteria() -> Func:
    """The answers as canonical JSON: null for each, unless there is one typed or computed."""
    none = Value(json.dumps({one.code: None for one in protocol.current().criteria}))
    maps: list[Expression] = [Cast(none, JSONField())]
    if any(one.computed is None for one in protocol.current().criteria):
        map_ = Func(F("criterion"), F("met"), function="jsonb_object_agg", output_field=JSONField())
        typed = _of_typed(map_)
        maps.append(Coalesce(typed, Cast(Value("{}"), JSONField()), output_field=JSONField()))
    computed = (part for one, answer in _computed() for part in (Value(one.code), answer))
    return Func(
        *maps,
        Func(*computed, function="jsonb_build_object", output_field=JSONField()),
        template=(
            "(SELECT '{' || string_agg(to_json(key)::text || ': ' || value::text, ', '"
            """ ORDER BY key COLLATE "C") || '}' FROM jsonb_each(%(expressions)s))"""
        ),
        arg_joiner=" || ",
        output_field=TextField(),
    )


def _signed_on() -> Subquery:
    signed = Signature.objects.filter(participant=OuterRef("pk"), meaning="eligibility")
    valid = signed.filter(digest=OuterRef("_digest")).exclude(answered_since())
    day = Func(
        OuterRef("site__timezone"),
        F("signed_at"),
        template="max(timezone(%(expressions)s)::date)",
        output_field=DateField(),
    )
    return Subquery(valid.order_by().values_list(day))
