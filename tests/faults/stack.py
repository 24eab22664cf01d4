"""``make run`` on a state folder of its own, as a test that kills its parts needs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import psycopg
from django.urls import reverse

from config.embedded import EmbeddedPostgres
from config.servers.processes import never, wait_until, working_in
from config.servers.roles import OWNER
from tests.config.test_supervisor import PATIENCE, Run
from tests.randomization.test_randomize_over_http import Answer, Desk

BASE = Path(__file__).resolve().parents[2]
_START = (
    "from config import supervisor as s; s.Supervisor.settings_module = 'tests.faults.settings'; "
    "raise SystemExit(s.main())"
)


class Stack(Run):
    """Everything that ``make run`` runs, with short waits, and mails to a server of the test."""

    def __init__(self, state: Path, port: int, mail_port: int) -> None:
        self.mail_port = mail_port
        super().__init__(state, port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        self.process.wait()
        self.waits_until(lambda: not self.left())

    def command(self) -> list[str]:
        """``make run`` under the settings of these tests."""
        return [sys.executable, "-c", _START, "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        """As ``make run`` has it, and where mails go."""
        return {
            **super().environment(),
            "HERMES_MAIL_HOST": "127.0.0.1",
            "HERMES_MAIL_PORT": str(self.mail_port),
            "HERMES_MAIL_TLS": "no",
            "HERMES_MAIL_FROM": "hermes@example.org",
        }

    def runs(self, *command: str) -> str:
        """What a Python program printed that runs beside the stack, on its servers."""
        environment = {**self.environment(), "DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=BASE,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(EmbeddedPostgres(self.state).dsn(role=OWNER)) as connection:
            return connection.execute(query).fetchall()

    def kill_worker(self) -> None:
        """The worker and its process that sends, at once; another one is started."""
        before = self.pid_of("worker")
        children = Path(f"/proc/{before}/task/{before}/children").read_text().split()
        for pid in (before, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        assert self.waits_until(lambda: self.replaced("worker", before))

    def restart_database(self) -> None:
        """PostgreSQL shuts down, breaking every connection, and is started again."""
        (folder, _) = self.server_folders
        before = working_in(folder)[0]
        os.kill(before, signal.SIGINT)

        def again() -> bool:
            try:
                return before not in working_in(folder) and bool(self.rows("SELECT 1"))
            except psycopg.OperationalError:
                return False

        assert self.waits_until(again)

    @contextmanager
    def without_broker(self) -> Iterator[None]:
        """Valkey is killed, and stays away for as long as the context lasts."""
        (_, folder) = self.server_folders
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            for pid in working_in(folder):
                os.kill(pid, signal.SIGKILL)
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def waits_until(self, condition: Any) -> bool:
        """Whether it became true in time; what the stack said is printed when it did not."""
        return wait_until(condition, patience=PATIENCE, cancelled=never)


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
        )
