"""`manage.py measure_seal`: how long sealing and verifying take, beside plain SHA-256.

Part of `make bench`, on servers of its own: it fills a history with copies as the database's
superuser, which nobody does to real data.
"""

from __future__ import annotations

import hashlib
import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models
from django.utils import timezone
from psycopg import sql
from simple_history.utils import get_history_manager_for_model

from audit import sealing, tables
from audit.verification import one_snapshot
from audit.verifying import verify_here
from config.backup import connect, parameters
from outcomes.models import NihssRecord

# The newest version of every record again and again: each history still ends in what its row says.
_FILL = """
INSERT INTO {past} ({columns}) SELECT {columns} FROM (
    SELECT DISTINCT ON ({key}) * FROM {past} ORDER BY {key}, history_id DESC) newest
CROSS JOIN generate_series(1, %s / (SELECT count(DISTINCT {key}) FROM {past}) + 1) LIMIT %s
"""


class Command(BaseCommand):
    """Measures the seal on the demo trial with a long history."""

    help = "Measure sealing and verifying of many history rows against plain SHA-256."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--rows`: how many history rows are added."""
        parser.add_argument("--rows", type=int, default=20_000)

    def handle(self, *, rows: int, **_options: object) -> None:
        """Raises CommandError on a server that is not the bench's own."""
        if not settings.EMBEDDED:
            raise CommandError("This fills a history with copies: only make bench does it.")
        titles = ("rows", "seal s", "verify s", "plain SHA-256 s", "ratio", "peak MB")
        self.stdout.write("".join(f"{title:>17}" for title in titles) + "\n")
        # A tenth first: memory that grew with the rows would show.
        for added in (rows // 10, rows - rows // 10):
            fill(added)
            self._measure()

    def _measure(self) -> None:
        sealed = timed(lambda: sealing.seal(at=timezone.now()))[0]
        verified, report = timed(lambda: verify_here(note=False))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if not report.clean:
            raise CommandError(f"The bench's own trial does not verify: {report.findings[0]}")
        plain = timed(hash_plainly)[0]
        figures = (f"{sealed:.1f}", f"{verified:.1f}", f"{plain:.1f}", f"{verified / plain:.2f}")
        shown = (str(report.rows), *figures, f"{peak:.0f}")
        self.stdout.write("".join(f"{figure:>17}" for figure in shown) + "\n")


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found


def fill(rows: int, model: type[models.Model] = NihssRecord) -> None:
    """Add so many rows to the history of one form, unseen by any trigger."""
    past = get_history_manager_for_model(model).model._meta
    columns = [
        field.column
        for field in past.concrete_fields
        if not field.primary_key and not field.generated
    ]
    statement = sql.SQL(_FILL).format(
        past=sql.Identifier(past.db_table),
        key=sql.Identifier(str(model._meta.pk.column)),
        columns=sql.SQL(", ").join(sql.Identifier(str(name)) for name in columns),
    )
    server = {**parameters(settings.DATABASES["default"]), "user": "postgres"}
    with connect(server, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(statement, [rows, rows])
        superuser.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(past.db_table)))


def hash_plainly() -> bytes:
    """One SHA-256 over all the sealed rows, read as the verification reads them."""
    whole = hashlib.sha256()
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    with one_snapshot(raw):
        tables.fix_rendering(raw)
        for table in tables.sealed_tables():
            for _, text in tables.rows(raw, table, upto=2**63 - 1):
                whole.update(text.encode())
    return whole.digest()
