"""The account the embedded servers run as.

PostgreSQL refuses to run as root, and rightly: started by root, both servers run as the system
account ``hermes``, made when it is missing, or as ``nobody`` where no account can be made. Data
that exist keep the owner they have. Started by anybody else, they run as that person.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from config.servers.errors import EmbeddedError

NAME = "hermes"
_FALLBACK = "nobody"


@dataclass(frozen=True)
class Account:
    """A system account without rights of its own."""

    name: str
    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """Who serves the data in ``data``; None means the person who started us.

    Raises EmbeddedError when the data belong to somebody else, or no account can be found.
    """
    found = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if found and found.st_uid != os.geteuid():
            raise EmbeddedError(
                f"{data} belongs to {_name(found.st_uid)}. Start Hermes as {_name(found.st_uid)}, "
                "or name another folder with HERMES_STATE."
            )
        return None
    if found and found.st_uid:
        return Account(_name(found.st_uid), found.st_uid, found.st_gid)
    return _by_name(NAME) or _made() or _by_name(_FALLBACK) or _nobody_at_all()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _by_name(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _made() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir"]
    command += ["/nonexistent", "--shell", "/usr/sbin/nologin", NAME]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed command
    return _by_name(NAME)


def _nobody_at_all() -> NoReturn:
    raise EmbeddedError(
        "PostgreSQL must not run as root, and this machine has no account to run it as. "
        f"Make one (useradd --system {NAME}) or start Hermes as an ordinary user."
    )
