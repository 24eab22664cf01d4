"""``make run``: the whole product on one machine under one process.

Starts the embedded servers that no variable replaces, brings the database up to date, then serves
web, worker and beat. Ctrl-C, SIGTERM or a closed terminal stops all of it in order. Killed
outright, it takes its children along (Linux), and the next start ends what was left.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from config.embedded import (
    AlreadyRunningError,
    EmbeddedError,
    EmbeddedServers,
    private_folder,
    servers_folder,
)
from config.servers.lock import only_run
from config.servers.processes import MARK, end_strays, supervised_by
from config.servers.service import Patience, Service, say

BASE = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
_READY_PATIENCE = 120.0  # seconds until the first healthy answer
_STRAY_PATIENCE = 10.0


def port_is_free(port: int) -> bool:
    """Whether we could listen on ``port``. Raises EmbeddedError when the system forbids it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except PermissionError as error:
            raise EmbeddedError(
                f"You may not listen on port {port}. Choose a higher one: make run PORT=8080"
            ) from error
        except OSError:
            return False
    return True


def free_port_after(port: int) -> int:
    """A port to suggest instead."""
    others = itertools.chain([8080], range(port + 1, 65536))
    return next(other for other in others if port_is_free(other))


def healthy(port: int) -> bool:
    """Whether /healthz/ answers 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Supervisor:
    """Everything that ``make run`` runs."""

    def __init__(self, base: Path, port: int) -> None:
        self.base = base
        self.port = port
        self.private = private_folder(base)
        self.servers = EmbeddedServers(servers_folder(base))
        self.requests_to_stop = 0
        self.services: list[Service] = []
        self._server_ends = {one.name: Patience(one.name) for one in self.servers.wanted}

    @property
    def address(self) -> str:
        """Where people go."""
        return f"http://{HOST}:{self.port}/"

    def run(self) -> None:
        """Serve until asked to stop. Raises EmbeddedError with the reason when that fails."""
        notice = f"This trial is already running at {self.address} (process {os.getpid()})."
        try:
            with only_run(self.private, notice):
                self._run_alone()
        except AlreadyRunningError as error:
            taken = "" if port_is_free(self.port) else f"Port {self.port} is taken. "
            raise EmbeddedError(
                f"{taken}{error} Nothing was changed. Use that one, or stop it with Ctrl-C in its "
                "terminal and start again."
            ) from error

    def _run_alone(self) -> None:
        mark = str(self.private)
        end_strays(lambda: supervised_by(mark), signal.SIGTERM, _STRAY_PATIENCE)
        if not port_is_free(self.port):
            raise EmbeddedError(
                f"Port {self.port} is taken by another program. Nothing was started. "
                f"Choose another one: make run PORT={free_port_after(self.port)}"
            )
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(which, self._asked_to_stop)
        try:
            self._start()
            while not self._stopping():
                self._watch(0.25)
                self._tend()
        except EmbeddedError:
            if not self._stopping():
                raise
        finally:
            self._stop()
            end_strays(lambda: supervised_by(mark), signal.SIGKILL, 1.0)

    def _asked_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.requests_to_stop += 1

    def _stopping(self) -> bool:
        return self.requests_to_stop > 0

    def _start(self) -> None:
        say("hermes", "starting; the first time takes a minute or two")
        self.servers.start(self._stopping)
        if not self._stopping():
            self._prepare()
        if not self._stopping():
            self.services = [self._web(), self._worker(), self._beat()]
            for service in self.services:
                service.start()
            self._await_health()

    def _prepare(self) -> None:
        prepare = self._python("prepare", ["manage.py", "prepare"], patience=5.0)
        self.services = [prepare]
        prepare.start()
        self._watch_until(prepare.ended)
        status = prepare.process.poll() if prepare.process else None
        prepare.make_end()
        if status and not self._stopping():
            raise EmbeddedError(f"The database could not be prepared. {prepare.told()}")

    def _await_health(self) -> None:
        deadline = time.monotonic() + _READY_PATIENCE
        while not self._stopping() and not healthy(self.port):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.address}healthz/ does not answer. See the lines above.")
            self._watch(0.25)
            self._tend()
        if not self._stopping():
            self._welcome()

    def _welcome(self) -> None:
        people = json.loads((self.private / "run" / "people.json").read_text())
        lines = ["", f"Hermes is running: {self.address}", ""]
        lines += [f"  {name:<14}{words}" for name, words in people["people"]]
        lines += [f"  {people['sign_in']}", ""] if people["people"] else []
        if not os.environ.get("HERMES_MAIL_HOST"):
            lines += [f"Mails are not sent; they are files in {self.private / 'mail'}"]
        lines += [f"Data: {servers_folder(self.base)}    Stop: Ctrl-C", ""]
        for line in lines:
            say("hermes", line)

    def _tend(self) -> None:
        for server in self.servers.wanted:
            if server.process is not None and server.process.poll() is not None:
                server.stop()
                ends = self._server_ends[server.name]
                wait = ends.next_start() - time.monotonic()
                say("hermes", f"{server.name} ended; it is started again")
                self._watch_until(self._stopping, wait)
                ends.started = time.monotonic()
                server.end_strays()
                server.start(self._stopping)
        for service in self.services:
            service.tend()

    def _watch(self, seconds: float) -> None:
        pipes = [service.output for service in self.services if service.output >= 0]
        if pipes:
            select.select(pipes, [], [], seconds)
        if not pipes or any(service.ended() for service in self.services):
            time.sleep(min(seconds, 0.1))
        for service in self.services:
            service.show()

    def _watch_until(self, condition: Callable[[], bool], patience: float | None = None) -> None:
        """Show output until ``condition``, or ``patience`` seconds, or one more request to stop."""
        before = self.requests_to_stop
        deadline = time.monotonic() + patience if patience is not None else None
        while not condition() and self.requests_to_stop == before:
            if deadline is not None and time.monotonic() > deadline:
                return
            self._watch(0.1)

    def _stop(self) -> None:
        say("hermes", "stopping")
        # All are asked before any is waited for, the web first: it takes no request from now on,
        # and what its last ones leave in the queue is done after the next start.
        for service in self.services:
            service.ask_to_end()
        for service in self.services:
            self._watch_until(service.ended, service.patience)
            service.make_end()
        self.servers.stop()
        say("hermes", "stopped; the data stay")

    def _web(self) -> Service:
        arguments = ["-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{self.port}"]
        # Loaded once for both workers: they serve sooner, and share the memory of it.
        arguments += ["--preload", "--workers", "2", "--threads", "4", "--timeout", "60"]
        arguments += ["--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"]
        return self._python("web", arguments, patience=8.0)

    def _worker(self) -> Service:
        # Celery warns root of pickled messages; ours are JSON.
        arguments = ["-W", "ignore:You're running the worker with superuser", "-m", "celery"]
        arguments += ["-A", "config", "-q", "worker", "--concurrency", "1"]
        arguments += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        return self._python("worker", arguments, patience=10.0)

    def _beat(self) -> Service:
        schedule = str(self.private / "run" / "beat-schedule")
        arguments = ["-m", "celery", "-A", "config", "-q", "beat", "--loglevel", "WARNING"]
        return self._python("beat", [*arguments, "--pidfile=", "-s", schedule], patience=5.0)

    def _python(self, name: str, arguments: Sequence[str], *, patience: float) -> Service:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            # For the links in mails.
            "PORT": str(self.port),
            MARK: str(self.private),
        }
        command = [sys.executable, *arguments]
        return Service(name, command, self.base, environment, patience)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run; 1 after an error told in a sentence."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", default=os.environ.get("PORT", "8000"))
    port = parser.parse_args(arguments).port
    if not port.isdigit() or not 0 < int(port) < 65536:
        sys.stderr.write(f"PORT must be a number from 1 to 65535, not {port}.\n")
        return 1
    try:
        Supervisor(BASE, int(port)).run()
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
