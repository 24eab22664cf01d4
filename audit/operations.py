"""Migration operations that lay the floor: what the database refuses whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from audit import indexes

FUNCTIONS = """
-- What a history row holds besides the copied columns.
CREATE OR REPLACE FUNCTION hermes_stamp() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['history_id', 'history_date', 'history_change_reason', 'history_type',
                 'history_user_id', 'history_role', 'history_act', 'history_recorded_at',
                 'history_changed'];
$$;

-- The columns in which a version differs from the one before; of a first one, those not blank.
CREATE OR REPLACE FUNCTION hermes_changed(earlier jsonb, later jsonb, computed text[])
RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(key ORDER BY key), '{}')
    FROM jsonb_each(later - hermes_stamp() - computed)
    WHERE CASE WHEN earlier IS NULL THEN value NOT IN ('null', '""')
               ELSE value IS DISTINCT FROM earlier -> key END;
$$;

-- Rows are on their way: until this transaction ends the sealer takes no key from here on as
-- settled. Once for each statement, because that is before the first key of it is drawn.
CREATE OR REPLACE FUNCTION hermes_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hermes_seal_gate());
    RETURN NULL;
END $$;

-- Arguments: the key column, then the columns the database computes (it has not done so yet when
-- this runs); none for a log without versions.
CREATE OR REPLACE FUNCTION hermes_taken_down() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earlier jsonb;
BEGIN
    IF TG_NARGS = 0 THEN
        NEW.recorded_at := now();
        RETURN NEW;
    END IF;
    NEW.history_recorded_at := now();
    EXECUTE format('SELECT to_jsonb(h) FROM %I.%I h WHERE h.%I = ($1).%I
                    ORDER BY h.history_id DESC LIMIT 1',
                   TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0], TG_ARGV[0])
        INTO earlier USING NEW;
    NEW.history_changed := hermes_changed(earlier, to_jsonb(NEW), TG_ARGV[1:]);
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hermes_seal_gate() RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT 4851003::bigint $$;

CREATE OR REPLACE FUNCTION hermes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION hermes_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never deleted: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Arguments: history table, key column, then the columns that have no history.
-- The row is read again because the trigger runs at commit: a row changed three times in one
-- transaction must equal its newest history, not each of its three states.
CREATE OR REPLACE FUNCTION hermes_must_be_audited() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key_column text := TG_ARGV[1];
    without text[] := TG_ARGV[2:];
    key_value text := to_jsonb(NEW) ->> key_column;
    now_row jsonb;
    newest jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM %I.%I t WHERE t.%I = ($1).%I',
                   TG_TABLE_SCHEMA, TG_TABLE_NAME, key_column, key_column)
        INTO now_row USING NEW;
    EXECUTE format('SELECT to_jsonb(h) FROM %I.%I h WHERE h.%I = ($1).%I
                    ORDER BY h.history_id DESC LIMIT 1',
                   TG_TABLE_SCHEMA, TG_ARGV[0], key_column, key_column)
        INTO newest USING NEW;
    IF newest IS NULL
        OR (newest - hermes_stamp() - without) IS DISTINCT FROM (now_row - without) THEN
        RAISE EXCEPTION 'row % of % was changed without its audit trail: the change is refused',
            key_value, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION IF EXISTS hermes_must_be_audited();
DROP FUNCTION IF EXISTS hermes_never_deleted();
DROP FUNCTION IF EXISTS hermes_append_only();
DROP FUNCTION IF EXISTS hermes_taken_down();
DROP FUNCTION IF EXISTS hermes_gate();
DROP FUNCTION IF EXISTS hermes_seal_gate();
DROP FUNCTION IF EXISTS hermes_changed(jsonb, jsonb, text[]);
DROP FUNCTION IF EXISTS hermes_stamp();
"""


class _SqlOperation(Operation):
    """Runs SQL made from the model's table names; changes no state."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The floor is not part of Django's picture of the schema."""

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, sql: str) -> None:
        schema_editor.execute(sql)


def _append_only(table: str) -> str:
    return (
        f'CREATE TRIGGER hermes_append_only BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION hermes_append_only();"
        f'CREATE TRIGGER hermes_append_only_all BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION hermes_append_only();"
    )


def _audited(table: str, past: str, key: str, exclude: tuple[str, ...]) -> str:
    arguments = ", ".join(f"'{word}'" for word in (past, key, *exclude))
    return (
        f'CREATE CONSTRAINT TRIGGER hermes_must_be_audited AFTER INSERT OR UPDATE ON "{table}" '
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        f"EXECUTE FUNCTION hermes_must_be_audited({arguments});"
        f'CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();"
        f'CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();"
    )


def _taken_down(table: str, *arguments: str) -> str:
    argument = ", ".join(f"'{word}'" for word in arguments)
    return (
        f'DROP TRIGGER IF EXISTS hermes_taken_down ON "{table}";'
        f'CREATE TRIGGER hermes_taken_down BEFORE INSERT ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION hermes_taken_down({argument});"
        f'CREATE OR REPLACE TRIGGER hermes_gate BEFORE INSERT ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION hermes_gate();"
    )


def _drop(table: str, *names: str) -> str:
    return "".join(f'DROP TRIGGER IF EXISTS {name} ON "{table}";' for name in names)


class Tables(Operation):
    """New tables and columns, all at once: Django draws its picture of every model for each anew.

    ``operations`` are what ``makemigrations`` wrote. None may build on another, but for the
    columns, indexes and constraints that it adds to a table of the same list.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def _of_the_database(self) -> list[Operation]:
        """Without what a table of the list has from the start."""
        made = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}
        return [one for one in self.operations if getattr(one, "model_name_lower", "") not in made]

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Everything as it is in the end; the picture is drawn when somebody looks."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Create the tables and columns."""
        for operation in self._of_the_database():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop the tables and columns."""
        for operation in reversed(self._of_the_database()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What the migration plan prints."""
        return "; ".join(one.describe() for one in self._of_the_database())


