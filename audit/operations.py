"""Migration operations that lay the floor: what the database refuses whoever asks."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FUNCTIONS = """
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
    stamp text[] := ARRAY['history_id', 'history_date', 'history_change_reason', 'history_type',
                          'history_user_id', 'history_role', 'history_act', 'history_recorded_at'];
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
    IF newest IS NULL OR (newest - stamp - without) IS DISTINCT FROM (now_row - without) THEN
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


def _drop(table: str, *names: str) -> str:
    return "".join(f'DROP TRIGGER IF EXISTS {name} ON "{table}";' for name in names)


class AppendOnly(_SqlOperation):
    """Rows of this model are added and never changed, deleted or truncated."""

    def __init__(self, name: str) -> None:
        self.name = name

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Install the triggers."""
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        self._run(schema_editor, _append_only(table))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the triggers."""
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        self._run(schema_editor, _drop(table, "hermes_append_only", "hermes_append_only_all"))

    def describe(self) -> str:
        """What the migration plan prints."""
        return f"Make {self.name} append-only"


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

    def _tables(self, app_label: str, state: Any) -> tuple[str, str, str]:
        model = state.apps.get_model(self.app or app_label, self.name)
        app, _, name = (self.history or f"{app_label}.Historical{self.name}").partition(".")
        past = state.apps.get_model(app, name)
        return model._meta.db_table, past._meta.db_table, model._meta.pk.column

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Install the triggers on the table and on its history."""
        table, past, key = self._tables(app_label, to_state)
        arguments = ", ".join(f"'{word}'" for word in (past, key, *self.exclude))
        self._run(
            schema_editor,
            f'CREATE CONSTRAINT TRIGGER hermes_must_be_audited AFTER INSERT OR UPDATE ON "{table}" '
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
            f"EXECUTE FUNCTION hermes_must_be_audited({arguments});"
            f'CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();"
            f'CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();"
            f'ALTER TABLE "{past}" ADD CONSTRAINT "{past[:40]}_has_an_actor" '
            "CHECK (history_user_id IS NOT NULL OR history_role <> '');" + _append_only(past),
        )

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the triggers."""
        table, past, _ = self._tables(app_label, from_state)
        self._run(
            schema_editor,
            _drop(
                table, "hermes_must_be_audited", "hermes_never_deleted", "hermes_never_deleted_all"
            )
            + _drop(past, "hermes_append_only", "hermes_append_only_all")
            + f'ALTER TABLE "{past}" DROP CONSTRAINT IF EXISTS "{past[:40]}_has_an_actor";',
        )

    def describe(self) -> str:
        """What the migration plan prints."""
        return f"Refuse unaudited changes of {self.name}"
