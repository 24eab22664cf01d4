"""The migration operation behind locks: the database refuses rows under a standing lock."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The name the refusal carries from the database to the page.
REFUSAL = "hermes_locked"

LOCKING = """
-- Who writes holds the gates of the trial (0) and of the participant open; who locks closes one.
-- Closing waits by asking again, not in the queue: whoever writes meanwhile is not held up by
-- somebody who waits to lock, so the two cannot come to wait for each other.
CREATE OR REPLACE FUNCTION hermes_close_gate(participant bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    FOR turn IN 1..200 LOOP
        IF pg_try_advisory_xact_lock(4851004, participant::int) THEN
            RETURN;
        END IF;
        PERFORM pg_sleep(0.05);
    END LOOP;
    RAISE EXCEPTION 'somebody is writing: the lock was not set'
        USING ERRCODE = 'lock_not_available';
END $$;

CREATE OR REPLACE FUNCTION hermes_refuse_locked(
    of_participant bigint, of_visit bigint, of_record bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    -- A snapshot taken before the gate opened would not show the lock that was set meanwhile.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a transaction that is % may not see a lock: the change is refused',
            current_setting('transaction_isolation')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(4851004, 0);
    IF of_participant IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(4851004, of_participant::int);
    END IF;
    SELECT l.scope INTO standing FROM trial_lock l
        WHERE l.lifted_at IS NULL
          AND (l.scope = 'trial'
               OR (l.scope = 'participant' AND l.participant_id = of_participant)
               OR (l.scope = 'visit' AND l.visit_id = of_visit)
               OR (l.scope = 'record' AND l.record_id = of_record))
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'this % is locked: the change is refused', standing
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'hermes_locked';
    END IF;
END $$;

-- Argument: a query that gives participant, visit and record of a row. A row moved from one place
-- to another is refused when either is locked.
CREATE OR REPLACE FUNCTION hermes_locked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_participant bigint;
    of_visit bigint;
    of_record bigint;
BEGIN
    EXECUTE TG_ARGV[0] INTO of_participant, of_visit, of_record USING NEW;
    PERFORM hermes_refuse_locked(of_participant, of_visit, of_record);
    IF TG_OP = 'UPDATE' THEN
        EXECUTE TG_ARGV[0] INTO of_participant, of_visit, of_record USING OLD;
        PERFORM hermes_refuse_locked(of_participant, of_visit, of_record);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hermes_locking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hermes_close_gate(coalesce(NEW.participant_id, 0));
    RETURN NEW;
END $$;

CREATE TRIGGER hermes_locking BEFORE INSERT ON trial_lock
    FOR EACH ROW EXECUTE FUNCTION hermes_locking();
"""

NO_LOCKING = """
DROP TRIGGER IF EXISTS hermes_locking ON trial_lock;
DROP FUNCTION IF EXISTS hermes_locking();
DROP FUNCTION IF EXISTS hermes_locked();
DROP FUNCTION IF EXISTS hermes_refuse_locked(bigint, bigint, bigint);
DROP FUNCTION IF EXISTS hermes_close_gate(bigint);
"""


class LockFloor(Operation):
    """Rows of a model are neither added nor changed while a lock covers them.

    ``path`` leads from the model to what it belongs to, as field names joined by ``__`` and
    ending at a participant, a visit or a record; "self" for these three themselves, and for a
    model that names all three.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, name: str, *, path: str) -> None:
        self.name = name
        self.path = path

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Not part of Django's picture of the schema."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Install the trigger."""
        schema_editor.execute(self.laid(app_label, to_state.apps))

    def laid(self, app_label: str, models_then: Any) -> str:
        """The SQL of the trigger; a verification of the audit trail asks whether it is there."""
        model = models_then.get_model(app_label, self.name)
        query = place_query(model, self.path).replace("'", "''")
        table = model._meta.db_table
        return (
            f'CREATE TRIGGER hermes_locked BEFORE INSERT OR UPDATE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION hermes_locked('{query}');"
        )

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Remove the trigger."""
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        schema_editor.execute(f'DROP TRIGGER IF EXISTS hermes_locked ON "{table}";')

    def describe(self) -> str:
        """What the migration plan prints."""
        return f"Refuse changes of {self.name} under a lock"


def place_query(model: Any, path: str) -> str:
    """SQL that gives participant, visit and record of a row handed over as ``$1``."""
    steps = [] if path == "self" else path.split("__")
    column, joins, alias, target = "", "", "($1)", model
    for depth, step in enumerate(steps):
        field = target._meta.get_field(step)
        column, target = f'{alias}."{field.column}"', field.related_model
        if depth + 1 < len(steps) or target._meta.model_name != "participant":
            alias = f"j{depth}"
            key = target._meta.pk.column
            table = target._meta.db_table
            joins += f' JOIN "{table}" {alias} ON {alias}."{key}" = {column}'
    found = {
        "participant": f"{column or '($1).id'}, NULL::bigint, NULL::bigint",
        "visit": f"{alias}.participant_id, {alias}.id, NULL::bigint",
        "record": f"{alias}.participant_id, {alias}.visit_id, {alias}.id",
    }
    own = f"{alias}.participant_id, {alias}.visit_id, {alias}.record_id"
    wanted = found.get(target._meta.model_name, own)
    return " ".join(("SELECT", wanted, f"FROM (VALUES (1)) one{joins}"))
