"""The floor, proven for every model there is: no bypass commits, no trail is ever altered.

By introspection: a model added tomorrow is in these tests, or they fail until it is listed with
the reason why it needs no history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from psycopg import sql
from simple_history.models import HistoricalChanges

from audit import sealing
from audit.entries import Model, audited_models
from audit.errors import NoActor
from tests.audit.whole_trial import commit_whole_trial
from tests.people import People
from tests.stage import Scene

# Models without a history, each with the reason; ours may say it themselves (``UNAUDITED``).
WITHOUT_HISTORY = {
    "accounts.ApiToken": "issuing one is an event; its last use is no trial data",
    "audit.Event": "it is the log; append-only",
    "audit.Handled": "it is the outbox's memory; append-only",
    "randomization.ListKey": "a history would hold the seed; append-only",
    "randomization.Slot": "a history would hold arms to come; append-only",
    "auth.Group": "Django's; no right follows from it",
    "auth.Group_permissions": "Django's; no right follows from it",
    "auth.Permission": "Django's; no right follows from it",
    "contenttypes.ContentType": "Django's own list of models",
    "sessions.Session": "who is signed in; signing in and out are events",
}
APPEND_ONLY = (
    "audit.Event",
    "audit.Handled",
    "audit.Seal",
    "audit.SealedRow",
    "coding.Term",
    "dsmb.MaskVote",
    "dsmb.Recommendation",
    "dsmb.StoppingCrossing",
    "randomization.ListKey",
    "randomization.Slot",
)
FLOOR = {"hermes_must_be_audited", "hermes_never_deleted", "hermes_never_deleted_all"}
ONLY_ADDED = {"hermes_append_only", "hermes_append_only_all"}
WHO = {"history_id", "history_user", "history_role"}
UNAUDITED, DELETED, ADDED = "without its audit trail", "never deleted", "only ever added"
# What the application's role hears before any trigger is asked.
DENIED = "permission denied for table"

# What may be written where nothing is.
EMPTY: dict[str, list[Any]] = {
    "DateField": [date(2026, 3, 1)],
    "DateTimeField": [datetime(2026, 3, 1, tzinfo=UTC)],
    "DecimalField": [Decimal(1), Decimal(40)],
    "SmallIntegerField": [0, 1, 2],
}

AUDITED = audited_models()


def whole_trial(people: People) -> None:
    """One row of everything, sealed."""
    commit_whole_trial(people)
    sealing.seal(at=timezone.now())


@pytest.fixture
def committed_scene() -> Scene:
    return whole_trial


@pytest.fixture
def rows(committed_people: People) -> dict[Model, Any]:
    """One committed row of every audited model."""
    found = {model: model._default_manager.order_by("pk").last() for model in AUDITED}
    assert [model._meta.label for model, row in found.items() if row is None] == []
    return found


def past_of(model: Model) -> Model:
    """The history of a model."""
    found: Model = next(
        one
        for one in apps.get_models()
        if issubclass(one, HistoricalChanges) and one.instance_type is model  # type: ignore[attr-defined]  # the library sets it
    )
    return found


def refusal(act: Callable[[], object]) -> str:
    """What the database says at or before the commit; empty when it let the act pass."""
    try:
        with transaction.atomic():
            act()
    except (DatabaseError, psycopg.Error) as error:
        return str(error).partition("\n")[0]
    return ""


def execute(statement: str, *parameters: Any) -> Callable[[], object]:
    """Raw SQL, as the role of the application."""

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    return run


def as_owner(dsn: str, statement: str) -> Callable[[], object]:
    """Raw SQL, as the owner of the tables."""

    def run() -> None:
        with psycopg.connect(dsn) as owner:
            owner.execute(statement.encode())
            owner.rollback()

    return run


def passed(acts: dict[str, Callable[[], object]], *words: str) -> list[str]:
    """The acts that were not refused for one of these reasons, each with what was said."""
    said = {name: refusal(act) for name, act in acts.items()}
    return [
        f"{name}: {text or 'let through'}"
        for name, text in said.items()
        if not any(word in text for word in words)
    ]


def triggers(model: Model) -> set[str]:
    """The triggers of a table that fire for everybody but a replica."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal "
            "AND tgenabled = 'O'",
            [model._meta.db_table],
        )
        return {name for (name,) in cursor.fetchall()}


def others() -> Iterator[Model]:
    """Every concrete model that has no history and is none."""
    for model in apps.get_models(include_auto_created=True):
        if model not in AUDITED and not issubclass(model, HistoricalChanges):
            yield model