class AppendOnly(_SqlOperation):
    """Rows of this model are added and never changed, deleted or truncated."""

    def __init__(self, name: str) -> None:
        self.name = name

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Install the triggers."""
        self._run(schema_editor, self.laid(app_label, to_state.apps))

    def laid(self, app_label: str, models_then: Any) -> str:
        """The SQL of the triggers."""
        return _append_only(models_then.get_model(app_label, self.name)._meta.db_table)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the triggers."""
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        self._run(schema_editor, _drop(table, "hermes_append_only", "hermes_append_only_all"))

    def describe(self) -> str:
        """What the migration plan prints."""
        return f"Make {self.name} append-only"


class TakenDown(_SqlOperation):
    """Rows of this log are taken down with the database's own clock, past the sealer's gate."""

    def __init__(self, name: str) -> None:
        self.name = name

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Install the trigger."""
        self._run(schema_editor, self.laid(app_label, to_state.apps))

    def laid(self, app_label: str, models_then: Any) -> str:
        """The SQL of the triggers."""
        return _taken_down(models_then.get_model(app_label, self.name)._meta.db_table)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the trigger."""
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        self._run(schema_editor, _drop(table, "hermes_taken_down", "hermes_gate"))

    def describe(self) -> str:
        """What the migration plan prints."""
        return f"Take down {self.name} by the database's clock"


class AuditFloor(_SqlOperation):
    """No change of this model commits without an equal newest history row; none is deleted.

    ``app`` and ``history`` (``"app.Model"``) are given where the model or its history lives in
    another app; ``exclude`` lists columns that have no history.
    """

    def __init__(
        self, name: str, *, app: str = "", history: str = "", exclude: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self.app = app
        self.history = history
        self.exclude = tuple(exclude)

    def _past(self, app_label: str) -> str:
        return self.history or f"{app_label}.Historical{self.name}"

    def _tables(self, app_label: str, models_then: Any) -> tuple[str, str, str]:
        model = models_then.get_model(self.app or app_label, self.name)
        past = models_then.get_model(self._past(app_label))
        return model._meta.db_table, past._meta.db_table, model._meta.pk.column

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Install the triggers on the table and on its history."""
        _, past, key = self._tables(app_label, to_state.apps)
        fields = to_state.apps.get_model(self._past(app_label))._meta.concrete_fields
        self._run(
            schema_editor,
            self.laid(app_label, to_state.apps)
            + f'ALTER TABLE "{past}" ADD CONSTRAINT "{past[:40]}_has_an_actor" '
            "CHECK (history_user_id IS NOT NULL OR history_role <> '');"
            + indexes.of_history(past, key, [one.column for one in fields]),
        )

    def laid(self, app_label: str, models_then: Any) -> str:
        """The SQL of the triggers on the table and on its history."""
        table, past, key = self._tables(app_label, models_then)
        noting = _taken_down(past, key, *self._computed(app_label, models_then))
        return _audited(table, past, key, self.exclude) + _append_only(past) + noting

    def _computed(self, app_label: str, models_then: Any) -> tuple[str, ...]:
        model = models_then.get_model(self.app or app_label, self.name)
        return tuple(one.column for one in model._meta.concrete_fields if one.generated)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the triggers."""
        table, past, _ = self._tables(app_label, from_state.apps)
        self._run(
            schema_editor,
            _drop(
                table, "hermes_must_be_audited", "hermes_never_deleted", "hermes_never_deleted_all"
            )
            + _drop(past, "hermes_append_only", "hermes_append_only_all")
            + _drop(past, "hermes_taken_down", "hermes_gate")
            + f'ALTER TABLE "{past}" DROP CONSTRAINT IF EXISTS "{past[:40]}_has_an_actor";',
        )

    def describe(self) -> str:
        """What the migration plan prints."""
        return f"Refuse unaudited changes of {self.name}"
