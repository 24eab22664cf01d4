"""The application's role against the floor: it owns nothing, so there is nothing it can undo.

By introspection, of every table, trigger and function there is, as the very role that serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from config.servers.roles import APPLICATION, OWNER, faults, rights

Statement = sql.SQL | sql.Composed
Session = psycopg.Connection[tuple[object, ...]]

TO_A_TABLE = (
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} DISABLE TRIGGER USER",
    "ALTER TABLE {} ADD COLUMN more int",
    "ALTER TABLE {} RENAME TO other",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} SET UNLOGGED",
    "ALTER TABLE {} ENABLE ROW LEVEL SECURITY",
    "CREATE TRIGGER mine BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING",
    "CREATE INDEX ON {} ((1))",
    "DROP TABLE {}",
    "DROP TABLE {} CASCADE",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
)
TO_A_TRIGGER = (
    "ALTER TABLE {table} DISABLE TRIGGER {name}",
    "DROP TRIGGER {name} ON {table}",
    "ALTER TRIGGER {name} ON {table} RENAME TO other",
)
TO_A_FUNCTION = (
    "DROP FUNCTION {}",
    "DROP FUNCTION {} CASCADE",
    "ALTER FUNCTION {} OWNER TO CURRENT_USER",
    "ALTER FUNCTION {} RENAME TO other",
    "ALTER FUNCTION {} SET session_replication_role = replica",
)
TO_EVERYTHING = (
    f"SET ROLE {OWNER}",
    "SET ROLE postgres",
    f"SET SESSION AUTHORIZATION {OWNER}",
    f"GRANT {OWNER} TO {APPLICATION}",
    f"REASSIGN OWNED BY {OWNER} TO {APPLICATION}",
    f"DROP OWNED BY {OWNER}",
    f"ALTER ROLE {APPLICATION} SUPERUSER",
    f"ALTER ROLE {APPLICATION} SET session_replication_role = replica",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', true)",
    "CREATE ROLE somebody",
    "CREATE SCHEMA mine",
    "CREATE TABLE mine (n int)",
    "CREATE TABLE mine AS SELECT 1 AS n",
    # A temporary table hides the real one of that name from the session.
    "CREATE TEMPORARY TABLE trial_consent (n int)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE PUBLICATION mine",
    "ALTER SCHEMA public RENAME TO other",
    "DROP SCHEMA public CASCADE",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "DELETE FROM django_migrations",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "UPDATE pg_class SET relowner = 0",
)


@pytest.fixture
def application(superuser_dsn: str) -> Iterator[Session]:
    """A session of the application's role, outside of Django."""
    with psycopg.connect(superuser_dsn, user=APPLICATION) as session:
        yield session


@pytest.fixture
def superuser(superuser_dsn: str) -> Iterator[Session]:
    """A session of the superuser whose work is never committed."""
    with psycopg.connect(superuser_dsn) as session:
        yield session
        session.rollback()


def let_through(session: Session, statements: Sequence[Statement]) -> list[str]:
    """The statements that were not refused for want of a right."""
    passed = []
    for statement in statements:
        try:
            session.execute(statement)
            passed.append(statement.as_string(session))
        except InsufficientPrivilege:
            pass
        except psycopg.Error as error:
            passed.append(f"{statement.as_string(session)}: {error}")
        session.rollback()
    return passed


def tables(session: Session) -> list[str]:
    found = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [str(name) for (name,) in found.fetchall()]


def filled(templates: tuple[str, ...], *names: sql.Composable) -> list[Statement]:
    return [sql.SQL(one).format(*names) for one in templates]


@pytest.mark.requirement("R-031")
def test_the_application_can_do_nothing_to_any_table(application: Session) -> None:
    found = tables(application)
    assert {"audit_event", "trial_record", "trial_historicalrecord"} <= set(found)
    statements = [one for name in found for one in filled(TO_A_TABLE, sql.Identifier(name))]
    assert let_through(application, statements) == []


@pytest.mark.requirement("R-031")
def test_the_application_can_do_nothing_to_any_trigger(application: Session) -> None:
    found = application.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    assert ("audit_event", "hermes_append_only") in found
    statements = [
        sql.SQL(one).format(table=sql.Identifier(str(table)), name=sql.Identifier(str(name)))
        for table, name in found
        for one in TO_A_TRIGGER
    ]
    assert let_through(application, statements) == []


