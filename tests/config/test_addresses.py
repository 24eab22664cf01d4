"""Where the embedded mode keeps things: addresses, the key, the lock, a single command."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from threading import Barrier

import pytest

from config import embedded
from config.embedded import AlreadyRunningError, EmbeddedError, addresses, kept_secret, secret_key
from config.servers.lock import only_run

BASE = Path(__file__).resolve().parents[2]


@pytest.fixture
def _no_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HERMES_STATE")


def test_it_computes_addresses_and_makes_nothing(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_STATE", str(state))
    found = addresses(BASE)
    assert found.database == {
        "NAME": "hermes",
        "USER": "hermes",
        "HOST": f"{state}/socket",
        "PORT": "5432",
    }
    assert found.broker == f"redis+socket://{state}/socket/valkey.sock"
    assert found.redis == f"unix://{state}/socket/valkey.sock"
    assert not state.exists()


@pytest.mark.usefixtures("_no_state")
def test_it_keeps_an_ordinary_persons_data_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert embedded.servers_folder(tmp_path) == tmp_path.resolve() / "var"


@pytest.mark.usefixtures("_no_state")
def test_it_keeps_roots_servers_where_their_account_can_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    first, second = (embedded.servers_folder(tmp_path / name) for name in ("first", "second"))
    assert first.parent == second.parent == Path("/var/lib/hermes")
    assert first != second
    assert first == embedded.servers_folder(tmp_path / "x" / ".." / "first")
    assert embedded.private_folder(tmp_path) == tmp_path.resolve() / "var"


@pytest.mark.requirement("R-074")
def test_it_makes_one_key_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_STATE", str(tmp_path / "state"))
    key = secret_key(BASE)
    assert len(key) >= 50
    assert secret_key(BASE) == key
    file = tmp_path / "state" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_keeps_one_secret_of_many_made_at_once(tmp_path: Path) -> None:
    at_once = Barrier(8)

    def make() -> str:
        at_once.wait()
        return token_hex()

    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda _: kept_secret(tmp_path / "s", make), range(8)))
    assert len(kept) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_it_refuses_a_key_that_was_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_STATE", str(tmp_path))
    (tmp_path / "secret_key").touch()
    with pytest.raises(EmbeddedError, match="is empty"):
        secret_key(BASE)


def test_it_lets_one_run_in_and_tells_the_second_where_the_first_is(tmp_path: Path) -> None:
    with (
        only_run(tmp_path, "running at port 1"),
        pytest.raises(AlreadyRunningError, match="running at port 1"),
        only_run(tmp_path, "never"),
    ):
        pass
    with only_run(tmp_path, "after the first"):
        pass


def test_it_gives_the_lock_back_when_its_holder_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from config.servers.lock import only_run\n"
        "with only_run(Path(sys.argv[1]), 'held'): print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=BASE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match="held"), only_run(tmp_path, "second"):
            pass
        holder.kill()
    with only_run(tmp_path, "second"):
        pass


def test_it_runs_one_command_with_servers_for_its_duration(state: Path) -> None:
    program = (
        "import psycopg, sys; from pathlib import Path; from config.embedded import addresses\n"
        "found = addresses(Path.cwd())\n"
        "psycopg.connect(user='hermes', dbname='hermes', host=found.database['HOST'])\n"
        "print('connected', flush=True); sys.exit(7)"
    )
    command = [sys.executable, "-m", "config.embedded", sys.executable, "-c", program]
    done = subprocess.run(
        command,
        env={**os.environ, "HERMES_STATE": str(state)},
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("connected\n", 7), done.stderr
    assert not (state / "socket" / ".s.PGSQL.5432").exists()


def test_it_uses_the_servers_that_are_running_already() -> None:
    with embedded.running(BASE):
        assert embedded.EmbeddedServers(embedded.servers_folder(BASE)).ready()
    assert embedded.EmbeddedServers(embedded.servers_folder(BASE)).ready()
