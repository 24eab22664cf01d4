"""Starting one server program and waiting until it answers."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from config.servers.account import Account
from config.servers.errors import EmbeddedError, explain
from config.servers.processes import end, spawn, wait_until
from config.servers.software import ENVIRONMENT

Steps = Sequence[tuple[signal.Signals, float]]


def start_server(
    command: Sequence[str],
    *,
    name: str,
    folder: Path,
    log: Path,
    account: Account | None,
    ready: Callable[[], bool],
    patience: float,
    stop: Steps,
    cancelled: Callable[[], bool],
) -> subprocess.Popen[bytes]:
    """Start ``command`` in ``folder`` and return it once it is ``ready``.

    ``stop`` says how it is ended, also by the kernel should we die first; ``patience`` is in
    seconds. Raises EmbeddedError with what it wrote to ``log`` when it ends or stays silent.
    """
    with log.open("ab") as output:
        before = output.tell()
        process = spawn(
            command,
            folder=folder,
            environment=ENVIRONMENT,
            output=output,
            ending=stop[0][0],
            account=account,
        )
    wait_until(
        lambda: process.poll() is not None or ready(), patience=patience, cancelled=cancelled
    )
    if process.poll() is None and ready():
        return process
    end(process, stop)
    if cancelled():
        raise EmbeddedError(f"{name} was stopped before it was up")
    with log.open("rb") as written:
        written.seek(before)
        raise explain(f"{name} did not start", written.read().decode(errors="replace"), folder)
