"""The demo trial many times over, for ``make bench``: sites, participants, visits and answers.

Rows are copied inside the database by its superuser, each with the newest version of its history
under it, so the trail is as whole as the demo's: nobody does this to real data.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import models
from psycopg import sql
from simple_history.utils import get_history_manager_for_model

from config.backup import connect, parameters
from trial import registry
from trial.models import Consent, CriterionAnswer, Participant, Record, Site, Visit

# Keys of one copy lie this far from those of the copy before.
STEP = 1_000_000
_LETTERS = "chr(65 + {copy} / 676) || chr(65 + {copy} / 26 % 26) || chr(65 + {copy} % 26)"
_COPY = """
INSERT INTO {table} ({columns}) SELECT {cells}
FROM ({source}) AS one CROSS JOIN generate_series({first}::int, {last}::int) AS copy
"""
_NEWEST = (
    "SELECT DISTINCT ON ({key}) * FROM {table} WHERE {key} < {step} ORDER BY {key}, history_id DESC"
)
_ROWS = "SELECT * FROM {table} WHERE {key} < {step}"


def copied() -> list[type[models.Model]]:
    """What a copy consists of, each after what it refers to."""
    forms: list[type[models.Model]] = [spec.model for spec in registry.forms()]
    return [Site, Participant, Consent, CriterionAnswer, Visit, Record, *forms]


def grow(first: int, last: int) -> None:
    """Add the copies numbered ``first`` to ``last``, counted from 1.

    Raises:
        CommandError: on a server that is not the bench's own.
    """
    if not settings.EMBEDDED:
        raise CommandError("This fills the database with copies: only make bench does it.")
    server = {**parameters(settings.DATABASES["default"]), "user": "postgres"}
    with connect(server, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for model in copied():
            past = get_history_manager_for_model(model).model
            for table, source in ((model, _ROWS), (past, _NEWEST)):
                statement = _addition(model, table, source, copies=(first, last))
                superuser.execute(statement)
        superuser.execute("VACUUM ANALYZE")


def _addition(
    model: type[models.Model], table: type[models.Model], source: str, *, copies: tuple[int, int]
) -> sql.Composed:
    """What copies the rows of a model's table, or of its history."""
    drawn = None if table is model else table._meta.pk
    fields = [one for one in table._meta.concrete_fields if not one.generated and one is not drawn]
    name = sql.Identifier(table._meta.db_table)
    key = sql.Identifier(str(model._meta.pk.column))
    rows = sql.SQL(source).format(table=name, key=key, step=sql.Literal(STEP))
    first, last = copies
    return sql.SQL(_COPY).format(
        table=name,
        columns=sql.SQL(", ").join(sql.Identifier(str(one.column)) for one in fields),
        cells=sql.SQL(", ").join(_cell(model, one) for one in fields),
        source=rows,
        first=sql.Literal(first),
        last=sql.Literal(last),
    )


def _cell(model: type[models.Model], field: Any) -> sql.Composed:
    own = sql.SQL("one.") + sql.Identifier(field.column)
    letters = sql.SQL(_LETTERS).format(copy=sql.SQL("copy"))
    if (model, field.name) == (Site, "code"):
        return letters
    if (model, field.name) == (Participant, "code"):
        return letters + sql.SQL(" || substring(one.code from '-.*')")
    if field.column == model._meta.pk.column or field.related_model in copied():
        return own + sql.SQL(f" + copy::bigint * {STEP}")
    return own
