"""`manage.py measure_cut`: the rate and the memory of a large data cut.

Part of `make bench`, on servers of its own: the demo trial is copied inside the database by its
superuser until a cut holds as many answers as asked for. The rate is stated beside PostgreSQL's own
COPY of the same rows, sent to this process and written to a file. Of visits and forms, which only
join and order what is stored, that is COPY of the same query; of every other table, COPY of the
finished rows out of a table that holds nothing else: what is computed for a cut counts as ours.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from psycopg import Connection, sql

from accounts.models import User
from audit import sealing
from config import demo_copies
from config.backup import connect, parameters
from exports import catalogue, services, snapshot
from exports.models import DataCut
from exports.tables import Table

# The best of so many counts: what else the machine does is no part of it.
TRIES = 3


@dataclass(frozen=True)
class Measured:
    """One file: its rows and bytes, and the seconds it takes the cut and COPY."""

    file: str
    rows: int
    bytes: int
    ours: float
    copy: float

    def __str__(self) -> str:
        rate = self.rows / self.ours
        ratio = self.copy / self.ours
        figures = f"{self.rows:10} {self.bytes / 1e6:8.2f} {self.ours:8.3f} {self.copy:8.3f}"
        return f"{self.file:<28}{figures} {rate:10.0f} {ratio:6.2f}"


class Command(BaseCommand):
    """Measures a blinded cut of the demo trial many times over."""

    help = "Measure a cut of many answers: memory, and its rate beside PostgreSQL's COPY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--answers`: how many answers the cut holds at least."""
        parser.add_argument("--answers", type=int, default=1_000_000)

    def handle(self, *, answers: int, **_options: object) -> None:
        """Raises CommandError on a server that is not the bench's own, or for a failed cut."""
        if not settings.EMBEDDED:
            raise CommandError("This fills the database with copies: only make bench does it.")
        copies = 0
        one = answers_in(_made()[0])
        self.stdout.write("\ncut: answers, copies of the demo, idle worker MB, peak MB, seconds\n")
        # A tenth first: memory that grew with the rows would show.
        for wanted in (-(-answers // (10 * one)) - 1, -(-answers // one) - 1):
            if wanted > copies:
                demo_copies.grow(copies + 1, wanted)
                copies = wanted
            sealing.seal(at=timezone.now())
            cut, worker = _made()
            held = answers_in(cut)
            self.stdout.write(
                f"{held:10} {copies + 1:5} {worker['idle']:8.0f} {worker['peak']:8.0f}"
                f" {worker['seconds']:8.1f}   over the idle worker:"
                f" {worker['peak'] - worker['idle']:.0f} MB"
            )
        self._rates()

    def _rates(self) -> None:
        columns = f"{'rows':>10} {'MB':>8} {'cut s':>8} {'COPY s':>8} {'rows/s':>10} {'ratio':>6}"
        self.stdout.write(f"\n{'file':<28}{columns}")
        found = list(measured())
        for row in found:
            self.stdout.write(str(row))
        forms = {spec.code for spec in catalogue.forms(blinded=True)}
        answered = [row for row in found if row.file.removesuffix(".csv") in forms]
        self.stdout.write(str(_sum("all forms: the answers", answered)))
        self.stdout.write(str(_sum("the whole cut", found)))


def _sum(file: str, rows: list[Measured]) -> Measured:
    return Measured(
        file,
        sum(row.rows for row in rows),
        sum(row.bytes for row in rows),
        sum(row.ours for row in rows),
        sum(row.copy for row in rows),
    )


def _made() -> tuple[DataCut, dict[str, float]]:
    """A blinded cut, made by a worker process of its own, and what that says of itself."""
    actor = User.objects.get(username="datamanager")
    cut = services.request_cut(purpose="make bench", blinded=True, actor=actor, at=timezone.now())
    command = [sys.executable, "manage.py", "one_cut", cut.code]
    done = subprocess.run(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True)  # noqa: S603 - this interpreter, our manage.py, and the code of the cut made above
    cut.refresh_from_db()
    if cut.status != DataCut.DONE:
        raise CommandError(f"The cut is {cut.get_status_display()}: {cut.error}")
    return cut, json.loads(done.stdout)


def answers_in(cut: DataCut) -> int:
    """The answers in the files of a cut: cells of the forms' own columns that are not empty."""
    folder = Path(settings.CUTS_DIR) / cut.folder
    count = 0
    for spec in catalogue.forms(blinded=cut.blinded):
        with (folder / f"{spec.code}.csv").open(newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            header = next(rows)
            places = [header.index(name) for name in spec.columns]
            count += sum(1 for row in rows for place in places if row[place])
    return count


def measured() -> Iterator[Measured]:
    """Every table of a blinded cut, written as a cut writes it and by COPY, turn by turn."""
    reader = User.objects.get(username="datamanager")
    stored = {"visits.csv", *(f"{spec.code}.csv" for spec in catalogue.forms(blinded=True))}
    folder = Path(tempfile.mkdtemp(prefix="hermes-bench-"))
    server = {**parameters(settings.DATABASES["default"]), "user": "postgres"}
    try:
        with connect(server) as superuser:
            for table in catalogue.tables(blinded=True, reader=reader):
                with transaction.atomic():
                    yield _measured(table, folder, None if table.file in stored else superuser)
    finally:
        shutil.rmtree(folder)


def _measured(table: Table, folder: Path, loads: Connection[Any] | None) -> Measured:
    """One table; ``loads`` is whose table gets the finished rows, where no query has them."""
    path, copied = folder / table.file, folder / f"copy-{table.file}"
    ours, copy = [], []
    for turn in range(TRIES):
        path.unlink(missing_ok=True)
        ours.append(_timed(lambda: snapshot.write_table(path, table, _nothing)))
        if loads is None:
            copy.append(_timed(lambda: _copy_query(table, copied)))
            continue
        if turn == 0:
            _load(table, path, loads)
        copy.append(_timed(lambda: _copy(loads.cursor(), "SELECT * FROM rows", (), copied)))
    with path.open(newline="", encoding="utf-8") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    return Measured(table.file, rows, path.stat().st_size, min(ours), min(copy))


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _load(table: Table, path: Path, superuser: Connection[Any]) -> None:
    """The finished rows of a table, into a table of the server, for it to copy."""
    columns = sql.SQL(", ").join(
        sql.Identifier(column.name) + sql.SQL(" text") for column in table.columns
    )
    with superuser.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rows")
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE rows ({})").format(columns))
        with cursor.copy("COPY rows FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(path.read_bytes())


def _copy_query(table: Table, path: Path) -> None:
    names = [column.name for column in table.columns]
    select: Any = table.select
    rows, parameters = select().values(names).query.sql_with_params()
    with connection.cursor() as cursor:
        _copy(cursor.cursor, rows, parameters, path)


def _copy(cursor: Any, rows: str, parameters: Sequence[Any], path: Path) -> None:
    """PostgreSQL's own COPY, with nothing of ours: no guard, no words for yes and no."""
    statement = f"COPY ({rows}) TO STDOUT (FORMAT csv, HEADER)"
    with path.open("wb") as out, cursor.copy(statement, parameters) as copy:
        for block in copy:
            out.write(block)


def _nothing() -> None:
    """No progress is told."""
