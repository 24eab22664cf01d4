"""The embedded mode: one machine, no server installed, nothing to configure.

Used when DATABASE_URL or REDIS_URL is unset. Settings only ask for ``addresses``; the servers
behind them are started by the supervisor (``make run``), by the test session, and by
``python -m config.embedded COMMAND`` for a single command.

Data live under the project's ``var/``. Started by root they live in ``/var/lib/hermes/<hash of the
project's path>``, because the servers' account may not be able to reach the project (see
config/servers/account.py). HERMES_STATE names another folder for all of it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.servers.errors import AlreadyRunningError, EmbeddedError, refused_folder
from config.servers.folders import PORT, Folders
from config.servers.lock import only_run
from config.servers.postgres import DATABASE, EmbeddedPostgres
from config.servers.processes import never
from config.servers.roles import APPLICATION, OWNER
from config.servers.valkey import EmbeddedValkey
from randomization.sealing import new_master_key

__all__ = [
    "Addresses",
    "AlreadyRunningError",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedServers",
    "EmbeddedValkey",
    "addresses",
    "allocation_key",
    "private_folder",
    "running",
    "secret_key",
    "servers_folder",
]

ROOT_STATE = Path("/var/lib/hermes")


@dataclass(frozen=True)
class Addresses:
    """Where the embedded servers listen: ``database`` as Django's NAME, USER, HOST and PORT,
    ``owner`` as those by which migrations differ, ``broker`` as Celery's URL, ``redis`` as the URL
    the redis client reads."""

    database: dict[str, str]
    owner: dict[str, str]
    broker: str
    redis: str


def addresses(base: Path) -> Addresses:
    """The addresses for the project in ``base``; only computed, nothing is started or made."""
    state = servers_folder(base)
    valkey = EmbeddedValkey(state)
    database = {
        "NAME": DATABASE,
        "USER": APPLICATION,
        "HOST": str(Folders(state).socket),
        "PORT": PORT,
    }
    redis = f"unix://{valkey.socket}"
    return Addresses(database, {"USER": OWNER}, broker=valkey.url(), redis=redis)


def servers_folder(base: Path) -> Path:
    """Where the embedded servers keep their data."""
    if "HERMES_STATE" in os.environ or os.geteuid() != 0:
        return private_folder(base)
    return ROOT_STATE / hashlib.sha256(os.fsencode(base.resolve())).hexdigest()[:10]


def private_folder(base: Path) -> Path:
    """Where the running person's own files are: the key, collected static files, data cuts."""
    named = os.environ.get("HERMES_STATE")
    return Path(named).absolute() if named else base.resolve() / "var"


def secret_key(base: Path) -> str:
    """Django's SECRET_KEY, made once and kept in ``secret_key`` for its owner alone.

    Raises EmbeddedError when it cannot be made or read, or was cut short.
    """
    return kept_secret(private_folder(base) / "secret_key", lambda: secrets.token_urlsafe(64))


def allocation_key(base: Path) -> str:
    """The key that arms are sealed with, made once and kept in ``allocation_key``.

    It lies beside the folder of the database, not inside. HERMES_ALLOCATION_KEY, or its file,
    goes before it, and then none is made.

    Raises EmbeddedError when it cannot be made or read, or was cut short.
    """
    if _set("HERMES_ALLOCATION_KEY"):
        return ""
    return kept_secret(private_folder(base) / "allocation_key", new_master_key)


def kept_secret(file: Path, make: Callable[[], str]) -> str:
    """The content of ``file``, made by ``make`` the first time; parallel makers agree."""
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(make())
            with suppress(FileExistsError):
                file.hardlink_to(draft)
            draft.unlink()
        content = file.read_text().strip()
    except OSError as error:
        raise refused_folder(file, error) from error
    if not content:
        raise EmbeddedError(f"{file} is empty. Remove it: a new one is made at the next start.")
    return content


class EmbeddedServers:
    """The embedded servers that this run needs, as one thing to start and stop."""

    def __init__(self, state: Path, *, durable: bool = True, createdb: bool = False) -> None:
        self.postgres = EmbeddedPostgres(state, durable=durable, createdb=createdb)
        self.valkey = EmbeddedValkey(state, durable=durable)
        self.wanted: list[EmbeddedPostgres | EmbeddedValkey] = [
            *([] if _set("DATABASE_URL") else [self.postgres]),
            *([] if _set("REDIS_URL") else [self.valkey]),
        ]

    def start(self, cancelled: Callable[[], bool] = never) -> None:
        """Start what is wanted, after ending what a killed run left; needs the run's lock."""
        try:
            for server in self.wanted:
                server.end_strays()
                server.start(cancelled)
        except EmbeddedError:
            self.stop()
            raise

    def ready(self) -> bool:
        """Whether everything wanted answers, whoever started it."""
        return all(server.ready() for server in self.wanted)

    def stop(self) -> None:
        """Stop in the reverse order of starting."""
        for server in reversed(self.wanted):
            server.stop()


def _set(name: str) -> bool:
    return name in os.environ or f"{name}_FILE" in os.environ


@contextmanager
def running(base: Path) -> Iterator[None]:
    """Have the embedded servers running: those of ``make run``, or our own for the duration.

    Raises EmbeddedError when they cannot be started.
    """
    servers = EmbeddedServers(servers_folder(base))
    if servers.ready():
        yield
        return
    notice = f"A command is using the trial's data (process {os.getpid()}); try again in a moment."
    with only_run(private_folder(base), notice):
        servers.start()
        try:
            yield
        finally:
            servers.stop()


def main(command: list[str]) -> int:
    """Run ``command`` with the embedded servers up; its exit status."""
    if not command:
        sys.stderr.write("Usage: python -m config.embedded COMMAND [ARGUMENT ...]\n")
        return 2
    try:
        with running(Path(__file__).resolve().parent.parent):
            process = subprocess.Popen(command)  # noqa: S603 - the caller's own command
            # Ctrl-C reaches the command as well: wait for it, then stop the servers.
            signal.signal(signal.SIGINT, lambda *_: None)
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            return process.wait()
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