@pytest.mark.requirement("R-031")
def test_the_application_can_do_nothing_to_any_function(application: Session) -> None:
    found = application.execute(
        "SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
    ).fetchall()
    assert "hermes_append_only()" in [signature for signature, _ in found]
    statements: list[Statement] = []
    for signature, definition in found:
        statements += filled(TO_A_FUNCTION, sql.SQL(str(signature)))
        statements.append(sql.SQL(str(definition).replace("{", "{{").replace("}", "}}")).format())
    assert statements[-1].as_string(application).startswith("CREATE OR REPLACE FUNCTION")
    assert let_through(application, statements) == []


@pytest.mark.requirement("R-031")
def test_the_application_can_become_nobody_else_and_make_nothing(application: Session) -> None:
    assert let_through(application, [sql.SQL(one) for one in TO_EVERYTHING]) == []


@pytest.mark.requirement("R-031")
def test_the_application_can_set_nothing_for_the_whole_server(superuser_dsn: str) -> None:
    with psycopg.connect(superuser_dsn, user=APPLICATION, autocommit=True) as session:
        statement = sql.SQL("ALTER SYSTEM SET session_replication_role = replica")
        assert let_through(session, [statement]) == []


@pytest.mark.requirement("R-031")
def test_the_application_gives_itself_no_right(application: Session) -> None:
    """PostgreSQL only warns of a GRANT of what one does not have."""
    for name in tables(application):
        for role in (APPLICATION, "PUBLIC"):
            statement = sql.SQL("GRANT ALL ON {} TO {}")
            application.execute(statement.format(sql.Identifier(name), sql.SQL(role)))
    assert faults(application, APPLICATION) == []
    application.rollback()


@pytest.mark.requirement("R-031")
def test_the_application_owns_nothing_and_has_no_right_too_many_or_too_few(
    application: Session,
) -> None:
    assert application.info.user == APPLICATION
    assert faults(application, APPLICATION) == []
    assert "it owns the database" in faults(application, OWNER)


@pytest.mark.requirement("R-031")
def test_rights_follow_from_the_floor() -> None:
    read, add, change = "SELECT", "INSERT", "UPDATE"
    assert rights("x", "r", ["hermes_append_only", "hermes_never_deleted"]) == (read, add)
    assert rights("x", "r", ["hermes_must_be_audited"]) == (read, add, change)
    assert rights("x", "r", ["hermes_never_deleted"]) == (read, add, change)
    assert rights("x", "r", []) == (read, add, change, "DELETE")
    assert rights("django_migrations", "r", []) == (read,)
    assert rights("x", "v", []) == (read,)
    assert rights("x", "S", []) == (read, "USAGE")


@pytest.mark.requirement("R-031")
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("GRANT DELETE ON audit_event TO hermes", "it may DELETE audit_event"),
        ("GRANT UPDATE (reason) ON audit_event TO hermes", "it may UPDATE audit_event"),
        ("GRANT TRUNCATE ON django_session TO PUBLIC", "it may TRUNCATE django_session"),
        ("REVOKE INSERT ON audit_event FROM hermes", "it lacks INSERT on audit_event"),
        ("ALTER TABLE audit_event OWNER TO hermes", "it owns audit_event"),
        ("ALTER FUNCTION hermes_append_only OWNER TO hermes", "it owns hermes_append_only()"),
        ("CREATE SCHEMA s AUTHORIZATION hermes", "it owns schema s"),
        ("GRANT hermes_owner TO hermes", "it owns audit_event"),
        ("GRANT hermes_owner TO hermes WITH INHERIT FALSE", "it owns the database"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "it may create in the schema public"),
        ("ALTER ROLE hermes SUPERUSER", "it is a superuser"),
        ("ALTER ROLE hermes CREATEROLE", "it may create roles"),
        ("ALTER ROLE hermes BYPASSRLS", "it passes by row security"),
        ("GRANT SET ON PARAMETER session_replication_role TO hermes",
         "it may switch triggers off for itself"),
    ],
)  # fmt: skip
def test_a_right_too_many_or_too_few_is_told(superuser: Session, statement: str, told: str) -> None:
    superuser.execute(statement.encode())
    assert told in faults(superuser, APPLICATION)
