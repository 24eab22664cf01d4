"""Valkey as a child process: the broker's queue, written to disk so that it outlives a restart.

Like the database it listens on a Unix socket in a private folder, and on no port. Its queue holds
no clinical data, only the numbers of events; an event is never lost with it, the sweep finds it.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.servers.account import Account, server_account
from config.servers.errors import AlreadyRunningError, refused_folder
from config.servers.folders import VALKEY_SOCKET, Folders
from config.servers.processes import end, end_strays, never, working_in
from config.servers.software import reachable, valkey_program
from config.servers.starting import start_server

_START_PATIENCE = 60.0  # seconds
_ONCE = Retry(NoBackoff(), 0)
_STOP = ((signal.SIGTERM, 10.0),)


class EmbeddedValkey:
    """One Valkey server on the queue under ``state``; ``durable=False`` writes nothing to disk."""

    name = "Valkey"

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.folders = Folders(state.absolute())
        self.durable = durable
        self.socket = self.folders.socket / VALKEY_SOCKET
        self.process: subprocess.Popen[bytes] | None = None
        self._account: Account | None = None

    def url(self) -> str:
        """The broker's address as Celery writes it."""
        return f"redis+socket://{self.socket}"

    def start(self, cancelled: Callable[[], bool] = never) -> str:
        """Start the server; its address.

        Raises AlreadyRunningError when this queue is being served, EmbeddedError with the reason
        for anything else.
        """
        folder = self.folders.valkey
        try:
            self._account = server_account(folder)
            self.folders.prepare(folder, self._account)
            if self.ready():
                raise AlreadyRunningError(f"The broker in {folder} is already running.")
            self.process = start_server(
                self._command(),
                name=self.name,
                folder=folder,
                log=self.folders.log("valkey"),
                account=self._account,
                ready=self.ready,
                patience=_START_PATIENCE,
                stop=_STOP,
                cancelled=cancelled,
            )
        except OSError as error:
            raise refused_folder(folder, error) from error
        return self.url()

    def ready(self) -> bool:
        """Whether the server answers."""
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=_ONCE)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        """Stop the server; the queue is on disk."""
        if self.process is not None:
            end(self.process, _STOP)
            self.process = None

    def end_strays(self) -> list[int]:
        """End the server that a killed run left on this queue; only its owner's lock allows it."""
        patience = sum(seconds for _, seconds in _STOP)
        return end_strays(lambda: working_in(self.folders.valkey), signal.SIGTERM, patience)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop."""
        self.stop()

    def _command(self) -> list[str]:
        program = reachable(valkey_program(), self.folders.state, self._account)
        command = [str(program), "--port", "0", "--daemonize", "no", "--save", "", "--dir", "."]
        command += ["--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--appendonly", "yes" if self.durable else "no", "--loglevel", "warning"]
        return [*command, "--maxmemory-policy", "noeviction"]
