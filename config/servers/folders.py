"""Where the embedded servers keep their data and their sockets.

state/            ours; closed to others, or passable for the servers' account when we are root
  postgres/data   the database          (the server's account, 0700)
  valkey/         the broker's queue    (the server's account, 0700)
  socket/         both sockets          (the server's account, 0700)
  log/            what both servers say (ours, 0700)
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from config.servers.account import Account
from config.servers.errors import EmbeddedError, refused_folder

PORT = "5432"
POSTGRES_SOCKET = f".s.PGSQL.{PORT}"
VALKEY_SOCKET = "valkey.sock"
_LONGEST_SOCKET = 107  # bytes: the kernel's limit for the path of a Unix socket
_PLAIN = re.compile(r"[A-Za-z0-9._/+-]+")  # needs quoting in no address, list or URL
_LOG_LIMIT = 5_000_000  # bytes


@dataclass(frozen=True)
class Folders:
    """The folders under one state folder."""

    state: Path

    @property
    def postgres(self) -> Path:
        """What PostgreSQL owns."""
        return self.state / "postgres"

    @property
    def valkey(self) -> Path:
        """What Valkey owns."""
        return self.state / "valkey"

    @property
    def socket(self) -> Path:
        """Where both sockets are: beside the data, or a short private folder where that path is
        longer than the kernel allows or holds characters that an address cannot."""
        near = self.state / "socket"
        longest = os.fsencode(near / POSTGRES_SOCKET)
        if len(longest) <= _LONGEST_SOCKET and _PLAIN.fullmatch(str(near)):
            return near
        name = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path("/tmp") / f"hermes-{os.geteuid()}-{name}"  # noqa: S108 - private() checks it  # nosec B108

    def prepare(self, own: Path, account: Account | None) -> None:
        """Make the state, socket and log folders and ``own``, a server's folder.

        Raises EmbeddedError when one cannot be made or is not private.
        """
        try:
            if not self.state.exists():
                self._make_state(passable=account is not None)
            for folder in (own, self.socket):
                private(folder, account)
            private(self.state / "log", None)
        except OSError as error:
            raise refused_folder(self.state, error) from error

    def _make_state(self, *, passable: bool) -> None:
        mode = 0o755 if passable else 0o700
        for folder in reversed([self.state, *self.state.parents]):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(mode)  # whatever the umask; only folders made here are touched

    def log(self, name: str) -> Path:
        """The log file of the server ``name``; a long one is set aside as ``.1`` first."""
        path = self.state / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path


def private(folder: Path, account: Account | None) -> None:
    """Make ``folder`` for ``account`` alone (None: for us), or make sure that it is.

    Raises EmbeddedError when it is a link, somebody else's, or open to others: a folder prepared
    by a stranger in a shared place could hand our connections to the stranger's server.
    """
    uid = account.uid if account else os.geteuid()
    if not folder.exists() and not folder.is_symlink():
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        owner = account.name if account else "yours"
        raise EmbeddedError(
            f"{folder} is not private: it must be a folder of {owner} that nobody else can open. "
            "Remove it, or name another place with HERMES_STATE."
        )
