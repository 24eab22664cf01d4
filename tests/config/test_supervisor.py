"""``make run`` for real: a start, a second start, kills, a stop, and the data afterwards."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import supervisor
from config.embedded import EmbeddedPostgres
from config.servers.folders import Folders
from config.servers.processes import never, supervised_by, wait_until, working_in
from tests.config.conftest import reachable_folder

BASE = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # seconds; a slow machine is not a failing one


class Run:
    """A ``make run`` on a state folder of its own."""

    def __init__(self, state: Path, port: int) -> None:
        self.state, self.port = state, port
        self.log = state.parent / f"run-{port}.log"
        with self.log.open("ab") as log:
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

    def await_serving(self, times: int = 1) -> None:
        def serves() -> bool:
            return self.said().count("Hermes is running") >= times

        ended = wait_until(
            lambda: serves() or self.process.poll() is not None, patience=PATIENCE, cancelled=never
        )
        assert ended, self.said()
        assert self.process.poll() is None, self.said()

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

    def await_health(self) -> None:
        healthy = wait_until(lambda: self.health()[0] == 200, patience=PATIENCE, cancelled=never)
        assert healthy, self.said()

    def left(self) -> list[int]:
        """Every process of this run that is still there."""
        folders = (self.state / "postgres" / "data", self.state / "valkey")
        servers = [pid for folder in folders for pid in working_in(folder)]
        return servers + supervised_by(str(self.state))

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


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A state folder in which tables are made and static files collected."""
    parent = reachable_folder()
    with running(parent / "state", unused_port()) as first:
        first.await_serving()
        assert first.stop(signal.SIGTERM) == 0, first.said()
        assert first.left() == []
    yield parent / "state"
    shutil.rmtree(Folders(parent / "state").socket, ignore_errors=True)
    shutil.rmtree(parent)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def pid_of(run: Run, part: str) -> int:
    """The process of one part: the first that the supervisor started with that word."""

    def is_it(pid: int) -> bool:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        return part in words and int(parent) == run.process.pid

    (pid,) = [pid for pid in supervised_by(str(run.state)) if is_it(pid)]
    return pid


@pytest.mark.requirement("R-080")
@pytest.mark.requirement("R-082")
def test_it_serves_and_names_its_parts(prepared: Path, free_port: int) -> None:
    with running(prepared, free_port) as run:
        run.await_serving()
        status, parts = run.health()
        assert status == 200
        assert parts["database"]["name"].startswith("PostgreSQL 18.")
        assert parts["broker"]["name"].startswith("Valkey 9.")
        for part in ("gunicorn", "worker", "beat"):
            assert pid_of(run, part)

        same = start_second(prepared, free_port)
        assert same.returncode == 1
        assert f"Port {free_port} is taken. This trial is already running" in same.stderr
        other = start_second(prepared, unused_port())
        assert other.returncode == 1
        assert f"already running at http://127.0.0.1:{free_port}/" in other.stderr
        assert run.health()[0] == 200


def test_it_keeps_the_data_over_a_stop_and_leaves_no_process(
    prepared: Path, free_port: int
) -> None:
    with running(prepared, free_port) as run:
        run.await_serving()
        address = EmbeddedPostgres(prepared).dsn()
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        assert run.stop(signal.SIGINT) == 0
        assert run.left() == []
        assert "stopped; the data stay" in run.said()
    with running(prepared, free_port) as run:
        run.await_serving()
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
            connection.execute("DROP TABLE kept")
        assert run.stop(signal.SIGTERM) == 0
        assert run.left() == []


@pytest.mark.requirement("R-083")
def test_it_brings_back_what_is_killed(prepared: Path, free_port: int) -> None:
    with running(prepared, free_port) as run:
        run.await_serving()
        killed = {part: pid_of(run, part) for part in ("gunicorn", "worker", "beat")}
        servers = [working_in(prepared / "valkey")[0], working_in(prepared / "postgres/data")[0]]
        for pid in [*killed.values(), *servers]:
            os.kill(pid, signal.SIGKILL)

        def all_back() -> bool:
            now = supervised_by(str(prepared))
            return "worker  | ended" in run.said() and not set(killed.values()) & set(now)

        assert wait_until(all_back, patience=PATIENCE, cancelled=never), run.said()
        run.await_health()
        for part, pid in killed.items():
            assert wait_until(_found(run, part), patience=PATIENCE, cancelled=never), run.said()
            assert pid_of(run, part) != pid
        assert run.stop(signal.SIGTERM) == 0, run.said()
        assert run.left() == []


def _found(run: Run, part: str) -> Callable[[], bool]:
    def found() -> bool:
        try:
            return pid_of(run, part) > 0
        except (ValueError, OSError):
            return False

    return found


@pytest.mark.requirement("R-083")
def test_it_takes_everything_along_when_it_is_killed(prepared: Path, free_port: int) -> None:
    with running(prepared, free_port) as run:
        run.await_serving()
        run.process.kill()
        run.process.wait()
        assert wait_until(lambda: not run.left(), patience=PATIENCE, cancelled=never), run.left()
    with running(prepared, free_port) as run:
        run.await_serving()
        assert run.health()[0] == 200


def test_it_ends_the_children_that_a_killed_run_left(prepared: Path, free_port: int) -> None:
    marked = {**os.environ, "SUPERVISED_BY_HERMES": str(prepared)}
    stray = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
    with subprocess.Popen(stray, env=marked, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with running(prepared, free_port) as run:
            run.await_serving()
            assert child.wait(PATIENCE) == -signal.SIGTERM


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
