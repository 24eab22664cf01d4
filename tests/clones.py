"""Many participants at once: one participant's rows copied as the database's superuser.

The services would take a minute for three hundred; what a page costs does not depend on how the
rows came in. Triggers are off for the copying session alone.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.apps import apps
from django.db import models
from psycopg import sql

from trial.identifiers import participant_code
from trial.models import Participant

# Copied with every participant, in this order.
KINDS = (
    "trial.Participant", "trial.ScreeningEntry", "trial.Consent", "trial.CriterionAnswer",
    "trial.Visit", "trial.Record", "trial.Signature", "safety.AdverseEvent", "audit.Event",
)  # fmt: skip
STEP = 1_000_000


def multiply(dsn: str, participant: Participant, *, first: int, last: int) -> None:
    """Copies of one participant, numbered ``first`` to ``last``."""
    kinds = [apps.get_model(label) for label in KINDS]
    kinds[6:6] = list(apps.get_app_config("outcomes").get_models())
    kinds = [kind for kind in kinds if not kind.__name__.startswith("Historical")]
    with psycopg.connect(dsn, options="-c session_replication_role=replica") as connection:
        connection.execute("CREATE TEMPORARY TABLE copies (copy_number int, copy_code text)")
        for number in range(first, last + 1):
            code = participant_code(participant.site.code, number)
            connection.execute("INSERT INTO copies VALUES (%s, %s)", (number, code))
        for kind in kinds:
            _copy(connection, kind, kinds, participant)
        connection.execute("DROP TABLE copies")


def _copy(
    connection: psycopg.Connection[Any],
    kind: type[models.Model],
    kinds: list[type[models.Model]],
    participant: Participant,
) -> None:
    table = sql.Identifier(kind._meta.db_table)
    fields = [field for field in kind._meta.concrete_fields if not field.generated]
    columns = sql.SQL(", ").join([_name(field) for field in fields])
    values = sql.SQL(", ").join([_value(field, kind, kinds) for field in fields])
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}, copies WHERE {}").format(
            table, columns, values, table, _mine(kind, participant)
        )
    )


def _name(field: models.Field[Any, Any]) -> sql.Composable:
    return sql.Identifier(str(field.column))


def _mine(kind: type[models.Model], participant: Participant) -> sql.Composable:
    names = {field.name: field.column for field in kind._meta.concrete_fields}
    if kind is Participant:
        return sql.SQL("id = {}").format(participant.pk)
    if kind._meta.label == "audit.Event":
        return sql.SQL("participant = {}").format(participant.code)
    if "participant" in names:
        return sql.SQL("participant_id = {}").format(participant.pk)
    return sql.SQL("record_id IN (SELECT id FROM trial_record WHERE participant_id = {})").format(
        participant.pk
    )


def _value(
    field: models.Field[Any, Any],
    kind: type[models.Model],
    kinds: list[type[models.Model]],
) -> sql.Composable:
    column = _name(field)
    moved = field.remote_field is not None and field.remote_field.model in kinds
    if moved or (field.primary_key and field.remote_field is None):
        return sql.SQL("{} + copy_number * {}").format(column, STEP)
    if field.column == "number" and kind._meta.app_label == "trial":
        return sql.SQL("copy_number")
    if field.column == "code" and kind is Participant:
        return sql.SQL("copy_code")
    if kind._meta.label == "audit.Event" and field.column == "participant":
        return sql.SQL("copy_code")
    return column
