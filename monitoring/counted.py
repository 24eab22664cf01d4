"""How all records stand to their verification, counted by PostgreSQL for a data cut.

``monitoring.verification`` judges records in memory; the expressions here say the same of each row
of a query, from the same plan and the same draw. A mark that saw the saved version holds, so it is
only counted. Where a mark saw another version the history decides: these records, a few, are
judged by ``standings`` and their figures handed to the query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.sdv import DRAWN_BYTES, draw_limit, items_of
from monitoring.verification import standings
from trial import protocol, registry
from trial.models import Record
from trial.protocol import EVERY_ITEM

# Records judged in memory at once.
CHUNK = 2000


@dataclass(frozen=True)
class Judged:
    """What ``standings`` found of one record."""

    verified: int
    whole: bool
    outdated: int


def figures(records: QuerySet[Record]) -> dict[str, Combinable]:
    """What the plan asks of each of these settled records, and what holds now, to select."""
    judged = _judged(records)
    marks = SdvMark.objects.filter(record=OuterRef("pk"), withdrawn=False)
    whole = Exists(marks.filter(item=WHOLE))
    return {
        "planned": _planned(),
        "verified": Case(
            *_found(judged, "verified"),
            When(~Exists(marks) | ~Q(status="complete"), then=Value(0)),
            When(whole, then=_planned()),
            default=_counted(marks),
        ),
        "whole": Case(*_found(judged, "whole"), default=whole, output_field=BooleanField()),
        "outdated": Case(*_found(judged, "outdated"), default=Value(0)),
    }


def _judged(records: QuerySet[Record]) -> dict[int, Judged]:
    """The records with a mark that saw another version than the saved one."""
    other = SdvMark.objects.filter(withdrawn=False).exclude(version=F("record__version"))
    unsure = records.filter(pk__in=other.order_by().values("record"))
    keys = iter(list(unsure.order_by("pk").values_list("pk", flat=True)))
    found = {}
    while some := list(islice(keys, CHUNK)):
        for one in standings(Record.objects.filter(pk__in=some)):
            verified = len(one.planned) - len(one.outstanding)
            found[one.record.pk] = Judged(verified, one.whole, len(one.lost))
    return found


def _found(judged: Mapping[int, Judged], name: str) -> Iterator[When]:
    """The figures that are known already: for each, the records that have it."""
    which: dict[Any, list[int]] = defaultdict(list)
    for pk, one in judged.items():
        which[getattr(one, name)].append(pk)
    return (When(pk__in=keys, then=Value(figure)) for figure, keys in which.items())


def _planned() -> Case:
    """How many items the plan asks for; a form that was not done has none to compare."""
    every, some = _items(), _critical()
    return Case(
        When(~Q(status="complete"), then=Value(0)),
        When(_verified_whole(), then=_by_form({form: len(every[form]) for form in every})),
        default=_by_form({form: len(some[form]) for form in some}),
    )


def _counted(marks: QuerySet[SdvMark]) -> Case:
    """How many of the items the plan asks for have a mark."""
    return Case(
        When(_verified_whole(), then=_count(marks, _items())),
        default=_count(marks, _critical()),
    )


def _count(marks: QuerySet[SdvMark], items: Mapping[str, Sequence[str]]) -> Subquery:
    known = [f"{form}.{name}" for form, names in items.items() for name in names]
    item = Concat(OuterRef("form"), Value("."), F("item"))
    among = Func(
        item,
        Value(known),
        template="(%(expressions)s))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
    counted = Func(template="count(*)", output_field=IntegerField())
    return Subquery(marks.filter(among).order_by().values_list(counted))


def _by_form(numbers: Mapping[str, int]) -> Case:
    return Case(
        *(When(form=form, then=Value(number)) for form, number in numbers.items()),
        default=Value(0),
    )


def _items() -> dict[str, tuple[str, ...]]:
    return {spec.code: tuple(items_of(spec.columns)) for spec in registry.forms()}


def _critical() -> dict[str, tuple[str, ...]]:
    """The critical items of the forms that have some and are not critical as a whole."""
    plan = protocol.current().sdv
    return {
        form: tuple(item for item in items if item in plan.critical[form])
        for form, items in _items().items()
        if form in plan.critical
    }


def _verified_whole() -> Q:
    """Whether every item is asked for: the form is critical as a whole, or the record drawn."""
    plan = protocol.current().sdv
    whole = [form for form, items in plan.critical.items() if EVERY_ITEM in items]
    return Q(form__in=whole) | Q(_drawn())


def _drawn() -> Func:
    """Whether a record is one of the share, by the hash that ``monitoring.sdv`` draws with."""
    plan = protocol.current().sdv
    again = Cast(F("visit__occurrence"), CharField())
    visit = Case(
        When(visit__occurrence__gt=1, then=Concat("visit__code", Value(" "), again)),
        default=F("visit__code"),
    )
    bar = Value("|")
    return Func(
        Value(plan.seed), bar, F("participant__code"), bar, visit, bar, F("form"),
        template=(
            f"(substr(sha256(convert_to(%(expressions)s, 'UTF8')), 1, {DRAWN_BYTES})"
            f" < decode('{draw_limit(plan).hex()}', 'hex'))"
        ),
        arg_joiner=" || ",
        output_field=BooleanField(),
    )  # fmt: skip
