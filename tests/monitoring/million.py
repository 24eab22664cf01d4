"""A trial of many years: a million rows of history, copied in as the database's superuser.

What a page costs must not depend on how the rows came in; the services would take hours. Indexes
are dropped before the copying and made again, by their own definitions, after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from audit.models import Event
from outcomes.models import NihssRecord
from trial.models import Participant, Record, Visit

RECORDS = Record.history.model._meta.db_table
SCORES = NihssRecord.history.model._meta.db_table
EVENTS = Event._meta.db_table
FILLED = (RECORDS, SCORES, EVENTS)
STEP = 1_000_000
_REPLICA = "-c session_replication_role=replica -c synchronous_commit=off"
_CODE = "left(code, 4) || lpad(copy::text, 3, '0') || '-0'"
_AT = "timestamptz '2022-01-01 06:00Z' + n * interval '97 seconds'"


def fill(dsn: str, *, copies: int, rows: int) -> int:
    """Copy the first participant of each site, then make ``rows`` rows of history; how many."""
    with psycopg.connect(dsn, options=_REPLICA) as superuser:
        _copy_participants(superuser, copies)
        with _without_indexes(superuser):
            made = _fill(superuser, RECORDS, rows * 6 // 10, _record())
            made += _fill(superuser, SCORES, rows * 2 // 10, _scores())
            made += _fill(superuser, EVENTS, rows * 2 // 10, _events())
    with psycopg.connect(dsn, autocommit=True) as superuser:
        superuser.execute("VACUUM (ANALYZE)")
    return made


def empty(dsn: str) -> None:
    """Take the rows away so that later tests do not wade through dead ones."""
    with psycopg.connect(dsn, options=_REPLICA, autocommit=True) as superuser:
        superuser.execute(f"TRUNCATE {', '.join(FILLED)} CASCADE")
        superuser.execute("VACUUM (ANALYZE)")


def _copy_participants(superuser: psycopg.Connection[Any], copies: int) -> None:
    moved = f"copy * {STEP} + "
    shifts: dict[type[Any], Mapping[str, str]] = {
        Participant: {"id": f"{moved}id", "code": _CODE, "number": "copy"},
        Visit: {"id": f"{moved}id", "participant_id": f"{moved}participant_id"},
        Record: {name: f"{moved}{name}" for name in ("id", "participant_id", "visit_id")},
    }
    first = "(SELECT id FROM trial_participant WHERE number = 1)"
    for model, given in shifts.items():
        whose = "id" if model is Participant else "participant_id"
        columns = [one.column for one in model._meta.concrete_fields]
        values = ", ".join(given.get(column, column) for column in columns)
        superuser.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} "
            f"FROM {model._meta.db_table}, generate_series(100, {99 + copies}) copy "
            f"WHERE {whose} IN {first}"
        )


def _record() -> dict[str, str]:
    return {
        **{name: f"r.{name}" for name in ("id", "participant_id", "visit_id", "form")},
        "status": "CASE n / r.rounds % 2 WHEN 0 THEN 'draft' ELSE 'complete' END",
        "history_changed": "ARRAY['status']",
    }


def _scores() -> dict[str, str]:
    return {
        "record_id": "r.id",
        "gaze": "(n / r.rounds % 2)",
        "history_changed": "CASE n % 1000 WHEN 0 THEN '{face,gaze}'::text[] ELSE '{gaze}' END",
    }


def _events() -> dict[str, str]:
    return {
        "": "WHERE name = 'record.saved'",
        "at": _AT,
        "recorded_at": _AT,
        "actor_id": "people.id",
        "participant": "r.code",
        "subject_id": "r.id::text",
        "reason": "CASE WHEN n % 5000 = 0 THEN 'seen again at the ward' ELSE '' END",
    }


def _fill(
    superuser: psycopg.Connection[Any], table: str, rows: int, given: Mapping[str, str]
) -> int:
    """Rows like the newest of the table, one after the other for every record, again and again."""
    stamped = {
        "history_date": _AT,
        "history_recorded_at": _AT,
        "history_user_id": "people.id",
        "history_type": "CASE WHEN n < r.rounds THEN '+' ELSE '~' END",
        "history_change_reason": "CASE WHEN n < r.rounds THEN '' WHEN n % 5000 = 0 "
        "THEN 'seen again at the ward' ELSE 'transcription error' END",
        **given,
    }
    key = "id" if table == EVENTS else "history_id"
    columns = [name for name in _columns(superuser, table) if name != key]
    values = ", ".join(stamped.get(name, f'like_it."{name}"') for name in columns)
    listed = ", ".join(f'"{name}"' for name in columns)
    done = superuser.execute(
        f"""
        WITH r AS MATERIALIZED (
            SELECT trial_record.*, code, row_number() OVER () - 1 AS place,
                count(*) OVER () AS rounds
            FROM trial_record JOIN trial_participant ON trial_participant.id = participant_id),
        people AS MATERIALIZED (
            SELECT id, row_number() OVER () - 1 AS place, count(*) OVER () AS every
            FROM accounts_user)
        INSERT INTO {table} ({listed}) SELECT {values}
        FROM generate_series(0, {rows - 1}) n
        JOIN r ON r.place = n % (SELECT max(place) + 1 FROM r)
        JOIN people ON people.place = n % (SELECT max(place) + 1 FROM people),
        (SELECT * FROM {table} {given.get("", "")} ORDER BY {key} DESC LIMIT 1) like_it
        ORDER BY n
        """
    )
    return done.rowcount


def _columns(superuser: psycopg.Connection[Any], table: str) -> list[str]:
    found = superuser.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in found.fetchall()]


@contextmanager
def _without_indexes(superuser: psycopg.Connection[Any]) -> Iterator[None]:
    found = superuser.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) "
        "AND indexname NOT LIKE '%%_pkey'",
        [list(FILLED)],
    ).fetchall()
    for name, _ in found:
        superuser.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    superuser.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for _, definition in found:
        superuser.execute(definition)
