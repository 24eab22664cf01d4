"""Two roles in the database: one owns everything and migrates, the other is the application.

The application's role owns nothing, so it has no trigger to drop or disable, no table to alter and
no function to replace. What it may do with a table follows from the floor under that table: the
rows of a trail or a log may be added and read, audited rows may be changed as well, and only what
carries no floor may be deleted. Nothing is listed by name, so a new table has its rights as soon as
it has its triggers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import psycopg
from psycopg import sql

OWNER = "hermes_owner"
APPLICATION = "hermes"

_KINDS = {"r": "TABLE", "p": "TABLE", "v": "TABLE", "m": "TABLE", "f": "TABLE", "S": "SEQUENCE"}
_KINDS_OF_ROWS = "rp"
_PRIVILEGES = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "MAINTAIN",
]
_OF_COLUMNS = ["SELECT", "INSERT", "UPDATE", "REFERENCES"]
_NO_MORE = "NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN"

_RELATIONS = """
    SELECT relname, relkind::text,
           ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = pg_class.oid)
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    ORDER BY relname
"""
_HELD = """
    SELECT relname, relkind::text,
           ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = pg_class.oid),
           ARRAY(SELECT p FROM unnest(%(privileges)s::text[]) AS p
                 WHERE has_table_privilege(%(role)s, pg_class.oid, p)),
           ARRAY(SELECT p FROM unnest(%(of_columns)s::text[]) AS p
                 WHERE has_any_column_privilege(%(role)s, pg_class.oid, p))
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY relname
"""
# Whatever the role owns or may come to own by SET ROLE.
_OWNED = """
    WITH ours AS (
        SELECT oid, nspname, nspowner FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
    SELECT 'the database' FROM pg_database
    WHERE datname = current_database() AND pg_has_role(%(role)s, datdba, 'MEMBER')
    UNION ALL
    SELECT 'schema ' || nspname FROM ours WHERE pg_has_role(%(role)s, nspowner, 'MEMBER')
    UNION ALL
    SELECT relname FROM pg_class JOIN ours ON ours.oid = relnamespace
    WHERE pg_has_role(%(role)s, relowner, 'MEMBER')
    UNION ALL
    SELECT proname || '()' FROM pg_proc JOIN ours ON ours.oid = pronamespace
    WHERE pg_has_role(%(role)s, proowner, 'MEMBER')
    ORDER BY 1
"""
_BEYOND = """
    SELECT unnest(ARRAY[
        CASE WHEN rolsuper THEN 'it is a superuser' END,
        CASE WHEN rolcreaterole THEN 'it may create roles' END,
        CASE WHEN rolreplication THEN 'it may replicate' END,
        CASE WHEN rolbypassrls THEN 'it passes by row security' END,
        CASE WHEN has_schema_privilege(oid, 'public', 'CREATE')
             THEN 'it may create in the schema public' END,
        CASE WHEN has_database_privilege(oid, current_database(), 'CREATE')
             THEN 'it may create schemas' END,
        CASE WHEN has_database_privilege(oid, current_database(), 'TEMPORARY')
             THEN 'it may create temporary tables' END,
        CASE WHEN has_parameter_privilege(oid, 'session_replication_role', 'SET')
             THEN 'it may switch triggers off for itself' END])
    FROM pg_roles WHERE rolname = %(role)s
"""
# The earlier release had one role for everything; its data are taken over where they lie.
_TAKE_OVER = "ALTER DATABASE {database} OWNER TO {owner}; REASSIGN OWNED BY {role} TO {owner}"
_CLOSE = """
    REVOKE ALL ON DATABASE {database} FROM PUBLIC, {role};
    GRANT CONNECT ON DATABASE {database} TO {role};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
    GRANT USAGE ON SCHEMA public TO {role}
"""
_GRANT = (
    "REVOKE ALL ON {kind} {name} FROM PUBLIC, {role}; GRANT {rights} ON {kind} {name} TO {role}"
)

Connection = psycopg.Connection[Any]


def exists(connection: Connection, role: str) -> bool:
    """Whether the server knows a role of this name."""
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    return found.fetchone() is not None


def make_roles(superuser: Connection, *, createdb: bool = False) -> None:
    """Make both roles, or put their attributes right; ``createdb`` is the owner's, for tests."""
    for name, may in ((OWNER, createdb), (APPLICATION, False)):
        statement = sql.SQL("{} ROLE {} {} {}").format(
            sql.SQL("ALTER" if exists(superuser, name) else "CREATE"),
            sql.Identifier(name),
            sql.SQL(_NO_MORE),
            sql.SQL("CREATEDB" if may else "NOCREATEDB"),
        )
        superuser.execute(statement)


def take_over(superuser: Connection) -> None:
    """Give the connected database and what the application's role owns in it to the owner."""
    superuser.execute(
        sql.SQL(_TAKE_OVER).format(
            database=sql.Identifier(superuser.info.dbname),
            owner=sql.Identifier(OWNER),
            role=sql.Identifier(APPLICATION),
        )
    )


def rights(name: str, kind: str, triggers: Collection[str]) -> tuple[str, ...]:
    """What the application may do with a relation: ``kind`` is PostgreSQL's letter for it."""
    if kind == "S":
        return ("SELECT", "USAGE")
    if kind not in _KINDS_OF_ROWS or name == "django_migrations":
        return ("SELECT",)
    if "hermes_append_only" in triggers:
        return ("SELECT", "INSERT")
    if {"hermes_must_be_audited", "hermes_never_deleted"} & set(triggers):
        return ("SELECT", "INSERT", "UPDATE")
    return ("SELECT", "INSERT", "UPDATE", "DELETE")


def grant(owner: Connection, role: str) -> None:
    """Give ``role`` its rights in the connected database, and nobody else any; safe to repeat.

    ``owner`` owns the database or is a superuser, and commits.
    """
    statements = [
        sql.SQL(_CLOSE).format(
            database=sql.Identifier(owner.info.dbname), role=sql.Identifier(role)
        )
    ]
    for name, kind, triggers in owner.execute(_RELATIONS).fetchall():
        statements.append(
            sql.SQL(_GRANT).format(
                kind=sql.SQL(_KINDS[kind]),
                name=sql.Identifier("public", name),
                role=sql.Identifier(role),
                rights=sql.SQL(", ").join(sql.SQL(one) for one in rights(name, kind, triggers)),
            )
        )
    owner.execute(sql.SQL(";").join(statements))


def owned(connection: Connection, role: str) -> list[str]:
    """In words, what ``role`` owns in the connected database, itself or by membership."""
    found = connection.execute(_OWNED, {"role": role}).fetchall()
    return [f"it owns {name}" for (name,) in found]


def faults(connection: Connection, role: str) -> list[str]:
    """Where ``role`` may do more or less than it should in the connected database, in words."""
    found = owned(connection, role)
    beyond = connection.execute(_BEYOND, {"role": role}).fetchall()
    found += [words for (words,) in beyond if words is not None]
    return found + list(_wrong_rights(connection, role))


def _wrong_rights(connection: Connection, role: str) -> Iterator[str]:
    asked = {"role": role, "privileges": _PRIVILEGES, "of_columns": _OF_COLUMNS}
    for name, kind, triggers, whole, columns in connection.execute(_HELD, asked).fetchall():
        wanted = set(rights(name, kind, triggers))
        # A right to one column is a right; lacking is what does not hold for all of them.
        yield from (f"it may {one} {name}" for one in sorted({*whole, *columns} - wanted))
        yield from (f"it lacks {one} on {name}" for one in sorted(wanted - set(whole)))
