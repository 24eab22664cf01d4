"""Which of its checks a row breaks, asked of the database in one question.

Django asks once for each check, and writes the question anew each time. A form of sixty items has
more than sixty checks, and every save of it is cleaned first: that was a fifth of all the work.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Field, Model

# Wide enough for whatever a box may hold: a check judges a value, a type would refuse or cut it.
_WIDER = (
    (re.compile(r"(?:character varying|varchar|char)(?:\(\d+\))?"), "text"),
    (re.compile(r"\b(?:smallint|integer)\b"), "bigint"),
    (re.compile(r"numeric\([^)]*\)"), "numeric"),
)

# Filled with what the models declare; the values of a row are parameters.
_ASKED = "SELECT {judged} FROM (SELECT *{formulas} FROM (SELECT {values}) AS given) AS row"


@dataclass(frozen=True)
class _Question:
    """The checks of a table over one row of values that are still to be given."""

    sql: str
    fields: tuple[Field[Any, Any], ...]
    names: tuple[str, ...]


def broken(row: Model, exclude: Collection[str] | None) -> frozenset[str] | None:
    """The names of the checks the row breaks, those about an excluded field left out.

    None where it cannot be told this way: a value is an expression, or the table has parents.

    Raises:
        django.db.DatabaseError: the database cannot take a value.
    """
    if len(row._meta.local_concrete_fields) < len(row._meta.concrete_fields):
        return None
    question = _question(type(row), frozenset(exclude or ()))
    values = [getattr(row, field.attname) for field in question.fields]
    if any(hasattr(value, "resolve_expression") for value in values):
        return None
    if not question.names:
        return frozenset()
    given = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(question.fields, values, strict=True)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(question.sql, given)
        answers = cursor.fetchone()
    return frozenset(
        name for name, holds in zip(question.names, answers, strict=True) if holds is False
    )


@lru_cache(maxsize=1000)
def _question(model: type[Model], excluded: frozenset[str]) -> _Question:
    connection.ensure_connection()  # it says how the text in a check is quoted
    stored = [field for field in _columns(model) if not field.generated]
    given = [field for field in stored if field.name not in excluded]
    known = {name for field in given for name in (field.name, field.attname)}
    if "pk" not in excluded:
        known.add("pk")
    computed = [
        field for field in _columns(model) if field.generated and _references(field) <= known
    ]
    known |= {field.name for field in computed}
    checks = [
        one
        for one in model._meta.constraints
        if isinstance(one, models.CheckConstraint) and _references(one) <= known
    ]
    values = ", ".join(f"%s::{_type(field)} AS {_name(field)}" for field in given)
    formulas = "".join(f", {_formula(field)} AS {_name(field)}" for field in computed)
    judged = ", ".join(_condition(one, model) for one in checks)
    return _Question(
        _ASKED.format(judged=judged, formulas=formulas, values=values),
        tuple(given),
        tuple(one.name for one in checks),
    )


def _columns(model: type[Model]) -> list[Any]:
    return list(model._meta.local_concrete_fields)


def _references(one: Any) -> set[str]:
    """The fields that a check, or the formula of a column, is about."""
    expression = one.condition if isinstance(one, models.CheckConstraint) else one.expression
    asked: Any = Model  # Django's own, of which its types know nothing
    return {path[0] for path in asked._get_expr_references(expression)}


def _name(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _type(field: Any) -> str:
    """The type of a column without its limits."""
    found: str = field.db_type(connection)
    for pattern, wider in _WIDER:
        found = pattern.sub(wider, found)
    return found


def _formula(field: Any) -> str:
    text, parameters = field.generated_sql(connection)
    return _filled(text, parameters)


def _condition(check: models.CheckConstraint, model: type[Model]) -> str:
    declared = check.constraint_sql(model, connection.schema_editor())
    return str(declared).partition(" CHECK ")[2].replace("%", "%%")


def _filled(text: str, parameters: Any) -> str:
    editor = connection.schema_editor()
    return (text % tuple(editor.quote_value(one) for one in parameters)).replace("%", "%%")
