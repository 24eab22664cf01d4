"""A dump without the key: two databases that differ only in the arms look alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from randomization import services, vault
from randomization.models import AllocationList
from tests.builders import eligible
from tests.people import make_people
from tests.randomization.builders import EARLY, arm_of
from trial.protocol import current

# Rows that tell an arm in the open, and why: what was done to a participant is clinical data, which
# those who treat and check must read; a dump is kept from the blinded (docs/threat-model.md).
SET_ASIDE = {
    "randomization_aspiration": "marrow taken from a participant",
    "randomization_product": "cells grown for a participant",
    "randomization_release": "the decision on these cells",
    "randomization_infusion": "the cells given",
    "randomization_nottreated": "why no cells were given",
}
# Tables of which the rows of one arm's visits are set aside: they are appointments with people.
HIDDEN = {"trial_visit", "trial_historicalvisit"}
_SEALED = re.compile(r"[A-Za-z0-9_-]{100,}")
_RANDOM = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*\+00"), "TIME"),
    (re.compile(r"argon2[^\t\"]+"), "PASSWORD"),
)
# Both lists have thirty places; they begin with cells, control and with control, cells.
SEEDS = (3, 5)
Dump = dict[str, list[str]]


def dump(*, hidden_too: bool = False) -> Dump:
    """Every row of every table as COPY writes it, what is random in it made alike."""
    commitment = AllocationList.objects.get().commitment
    found: Dump = {}
    for table in connection.introspection.table_names():
        past = table.replace("_historical", "_")
        if table.startswith(("django_", "auth_")) or past in SET_ASIDE:
            continue
        rows = [
            _alike(line.replace(commitment, "COMMITMENT"))
            for line in _copied(table, hidden_too=hidden_too)
        ]
        found[table] = sorted(rows)
    return found


def _copied(table: str, *, hidden_too: bool) -> list[str]:
    where = "" if hidden_too or table not in HIDDEN else " WHERE NOT hidden"
    command = sql.SQL("COPY (SELECT * FROM {}{}) TO STDOUT").format(
        sql.Identifier(table), sql.SQL(where)
    )
    with connection.cursor() as cursor, cursor.cursor.copy(command) as copy:
        return b"".join(bytes(block) for block in copy).decode().splitlines()


def _alike(line: str) -> str:
    line = _SEALED.sub(lambda hit: f"SEALED-{len(hit.group())}", line)
    for pattern, word in _RANDOM:
        line = pattern.sub(word, line)
    return line


@contextmanager
def trial_with(seed: int) -> Iterator[list[str]]:
    """Two participants allocated from the list of this seed, rolled back; their arms."""
    with transaction.atomic():
        people = make_people()
        services.seal_list(actor=people.uma, at=EARLY, seed=seed, length=30, purpose="simulated")
        both = [eligible(people, at=EARLY), eligible(people, at=EARLY)]
        for participant in both:
            services.randomize_within(participant=participant, actor=people.ines, at=EARLY)
        yield [arm_of(participant) for participant in both]
        transaction.set_rollback(True)


def counters(dsn: str) -> list[tuple[str, int, bool]]:
    """Every sequence as it stands."""
    with psycopg.connect(dsn, autocommit=True) as superuser:
        names = superuser.execute(
            "SELECT schemaname || '.' || sequencename FROM pg_sequences WHERE schemaname = 'public'"
        )
        found = []
        for (name,) in names.fetchall():
            asked = superuser.execute(f"SELECT last_value, is_called FROM {name}".encode())
            found += [(name, last, called) for last, called in asked.fetchall()]
        return found


def put_back(dsn: str, before: list[tuple[str, int, bool]]) -> None:
    """So that the second trial counts its rows from the same number."""
    with psycopg.connect(dsn, autocommit=True) as superuser:
        for row in before:
            superuser.execute("SELECT setval(%s, %s, %s)", row)


@pytest.mark.requirement("R-011")
@pytest.mark.django_db
def test_a_dump_without_the_key_tells_nothing_of_an_arm_but_what_was_done_to_people(
    superuser_dsn: str,
) -> None:
    before = counters(superuser_dsn)
    looks, openly, told = [], [], []
    for seed in SEEDS:
        put_back(superuser_dsn, before)
        with trial_with(seed) as arms:
            told.append(arms)
            looks.append(dump())
            openly.append(dump(hidden_too=True))
            text = str(looks[-1])
            secret = vault.list_secret(AllocationList.objects.get())
            for word in (*(arm.code for arm in current().arms), secret.salt):
                assert word not in text
    assert told == [["cells", "control"], ["control", "cells"]]
    for table, rows in looks[0].items():
        assert rows == looks[1][table], table
    assert set(looks[0]) == set(looks[1])
    # The comparison sees a difference where there is one: the appointments of one arm.
    assert {table for table in openly[0] if openly[0][table] != openly[1][table]} == HIDDEN
    assert len(looks[0]["randomization_slot"]) >= 30
    assert len(looks[0]["randomization_allocation"]) == 2