@pytest.mark.requirement("R-030")
def test_every_model_has_a_history_or_a_reason() -> None:
    without = {model._meta.label for model in others() if not getattr(model, "UNAUDITED", "")}
    assert without == set(WITHOUT_HISTORY)


@pytest.mark.requirement("R-030")
def test_every_audited_model_stands_on_the_floor(db: None) -> None:
    lacking = {
        model._meta.label: FLOOR - triggers(model) for model in AUDITED if FLOOR - triggers(model)
    }
    assert lacking == {}


@pytest.mark.requirement("R-031")
def test_every_history_and_every_log_is_append_only(db: None) -> None:
    logs = [past_of(model) for model in AUDITED] + [apps.get_model(label) for label in APPEND_ONLY]
    lacking = {m._meta.label: ONLY_ADDED - triggers(m) for m in logs if ONLY_ADDED - triggers(m)}
    assert lacking == {}


@pytest.mark.requirement("R-030")
def test_no_row_is_saved_outside_an_act(rows: dict[Model, Any]) -> None:
    for row in rows.values():
        with pytest.raises((NoActor, DatabaseError)) as refused, transaction.atomic():
            row.save()
        assert refused.type is NoActor or DENIED in str(refused.value)


@pytest.mark.requirement("R-030")
def test_raw_sql_cannot_change_a_row(rows: dict[Model, Any]) -> None:
    acts = {}
    for model, row in rows.items():
        field, value = change(row)
        acts[model._meta.label] = execute(
            f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s '
            f'WHERE "{model._meta.pk.column}" = %s',
            field.get_db_prep_save(value, connection),
            row.pk,
        )
    assert passed(acts, UNAUDITED, DENIED) == []


@pytest.mark.requirement("R-030")
def test_update_and_bulk_update_cannot_change_a_row(rows: dict[Model, Any]) -> None:
    acts: dict[str, Callable[[], object]] = {}
    for model, row in rows.items():
        field, value = change(row)
        found = model._default_manager.filter(pk=row.pk)
        acts[f"{model._meta.label}.update"] = update(found, field.name, value)
        acts[f"{model._meta.label}.bulk_update"] = bulk_update(row, field.name, value)
    assert passed(acts, UNAUDITED, DENIED) == []


@pytest.mark.requirement("R-030")
def test_raw_sql_and_bulk_create_cannot_add_a_row(
    rows: dict[Model, Any], superuser_dsn: str
) -> None:
    """The superuser takes a row and its history away; putting the same row back is refused."""
    let_through = []
    for model, row in rows.items():
        statement, values = insertion(row)
        with absent(superuser_dsn, row):
            acts = {
                f"{model._meta.label}, raw SQL": execute(statement, *values),
                f"{model._meta.label}.bulk_create": bulk_create(row),
            }
            let_through += passed(acts, UNAUDITED)
    assert let_through == []


@pytest.mark.requirement("R-030")
def test_no_row_can_be_deleted(rows: dict[Model, Any], owner_dsn: str) -> None:
    """The application has no right to, and the floor refuses even the owner of the table."""
    statements = []
    for model, row in rows.items():
        table, key = model._meta.db_table, model._meta.pk.column
        statements.append(f'DELETE FROM "{table}" WHERE "{key}" = {row.pk}')
        statements.append(f'TRUNCATE "{table}" CASCADE')
    assert passed({one: execute(one) for one in statements}, DENIED) == []
    assert passed({one: as_owner(owner_dsn, one) for one in statements}, DELETED, ADDED) == []


@pytest.mark.requirement("R-031")
def test_no_history_and_no_log_can_be_altered(rows: dict[Model, Any], owner_dsn: str) -> None:
    """The application has no right to, and the floor refuses even the owner of the table."""
    logs = [past_of(model) for model in AUDITED] + [apps.get_model(label) for label in APPEND_ONLY]
    statements = []
    for model in logs:
        table = model._meta.db_table
        column = model._meta.pk.column
        statements.append(f'UPDATE "{table}" SET "{column}" = "{column}"')
        statements += [f'DELETE FROM "{table}"', f'TRUNCATE "{table}" CASCADE']
    # The outbox's memory fills only where a worker runs.
    filled = [model for model in logs if model._meta.label != "audit.Handled"]
    assert [model._meta.label for model in filled if not model._default_manager.exists()] == []
    assert passed({one: execute(one) for one in statements}, DENIED) == []
    by_owner = passed({one: as_owner(owner_dsn, one) for one in statements}, ADDED)
    empty = {f'{verb} "audit_handled"' for verb in ("UPDATE", "DELETE FROM")}
    assert [act for act in by_owner if not act.startswith(tuple(empty))] == []


