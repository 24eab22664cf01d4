"""PostgreSQL 18 as a child process: made, started, watched and stopped by us.

It listens on a Unix socket only, in a folder that its account alone may enter, and trusts whoever
gets there: a password kept beside the data would guard nothing against somebody who can read the
folder. What the application may do is bounded inside, by a role that owns nothing (roles.py).

Conditions of values and failing rows stay out of its log: they are clinical data.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from config.servers.account import Account, server_account
from config.servers.errors import AlreadyRunningError, EmbeddedError, explain, refused_folder
from config.servers.folders import PORT, Folders
from config.servers.processes import (
    alive,
    end,
    end_strays,
    finish,
    never,
    wait_until,
    working_in,
)
from config.servers.roles import APPLICATION, OWNER, grant, make_roles, take_over
from config.servers.software import ENVIRONMENT, MAJOR, postgres_programs, reachable
from config.servers.starting import start_server

DATABASE = "hermes"
_START_PATIENCE = 300.0  # seconds: recovery after a crash replays the log first
_STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))  # fast shutdown, then immediate
_SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
# Rows of tests are mostly undone, and gone with the server: nothing to tidy up behind them.
_HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class EmbeddedPostgres:
    """One PostgreSQL server on the data under ``state``.

    ``durable=False`` gives up safety against a power cut, and tidying up, for speed; for tests
    only.
    ``createdb`` lets the owner of the tables create databases; for tests only.
    """

    name = "PostgreSQL"

    def __init__(self, state: Path, *, durable: bool = True, createdb: bool = False) -> None:
        self.folders = Folders(state.absolute())
        self.durable = durable
        self.createdb = createdb
        self.data = self.folders.postgres / "data"
        self.process: subprocess.Popen[bytes] | None = None
        self._account: Account | None = None

    def dsn(self, *, role: str = APPLICATION, database: str = DATABASE) -> str:
        """The address as libpq and DATABASE_URL write it."""
        return f"postgresql://{role}@/{database}?host={self.folders.socket}&port={PORT}"

    def start(self, cancelled: Callable[[], bool] = never) -> str:
        """Start the server, making data, roles and database when missing; the application's DSN.

        Raises AlreadyRunningError when these data are being served, EmbeddedError with the reason
        for anything else. ``cancelled`` is asked while waiting.
        """
        try:
            self._account = server_account(self.data)
            self.folders.prepare(self.folders.postgres, self._account)
            self._make_data()
            self._check_version()
            self._settle_pid_file()
            self.process = start_server(
                self._command(),
                name=self.name,
                folder=self.data,
                log=self.folders.log("postgres"),
                account=self._account,
                ready=self.ready,
                patience=_START_PATIENCE,
                stop=_STOP,
                cancelled=cancelled,
            )
            self._make_database()
        except OSError as error:
            raise refused_folder(self.data, error) from error
        except psycopg.Error as error:
            self.stop()
            raise explain("The database could not be set up", str(error), self.data) from error
        return self.dsn()

    def ready(self) -> bool:
        """Whether the server answers a query."""
        try:
            with self._superuser() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, committed ones are on disk."""
        if self.process is not None:
            end(self.process, _STOP)
            self.process = None

    def end_strays(self) -> list[int]:
        """End the server that a killed run left on these data; only its owner's lock allows it."""
        patience = sum(seconds for _, seconds in _STOP)
        return end_strays(lambda: working_in(self.data), signal.SIGINT, patience)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop."""
        self.stop()

    def _program(self, name: str) -> str:
        found = reachable(postgres_programs() / "postgres", self.folders.state, self._account)
        return str(found.with_name(name))

    def _make_data(self) -> None:
        if self.data.exists():
            return
        unfinished = self.data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [self._program("initdb"), "-D", str(unfinished), "-U", "postgres", "-A", "trust"]
        # The built-in locale sorts alike on every machine and needs none installed.
        command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        status, printed = finish(
            command, folder=self.folders.postgres, environment=ENVIRONMENT, account=self._account
        )
        if status != 0:
            error = explain("The database could not be made", printed, self.data)
            shutil.rmtree(unfinished, ignore_errors=True)
            raise error
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        file = self.data / "PG_VERSION"
        found = file.read_text().strip() if file.exists() else ""
        if found != str(MAJOR):
            written = f"written by PostgreSQL {found}" if found else "no database of ours"
            raise EmbeddedError(
                f"The data in {self.data} are {written}, and this release brings PostgreSQL "
                f"{MAJOR}. Nothing was changed. Restore a backup made with the release that wrote "
                "them, or name another folder with HERMES_STATE."
            )

    def _settle_pid_file(self) -> None:
        """See to a pid file left by a crash.

        PostgreSQL copes with the number of a dead process. It gives up when a stranger has the
        number now; only then, and when nothing works on these data any more, is the file removed.
        """
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        pid = int(file.read_text().split("\n", 1)[0])
        if pid in working_in(self.data):
            raise AlreadyRunningError(
                f"The database in {self.data} is already running (process {pid})."
            )
        if not wait_until(lambda: not working_in(self.data), patience=15.0, cancelled=never):
            raise EmbeddedError(f"Processes of an earlier run still use {self.data}.")
        if alive(pid) and Path("/proc/self").exists():
            file.unlink()

    def _command(self) -> list[str]:
        settings = {
            **_SETTINGS,
            **({} if self.durable else _HASTY),
            "unix_socket_directories": f'"{self.folders.socket}"',
        }
        command = [self._program("postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _superuser(self, database: str = "postgres") -> psycopg.Connection:
        address = self.dsn(role="postgres", database=database)
        return psycopg.connect(address, autocommit=True, connect_timeout=5)

    def _make_database(self) -> None:
        with self._superuser() as connection:
            make_roles(connection, createdb=self.createdb)
            there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if there.fetchone() is None:
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                connection.execute(statement.format(*names))
        with self._superuser(DATABASE) as connection, connection.transaction():
            take_over(connection)
            grant(connection, APPLICATION)
