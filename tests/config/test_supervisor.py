"""``make run`` for real: a start, a second start, kills, a stop, and the data afterwards."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import supervisor
from config.embedded import EmbeddedPostgres
from config.servers.processes import MARK, never, supervised_by, wait_until, working_in
from config.servers.roles import OWNER

BASE = Path(__file__).resolve().parents[2]
PARTS = ("gunicorn", "worker", "beat")
PATIENCE = 180.0  # seconds; a slow machine is not a failing one


class Run:
    """A ``make run`` on a state folder of its own."""

    def __init__(self, state: Path, port: int) -> None:
        self.state, self.port = state, port
        self.log = state.parent / f"run-{secrets.token_hex(4)}.log"
        with self.log.open("xb") as log:
            self.process = subprocess.Popen(
                command(port),
                cwd=BASE,
                env=environment(state),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def await_serving(self) -> None:
        def decided() -> bool:
            return "Hermes is running" in self.said() or self.process.poll() is not None

        assert wait_until(decided, patience=PATIENCE, cancelled=never), self.said()
        assert self.process.poll() is None, self.said()

    def await_preparing(self) -> None:
        def begun() -> bool:
            return bool(self.pid_of("prepare")) or self.process.poll() is not None

        assert wait_until(begun, patience=PATIENCE, cancelled=never), self.said()

    def health(self) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/healthz/")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    @property
    def server_folders(self) -> list[Path]:
        return [self.state / "postgres" / "data", self.state / "valkey"]

    def left(self) -> list[int]:
        """Every process of this run that is still there."""
        servers = [pid for folder in self.server_folders for pid in working_in(folder)]
        return servers + supervised_by(str(self.state))

    def pid_of(self, part: str) -> int:
        """The child of the supervisor with that word in its command; 0 while there is none."""
        for pid in supervised_by(str(self.state)):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if part in words and int(parent) == self.process.pid:
                return pid
        return 0

    def replaced(self, part: str, old: int) -> bool:
        return self.pid_of(part) not in {0, old}

    def stop(self, which: signal.Signals) -> int:
        self.process.send_signal(which)
        return self.process.wait(PATIENCE)


def command(port: int | str) -> list[str]:
    return [sys.executable, "-m", "config.supervisor", "--port", str(port)]


def environment(state: Path) -> dict[str, str]:
    return {**os.environ, "HERMES_STATE": str(state), "HERMES_DEMO": "no"}


def start_second(state: Path, port: int | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(port),
        cwd=BASE,
        env=environment(state),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@contextmanager
def running(state: Path, port: int) -> Iterator[Run]:
    run = Run(state, port)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.wait()
        wait_until(lambda: not run.left(), patience=PATIENCE, cancelled=never)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.requirement("R-080")
@pytest.mark.requirement("R-082")
@pytest.mark.requirement("R-083")
def test_it_brings_back_what_is_killed_keeps_the_data_and_leaves_no_process(
    state: Path, free_port: int
) -> None:
    """Three runs on the same data: Ctrl-C while it serves, a kill, a stop while it starts."""
    address = EmbeddedPostgres(state).dsn(role=OWNER)
    with running(state, free_port) as run:
        run.await_serving()
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        status, parts = run.health()
        assert status == 200
        assert parts["database"]["name"].startswith("PostgreSQL 18.")
        assert parts["broker"]["name"].startswith("Valkey 9.")

        assert_nothing_is_loaded_that_only_draws(run)
        assert_second_start_refused(run)
        assert run.health()[0] == 200
        assert_brings_back_what_is_killed(run)

        assert_stops_in_order(run, signal.SIGINT)
    with a_stray_of(state) as stray, running(state, free_port) as run:
        run.await_serving()
        assert stray.wait(PATIENCE) == -signal.SIGTERM
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
        run.process.kill()
        run.process.wait()
        assert wait_until(lambda: not run.left(), patience=PATIENCE, cancelled=never), run.left()
    with running(state, free_port) as run:
        run.await_preparing()
        assert_stops_in_order(run, signal.SIGTERM)
        assert "Hermes is running" not in run.said()
    with EmbeddedPostgres(state), psycopg.connect(address) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)


def assert_stops_in_order(run: Run, which: signal.Signals) -> None:
    assert run.stop(which) == 0, run.said()
    assert run.left() == []
    assert "stopped; the data stay" in run.said()


def assert_brings_back_what_is_killed(run: Run) -> None:
    before = {part: run.pid_of(part) for part in PARTS}
    servers = [working_in(folder)[0] for folder in run.server_folders]
    for pid in [*before.values(), *servers]:
        os.kill(pid, signal.SIGKILL)
    for part, pid in before.items():
        replaced = partial(run.replaced, part, pid)
        assert wait_until(replaced, patience=PATIENCE, cancelled=never), run.said()
    assert wait_until(lambda: run.health()[0] == 200, patience=PATIENCE, cancelled=never)


def assert_nothing_is_loaded_that_only_draws(run: Run) -> None:
    """It would take most of every start, and 100 MB in each process."""
    for pid in supervised_by(str(run.state)):
        mapped = Path(f"/proc/{pid}/maps").read_text()
        assert not [
            name for name in ("scipy", "pandas", "matplotlib", "pyarrow") if f"/{name}/" in mapped
        ]


def assert_second_start_refused(run: Run) -> None:
    same = start_second(run.state, run.port)
    assert same.returncode == 1
    assert f"Port {run.port} is taken. This trial is already running" in same.stderr
    other = start_second(run.state, unused_port())
    assert other.returncode == 1
    assert f"already running at http://127.0.0.1:{run.port}/" in other.stderr


@contextmanager
def a_stray_of(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like a child left by an earlier run that was killed."""
    marked = {**os.environ, MARK: str(state)}
    program = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
    with subprocess.Popen(program, env=marked, stdout=subprocess.PIPE) as stray:
        assert stray.stdout is not None
        stray.stdout.readline()
        try:
            yield stray
        finally:
            stray.kill()


def test_it_starts_nothing_when_a_stranger_has_the_port(state: Path, free_port: int) -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", free_port))
        stranger.listen()
        second = start_second(state, free_port)
    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {free_port} is taken by another program. Nothing was")
    assert "make run PORT=" in second.stderr
    assert not (state / "postgres").exists()
    assert len(second.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["0", "65536", "web", " -1", ""])
def test_it_refuses_a_port_that_is_none(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert supervisor.main(["--port", port]) == 1
    assert "PORT must be a number from 1 to 65535" in capsys.readouterr().err
