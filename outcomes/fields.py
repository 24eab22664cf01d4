"""The one place that knows both an instrument and Django: columns, CHECKs and generated totals.

``scale_record(NIHSS)`` is an abstract model with everything the declaration says: one column per
answer, one CHECK per column and per hard rule, and every score as a column PostgreSQL computes,
so that an unanswered item makes a total NULL and nobody can store a wrong one. A blank is NULL in
every column, of text too: the database's three-valued logic is then the rules' own.

No wording reaches a model: a corrected label makes no migration, a changed score range does.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, reduce
from operator import and_, or_
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, CheckConstraint, F, Func, Q, Value, When

from outcomes.scales.base import (
    Branch,
    Column,
    Cond,
    Instrument,
    Item,
    Ref,
    Rule,
    Scale,
    Score,
    Tree,
)
from outcomes.scales.items import Kind
from trial.models import Answers

_LONGEST_CODE = 40
_FIELDS: dict[Kind, type[models.Field[Any, Any]]] = {
    "integer": models.SmallIntegerField,
    "decimal": models.DecimalField,
    "boolean": models.BooleanField,
    "date": models.DateField,
    "choice": models.CharField,
    "text": models.CharField,
}
_LOOKUPS = {"==": "", "<=": "__lte", ">=": "__gte", "<": "__lt", ">": "__gt", "in": "__in"}


class InstrumentAnswers(Answers):
    """The answers to one instrument, as ``scale_record`` completes it."""

    instrument: ClassVar[Instrument]

    class Meta:
        abstract = True

    def values(self, columns: tuple[str, ...]) -> dict[str, Any]:
        """The answers as a flat map; an untestable mark that is not set is None, like a blank."""
        marks = _marks(self.instrument)
        found = super().values(columns)
        return {
            name: None if name in marks and value is False else value
            for name, value in found.items()
        }

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Blank text becomes NULL and a missing untestable mark False; then each field's own."""
        marks = _marks(self.instrument)
        for column in self.instrument.columns():
            if getattr(self, column.name) in (None, ""):
                setattr(self, column.name, False if column.name in marks else None)
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """Raises ValidationError, by item, for what the database would refuse."""
        super().clean()
        columns = tuple(column.name for column in self.instrument.columns())
        found: dict[str, list[str]] = {}
        for finding in self.instrument.check_row(super().values(columns)):
            found.setdefault(finding.item or "", []).append(finding.message)
        if found:
            raise ValidationError(found)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Nothing: ``clean`` says the same, and Django would ask the database per constraint."""


def scale_record(instrument: Instrument) -> type[InstrumentAnswers]:
    """The abstract model of an instrument."""
    columns = {column.name: _field(column) for column in instrument.columns()}
    meta = type("Meta", (), {"abstract": True, "constraints": _constraints(instrument)})
    attributes = {
        "__module__": __name__,
        "Meta": meta,
        "instrument": instrument,
        "trail_title": instrument.title,
        **columns,
        **_scores(instrument),
    }
    return type(f"{instrument.code.title()}Answers", (InstrumentAnswers,), attributes)


@cache
def _marks(instrument: Instrument) -> frozenset[str]:
    return frozenset(column.name for column in instrument.columns() if column.role == "untestable")


def _field(column: Column) -> models.Field[Any, Any]:
    if column.role == "untestable":
        return models.BooleanField(default=False)
    sizes: dict[str, Any] = {}
    if column.kind in {"choice", "text"}:
        sizes["max_length"] = column.max_length or _LONGEST_CODE
    if column.kind == "decimal":
        limits = (column.minimum or 0, column.maximum or 0)
        sizes["decimal_places"] = column.decimals
        sizes["max_digits"] = max(len(str(abs(int(limit)))) for limit in limits) + column.decimals
    return _FIELDS[column.kind](null=True, blank=True, **sizes)


def _scores(instrument: Instrument) -> dict[str, models.GeneratedField]:
    if not isinstance(instrument, Scale):
        return {}
    return {
        score.name: models.GeneratedField(
            expression=_expression(score, instrument),
            output_field=models.SmallIntegerField(),
            db_persist=True,
        )
        for score in instrument.scores
    }


def _expression(score: Score, scale: Scale) -> Func | Value | Case:
    if isinstance(score, Tree):
        return _tree(score.root)
    return Func(
        *(_points(item) for item in scale.items_of(score.name)),
        template="(%(expressions)s)",
        arg_joiner=" + ",
        output_field=models.SmallIntegerField(),
    )


def _points(item: Item) -> F | Case:
    if not item.untestable:
        return F(item.name)
    return Case(
        When(**{item.untestable_column: True}, then=Value(0)),
        default=F(item.name),
        output_field=models.SmallIntegerField(),
    )


def _tree(node: Branch | int) -> Value | Case:
    if isinstance(node, int):
        return Value(node)
    return Case(
        When(**{node.item: 1}, then=_tree(node.yes)),
        When(**{node.item: 0}, then=_tree(node.no)),
        output_field=models.SmallIntegerField(),
    )


def _constraints(instrument: Instrument) -> list[CheckConstraint]:
    limits = (
        CheckConstraint(condition=limit, name=f"{instrument.code}_{column.name}_range")
        for column in instrument.columns()
        if (limit := _limit(column)) is not None
    )
    rules = (
        CheckConstraint(condition=_rule(rule, instrument), name=f"{instrument.code}_{rule.name}")
        for rule in instrument.row_checks()
    )
    return [*limits, *rules]


def _limit(column: Column) -> Q | None:
    if column.values:
        return Q(**{f"{column.name}__in": [value for value, _ in column.values]})
    if column.minimum is not None:
        return Q(**{f"{column.name}__gte": column.minimum, f"{column.name}__lte": column.maximum})
    if column.kind == "text":
        return Q(**{f"{column.name}__gt": ""})
    return None


def _rule(rule: Rule, instrument: Instrument) -> Q:
    untestable = {
        item.name: item.untestable_column
        for item in instrument.items
        if isinstance(item, Item) and item.untestable
    }
    not_when = [_holds(cond.opposite()) for cond in rule.when]
    then = reduce(and_, (_kept(cond, rule, untestable) for cond in rule.then))
    return reduce(or_, [*not_when, then])


def _kept(cond: Cond, rule: Rule, untestable: dict[str, str]) -> Q:
    holds = _holds(cond)
    if cond.item not in untestable or cond.op in {"blank", "answered"}:
        return holds
    mark = untestable[cond.item]
    return holds | Q(**{mark: True}) if rule.exempt_untestable else holds & Q(**{mark: False})


def _holds(cond: Cond) -> Q:
    """True, false or NULL as ``Cond.holds`` is True, False or None.

    Written without NOT: Django guards a negated lookup with IS NOT NULL, which turns an unknown
    into a known.
    """
    if cond.op in {"blank", "answered"}:
        return Q(**{f"{cond.item}__isnull": cond.op == "blank"})
    value = F(cond.value.column) if isinstance(cond.value, Ref) else cond.value
    if cond.op != "!=":
        return Q(**{f"{cond.item}{_LOOKUPS[cond.op]}": value})
    if isinstance(value, bool):
        return Q(**{cond.item: not value})
    return Q(**{f"{cond.item}__lt": value}) | Q(**{f"{cond.item}__gt": value})
