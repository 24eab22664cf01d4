"""What can go wrong around the embedded servers, as sentences for the person who started them."""

from __future__ import annotations

import shutil
from pathlib import Path


class EmbeddedError(RuntimeError):
    """An embedded server cannot be used; the message says why and what to do."""


class AlreadyRunningError(EmbeddedError):
    """The same data are already being served by a living process."""


_MEGABYTE = 1024 * 1024
_SAYINGS = {
    "No space left on device": (
        "The disk that holds {folder} is full ({free} MB free). Free some space and start again: "
        "what was confirmed before is safe."
    ),
    "Disk quota exceeded": (
        "Your disk quota is used up at {folder}. Free some space and start again: what was "
        "confirmed before is safe."
    ),
    "Read-only file system": (
        "{folder} lies on a read-only disk. Name a writable folder with HERMES_STATE."
    ),
    "Permission denied": (
        "{folder} cannot be used by the account that runs the database. Give that folder back to "
        "the account, or name another one with HERMES_STATE."
    ),
    "locale": (
        "This machine lacks the locale the database was made with. Unset LC_ALL and LANG and "
        "start again."
    ),
    "shared memory": (
        "This machine gives the database too little shared memory. Close other programs, or in a "
        "container allow at least 64 MB of /dev/shm."
    ),
    "Cannot allocate memory": (
        "This machine is out of memory. Close other programs and start again."
    ),
}


def explain(what: str, output: str, folder: Path) -> EmbeddedError:
    """The error for ``what`` ("PostgreSQL did not start"), read from what the server printed.

    ``folder`` is where it wrote. An unknown cause is told with the server's own last lines.
    """
    for sign, saying in _SAYINGS.items():
        if sign in output:
            return EmbeddedError(f"{what}. {saying.format(folder=folder, free=free_space(folder))}")
    last = "\n  ".join(line for line in output.strip().splitlines()[-6:])
    return EmbeddedError(f"{what}. It said:\n  {last or 'nothing'}")


def free_space(folder: Path) -> int:
    """Megabytes free on the disk of ``folder``, or of the nearest parent that exists."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // _MEGABYTE


def refused_folder(folder: Path, error: OSError) -> EmbeddedError:
    """The error for a folder that could not be made or written."""
    return explain(f"{folder} cannot be written", str(error), folder)
