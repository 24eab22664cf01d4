"""The product as it is really served, on this run's test database: gunicorn, and a Celery worker.

Configured by variables as in production, apart from TLS: its own state folder (collected static
files, data cuts), the test database, and a queue of its own on the run's Valkey.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from config.servers.folders import PORT, VALKEY_SOCKET
from config.servers.processes import end, never, spawn, wait_until
from config.supervisor import HOST, healthy

BASE = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # seconds; a slow machine is not a failing one
_STOP = ((signal.SIGTERM, 20.0),)


class Hospital:
    """One server with its database, its queue and its folder, for as long as a test run lasts."""

    def __init__(self, folder: Path, queue: int) -> None:
        self.folder = folder
        self.address = f"http://{HOST}:{_free_port()}"
        self.environment = _environment(folder, queue)
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    @property
    def cuts(self) -> Path:
        """Where the data cuts are kept."""
        return self.folder / "cuts"

    def open(self, workers: int = 1) -> None:
        """Collect the static files and serve."""
        with override_settings(STATIC_ROOT=self.folder / "static"):
            call_command("collectstatic", interactive=False, verbosity=0)
        self.serve(workers)

    def serve(self, workers: int = 1) -> None:
        """Answer requests, in so many processes."""
        where = self.address.removeprefix("http://")
        serving = ["-m", "gunicorn", "config.wsgi", "--bind", where, "--workers", f"{workers}"]
        serving += ["--preload"]
        serving += ["--threads", "4", "--timeout", "120", "--no-control-socket"]
        self._web = self._start("web", [*serving, "--log-level", "warning"])
        port = int(where.partition(":")[2])
        wait_until(lambda: self._web_ended() or healthy(port), patience=PATIENCE, cancelled=never)
        assert healthy(port), self.said("web")

    def web_is_killed(self) -> None:
        """SIGKILL for the web server and its processes: none of them finishes what it does."""
        assert self._web is not None
        _kill(self._web)

    def worker_starts(self) -> None:
        """A Celery worker takes up what waits in the queue."""
        # Celery warns root of pickled messages; ours are JSON.
        working = ["-W", "ignore:You're running the worker with superuser", "-m", "celery"]
        working += ["-A", "config", "-q", "worker", "--concurrency", "1", "--loglevel", "WARNING"]
        self._worker = self._start("worker", [*working, "--without-gossip", "--without-mingle"])

    def worker_is_killed(self) -> None:
        """SIGKILL for the worker and its processes: none of them finishes what it does."""
        assert self._worker is not None
        _kill(self._worker)
        self._worker = None

    def worker_stops(self) -> None:
        """The worker finishes what it does and ends."""
        if self._worker is not None:
            end(self._worker, _STOP)
            self._worker = None

    def close(self) -> None:
        """Nobody works, nothing is served any more."""
        self.worker_stops()
        if self._web is not None:
            end(self._web, _STOP)

    def runs(self, *command: str, given: str = "") -> str:
        """What a Python program printed that somebody runs on this machine."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=BASE,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def said(self, part: str) -> str:
        """The log of one part."""
        return (self.folder / f"{part}.log").read_text(errors="replace")

    def _start(self, part: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{part}.log").open("ab") as log:
            return spawn(
                [sys.executable, *arguments],
                folder=BASE,
                environment=self.environment,
                output=log,
                ending=signal.SIGKILL,
            )

    def _web_ended(self) -> bool:
        return self._web is None or self._web.poll() is not None


def _kill(process: subprocess.Popen[bytes]) -> None:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    for pid in (process.pid, *map(int, children.split())):
        os.kill(pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path, queue: int) -> dict[str, str]:
    database = connection.settings_dict
    socket_folder = str(database["HOST"])
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HERMES_")},
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}"
        f"?host={quote(socket_folder)}&port={PORT}",
        # One queue each: a worker must not take up the events of another test's database.
        "REDIS_URL": f"redis+socket://{socket_folder}/{VALKEY_SOCKET}?virtual_host={queue}",
        # A session that the test begins is one of the server, and what it sealed the server opens.
        "SECRET_KEY": settings.SECRET_KEY,
        "HERMES_ALLOCATION_KEY": settings.ALLOCATION_KEY,
        "HERMES_STATE": str(folder),
        "HERMES_ENVIRONMENT": "simulated",
        "HERMES_HOSTS": HOST,
        "HERMES_TLS": "no",
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
