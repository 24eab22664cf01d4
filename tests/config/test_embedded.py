"""The embedded PostgreSQL: real servers on folders of their own."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.embedded import AlreadyRunningError, EmbeddedError, EmbeddedPostgres
from config.servers.account import server_account
from config.servers.folders import Folders, private
from config.servers.processes import never, spawn, wait_until, working_in
from config.servers.roles import APPLICATION, OWNER, faults
from config.servers.software import ENVIRONMENT

TIMEOUT = 60.0
# What a start of the earlier release left: one role that owns everything.
ONE_ROLE = (
    "ALTER DATABASE hermes OWNER TO hermes",
    "DROP OWNED BY hermes_owner",
    "DROP ROLE hermes_owner",
    "GRANT CREATE ON SCHEMA public TO hermes",
    "SET ROLE hermes",
    "CREATE TABLE kept AS SELECT 42 AS n",
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused'; END $$""",
    "CREATE TRIGGER hermes_append_only BEFORE UPDATE OR DELETE ON kept EXECUTE FUNCTION refuse()",
)


def ask(server: EmbeddedPostgres, query: str, role: str = APPLICATION) -> tuple[object, ...]:
    with psycopg.connect(server.dsn(role=role)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def run(server: EmbeddedPostgres, query: str) -> None:
    with psycopg.connect(server.dsn(role=OWNER), autocommit=True) as connection:
        connection.execute(query.encode())


@pytest.mark.requirement("R-080")
def test_it_makes_a_database_of_version_18_with_checksums(state: Path) -> None:
    with EmbeddedPostgres(state, durable=False) as postgres:
        assert str(ask(postgres, "SHOW server_version")[0]).startswith("18.")
        assert ask(postgres, "SHOW data_checksums") == ("on",)
        query = "SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database"
        query += " WHERE datname = current_database() AND datlocprovider = 'b'"
        assert ask(postgres, query) == ("UTF8", "C.UTF-8")


@pytest.mark.requirement("R-031")
def test_it_gives_the_database_to_a_role_that_the_application_cannot_be(
    serving: EmbeddedPostgres,
) -> None:
    rights = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles"
    for role in (APPLICATION, OWNER):
        assert ask(serving, f"{rights} WHERE rolname = current_user", role) == (False,) * 4
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert ask(serving, owner) == (OWNER,)
    with psycopg.connect(serving.dsn()) as connection:
        assert faults(connection, APPLICATION) == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SET ROLE {OWNER}")


@pytest.mark.requirement("R-031")
@pytest.mark.requirement("R-083")
def test_it_takes_over_the_data_of_a_release_with_one_role(postgres: EmbeddedPostgres) -> None:
    with postgres, psycopg.connect(postgres.dsn(role="postgres"), autocommit=True) as superuser:
        for statement in ONE_ROLE:
            superuser.execute(statement.encode())
    with postgres:
        with psycopg.connect(postgres.dsn(), autocommit=True) as application:
            assert faults(application, APPLICATION) == []
            assert application.execute("SELECT sum(n) FROM kept").fetchone() == (42,)
            application.execute("INSERT INTO kept VALUES (1)")
            for statement in ("UPDATE kept SET n = 1", "ALTER TABLE kept DISABLE TRIGGER ALL",
                              "DROP FUNCTION refuse CASCADE", "CREATE TABLE more ()"):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    application.execute(statement.encode())
        with psycopg.connect(postgres.dsn(role=OWNER)) as owner:
            with pytest.raises(psycopg.errors.RaiseException, match="refused"):
                owner.execute("DELETE FROM kept")
            owner.rollback()
            owner.execute("ALTER TABLE kept ADD COLUMN more int")


def test_it_lets_the_owner_create_databases_only_when_asked(postgres: EmbeddedPostgres) -> None:
    state = postgres.folders.state
    rights = "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"
    with EmbeddedPostgres(state, durable=False, createdb=True) as server:
        assert ask(server, rights, OWNER) == (True,)
        assert ask(server, rights) == (False,)
    with EmbeddedPostgres(state, durable=False) as server:
        assert ask(server, rights, OWNER) == (False,)


@pytest.mark.requirement("R-083")
def test_it_is_durable_and_tidy_unless_told_otherwise(postgres: EmbeddedPostgres) -> None:
    with EmbeddedPostgres(postgres.folders.state) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            assert ask(server, f"SHOW {setting}") == ("on",)


def test_it_listens_on_a_private_socket_and_on_no_port(serving: EmbeddedPostgres) -> None:
    assert ask(serving, "SHOW listen_addresses") == ("",)
    folder = serving.folders.socket
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(serving.data.stat().st_mode) == 0o700


def test_it_keeps_values_of_rows_out_of_its_log(serving: EmbeddedPostgres) -> None:
    run(serving, "CREATE TABLE t (v text UNIQUE, CHECK (v <> 'secret-one'))")
    for statement in ("('secret-one')", "('secret-two'), ('secret-two')"):
        with pytest.raises(psycopg.IntegrityError):
            run(serving, f"INSERT INTO t VALUES {statement}")
    written = serving.folders.log("postgres").read_text()
    run(serving, "DROP TABLE t")
    assert "violates" in written
    assert "secret" not in written


def test_it_runs_as_nobody_special(serving: EmbeddedPostgres) -> None:
    (pid, *_) = working_in(serving.data)
    runs_as = Path(f"/proc/{pid}").stat().st_uid
    account = server_account(serving.data)
    assert runs_as != 0
    assert runs_as == (account.uid if account else os.geteuid())
    if account:
        assert pwd.getpwuid(runs_as).pw_name in {"hermes", "nobody"}


@pytest.mark.requirement("R-083")
def test_it_keeps_the_data_over_a_stop_and_over_a_kill(postgres: EmbeddedPostgres) -> None:
    server = EmbeddedPostgres(postgres.folders.state)
    with server:
        run(server, "CREATE TABLE t AS SELECT 1 AS n")
    with server:
        run(server, "INSERT INTO t VALUES (2)")
        assert server.process is not None
        server.process.kill()
        server.process.wait()
    with server:
        assert ask(server, "SELECT sum(n) FROM t", OWNER) == (3,)


def test_it_refuses_a_second_server_on_the_same_data(serving: EmbeddedPostgres) -> None:
    with pytest.raises(AlreadyRunningError, match=r"already running \(process \d+\)"):
        EmbeddedPostgres(serving.folders.state, durable=False).start()
    assert serving.ready()


def test_it_starts_although_a_stranger_has_the_number_of_the_old_server(
    postgres: EmbeddedPostgres,
) -> None:
    with postgres:
        lines = (postgres.data / "postmaster.pid").read_text().splitlines()
    # PostgreSQL itself overlooks strangers of other accounts; one of its own makes it give up.
    stranger = spawn(
        ["sleep", "600"],
        folder=Path("/"),
        environment=ENVIRONMENT,
        output=subprocess.DEVNULL,
        ending=signal.SIGKILL,
        account=server_account(postgres.data),
    )
    file = postgres.data / "postmaster.pid"
    file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    file.chmod(0o644)
    try:
        with postgres:
            assert postgres.ready()
    finally:
        stranger.kill()
        stranger.wait()


def test_it_ends_the_server_of_a_run_that_was_killed(postgres: EmbeddedPostgres) -> None:
    with postgres:
        other = EmbeddedPostgres(postgres.folders.state, durable=False)
        assert other.end_strays()
        assert working_in(postgres.data) == []
        with other:
            assert other.ready()


def test_it_dies_with_whoever_started_it(postgres: EmbeddedPostgres) -> None:
    state = postgres.folders.state
    program = (
        "import sys, time; from pathlib import Path; from config.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).start()\n"
        "print('up', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "up\n"
        assert working_in(state / "postgres" / "data")
        starter.send_signal(signal.SIGKILL)
    assert wait_until(
        lambda: not working_in(state / "postgres" / "data"), patience=TIMEOUT, cancelled=never
    )


def test_it_refuses_data_of_another_version_and_leaves_them_alone(
    postgres: EmbeddedPostgres,
) -> None:
    with postgres:
        pass
    version = postgres.data / "PG_VERSION"
    version.write_text("16\n")
    before = sorted(path.stat().st_mtime_ns for path in postgres.data.iterdir())
    with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 16.* brings PostgreSQL 18"):
        postgres.start()
    assert before == sorted(path.stat().st_mtime_ns for path in postgres.data.iterdir())


def test_it_begins_again_when_the_first_start_was_interrupted(state: Path) -> None:
    postgres = EmbeddedPostgres(state, durable=False)
    account = server_account(postgres.data)
    postgres.folders.prepare(postgres.folders.postgres, account)
    (postgres.folders.postgres / "data.unfinished").mkdir()
    (postgres.folders.postgres / "data.unfinished" / "PG_VERSION").write_text("18\n")
    with postgres:
        assert postgres.ready()
    assert [path.name for path in postgres.folders.postgres.iterdir()] == ["data"]


def test_it_opens_no_folder_above_its_own(state: Path) -> None:
    before = [(folder, folder.stat().st_mode) for folder in state.parents]
    umask = os.umask(0o077)
    try:
        with EmbeddedPostgres(state, durable=False) as server:
            assert server.ready()
    finally:
        os.umask(umask)
    assert before == [(folder, folder.stat().st_mode) for folder in state.parents]


def test_it_stops_waiting_when_told_to(postgres: EmbeddedPostgres) -> None:
    asked = 0

    def at_once() -> bool:
        nonlocal asked
        asked += 1
        return True

    postgres.ready = lambda: False  # type: ignore[method-assign]  # a server that never answers
    with pytest.raises(EmbeddedError, match="stopped before it was up"):
        postgres.start(at_once)
    assert asked
    assert working_in(postgres.data) == []


@pytest.mark.parametrize("name", ["x" * 120, "a folder, with #odd% characters"])
def test_it_uses_a_short_private_folder_where_the_path_cannot_be_an_address(
    state: Path, name: str
) -> None:
    near = Folders(state / name)
    assert near.socket.parent == Path("/tmp")  # noqa: S108 - the product checks it
    assert near.socket != Folders(state / f"{name}2").socket
    try:
        with EmbeddedPostgres(state / name, durable=False) as server:
            assert server.ready()
            assert stat.S_IMODE(near.socket.stat().st_mode) == 0o700
    finally:
        near.socket.rmdir()


@pytest.mark.parametrize("trap", ["link", "open"])
def test_it_enters_no_folder_that_a_stranger_prepared(tmp_path: Path, trap: str) -> None:
    folder = tmp_path / "socket"
    if trap == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.raises(EmbeddedError, match="is not private"):
        private(folder, None)
