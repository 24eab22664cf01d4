"""One run at a time on one state folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.servers.errors import AlreadyRunningError, refused_folder


@contextmanager
def only_run(folder: Path, notice: str) -> Iterator[None]:
    """Hold the lock of ``folder``; the kernel gives it back however this process ends.

    ``notice`` says what is running and where; whoever comes second reads it in the
    AlreadyRunningError raised for them.
    """
    file = folder / "run" / "lock"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise refused_folder(folder, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(file.read_text().strip()) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, notice.encode())
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