@pytest.mark.requirement("R-030")
def test_no_history_row_is_without_somebody_who_acted(rows: dict[Model, Any]) -> None:
    acts = {}
    for model in AUDITED:
        past = past_of(model)
        columns = ", ".join(
            f'"{one.column}"'
            for one in past._meta.concrete_fields
            if not one.generated and one.name not in WHO
        )
        acts[past._meta.label] = execute(
            f'INSERT INTO "{past._meta.db_table}" ({columns}, history_role) '
            f"SELECT {columns}, '' FROM \"{past._meta.db_table}\" LIMIT 1"
        )
    assert passed(acts, "_has_an_actor") == []


def test_what_a_service_saves_does_commit(rows: dict[Model, Any]) -> None:
    """Guards the tests above against a floor that refuses everything."""
    for model, row in rows.items():
        past = past_of(model)._default_manager.filter(**{model._meta.pk.attname: row.pk})
        assert past.latest("history_id").history_user is not None or past.latest().history_role  # type: ignore[attr-defined]  # a history row has both


def update(found: models.QuerySet[Any], name: str, value: object) -> Callable[[], object]:
    """A change past the history, by the ORM."""
    return lambda: found.update(**{name: value})


def bulk_update(row: models.Model, name: str, value: object) -> Callable[[], object]:
    """The same in bulk."""

    def run() -> None:
        copy = type(row)._default_manager.get(pk=row.pk)
        setattr(copy, name, value)
        type(row)._default_manager.bulk_update([copy], [name])

    return run


def bulk_create(row: models.Model) -> Callable[[], object]:
    """New rows in bulk."""
    return lambda: type(row)._default_manager.bulk_create([row])


def change(row: models.Model) -> tuple[models.Field[Any, Any], object]:
    """A field and another value that the table's own rules accept, so that only the floor objects.

    Tried with the trigger of the floor waiting for the commit, and undone.
    """
    tried = []
    for field in row._meta.concrete_fields:
        if field.primary_key or field.generated or field.is_relation or field.name == "password":
            continue
        for value in different(field, field.value_from_object(row)):
            said = refusal(_undone(update(type(row)._default_manager.filter(pk=row.pk),
                                          field.name, value)))  # fmt: skip
            tried.append(f"{field.name}={value}: {said}")
            if said == "" or DENIED in said:
                return field, value
    raise AssertionError(f"{row._meta.label} has no value to change: {tried}")


def _undone(act: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        act()
        transaction.set_rollback(True)

    return run


def different(field: models.Field[Any, Any], value: Any) -> list[Any]:
    """Other values that may do."""
    found: list[Any] = [code for code, _ in field.flatchoices if code != value]
    if isinstance(field, models.BooleanField):
        found = [not value]
    elif isinstance(value, int | Decimal):
        found += [value + step for step in (1, -1, 5, -5)]
    elif isinstance(value, datetime):
        found = [value + timedelta(seconds=1)]
    elif isinstance(value, date):
        found = [value + timedelta(days=step) for step in (1, -1)]
    elif isinstance(field, models.CharField | models.TextField):
        found += [f"{value or ''}x", "2026-02"]
    else:
        found = EMPTY.get(type(field).__name__.removeprefix("_"), [])
    return found


def insertion(row: models.Model) -> tuple[str, list[Any]]:
    """The statement that would write this row again, and its values."""
    fields = [one for one in row._meta.concrete_fields if not one.generated]
    values = [one.get_db_prep_save(one.value_from_object(row), connection) for one in fields]
    columns = ", ".join(f'"{one.column}"' for one in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({marks})', values


@contextmanager
def absent(dsn: str, row: models.Model) -> Iterator[None]:
    """The superuser takes a row and its history away, and afterwards puts the row back."""
    tables = [past_of(type(row))._meta.db_table, row._meta.db_table]
    statement, values = insertion(row)
    with psycopg.connect(
        dsn, options="-c session_replication_role=replica", autocommit=True
    ) as superuser:
        for table in tables:
            superuser.execute(
                sql.SQL("DELETE FROM {} WHERE {} = %s").format(
                    sql.Identifier(table), sql.Identifier(str(row._meta.pk.column))
                ),
                [row.pk],
            )
        yield
        superuser.execute(statement.encode(), values)
