"""Web, worker, beat, PostgreSQL and Valkey of their own, each to be killed and started again."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection
from django.urls import reverse

from config.backup import run_program
from config.embedded import EmbeddedPostgres, EmbeddedValkey
from config.servers.folders import PORT
from config.servers.processes import end, never, wait_until
from config.servers.roles import OWNER
from tests.journeys.server import PATIENCE, Hospital
from tests.randomization.test_randomize_over_http import Answer, Desk


class Stack(Hospital):
    """The product on servers of its own, with a copy of what the test has committed."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        super().__init__(folder, queue=0)
        self.postgres = EmbeddedPostgres(folder / "state", durable=False)
        self.valkey = EmbeddedValkey(folder / "state", durable=False)
        self._beat: subprocess.Popen[bytes] | None = None
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.postgres.dsn(),
            "REDIS_URL": self.valkey.url(),
            "HERMES_MAIL_HOST": "127.0.0.1",
            "HERMES_MAIL_PORT": str(mail_port),
            "HERMES_MAIL_TLS": "no",
            "HERMES_MAIL_FROM": "hermes@example.org",
        }

    def __enter__(self) -> Self:
        """Start all of it, with the tables and rows of the test's database."""
        try:
            self.postgres.start()
            self.valkey.start()
            self._copy()
            self.serve()
            self.worker_starts()
            beat = ["-m", "celery", "-A", "config", "-q", "beat", "--loglevel", "WARNING"]
            schedule = str(self.folder / "schedule")
            self._beat = self._start("beat", [*beat, "--pidfile=", "-s", schedule])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop all of it."""
        if self._beat is not None:
            end(self._beat, ((signal.SIGKILL, 20.0),))
        if self._worker is not None:
            self.worker_is_killed()
        self.close()
        self.valkey.stop()
        self.postgres.stop()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.postgres.dsn(role=OWNER)) as asking:
            return asking.execute(query).fetchall()

    def broker_is_killed(self) -> None:
        """SIGKILL; its queue is lost."""
        assert self.valkey.process is not None
        self.valkey.process.kill()
        self.valkey.process.wait()

    def database_restarts(self) -> None:
        """Every connection is broken; a little later new ones are accepted."""
        self.postgres.stop()
        self.postgres.start()

    def waits_until(self, condition: Callable[[], bool]) -> bool:
        """Whether it became true in time; a worker that ended meanwhile is started again, as
        ``make run`` and docker do: one that loses its broker may end."""

        def tended() -> bool:
            if self._worker is not None and self._worker.poll() is not None:
                self.worker_starts()
            return condition()

        return wait_until(tended, patience=PATIENCE, cancelled=never)

    def logs(self) -> str:
        """What everybody said, for a test that failed."""
        return "\n".join(file.read_text() for file in self.folder.glob("*.log"))

    def _copy(self) -> None:
        there = connection.settings_dict
        server = {"host": str(there["HOST"]), "port": str(PORT), "user": "postgres"}
        own = {**server, "host": str(self.postgres.folders.socket), "dbname": "hermes"}
        dump = str(self.folder / "dump")
        run_program(
            "pg_dump", ["--format=custom", "-f", dump], {**server, "dbname": str(there["NAME"])}
        )
        run_program("pg_restore", [dump], own)


class Ward(Desk):
    """A study nurse who reports serious events over HTTP."""

    def reports(self, code: str, term: str) -> Answer:
        """Status and address of the answer."""
        now = datetime.now(ZoneInfo("Europe/Paris"))
        return self._ask(
            "POST",
            reverse("adverse-event-new", args=(code,)),
            term=term,
            category="infection",
            onset="2026-03-10",
            severity="severe",
            serious="yes",
            criteria="hospitalization",
            causality="unlikely",
            action="treated",
            outcome="recovering",
            aware_at=f"{now:%Y-%m-%dT%H:%M}",
            distinct="yes",
        )
