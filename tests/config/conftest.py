"""State folders and ports for servers that a test starts itself."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import EmbeddedPostgres
from config.servers.folders import Folders


def reachable_folder() -> Path:
    """A new folder which the servers' account can reach too when root runs the tests."""
    shared = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    folder = Path(tempfile.mkdtemp(prefix="hermes-try-", dir=shared if not os.geteuid() else None))
    folder.chmod(0o755 if not os.geteuid() else 0o700)
    return folder


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder that does not exist yet, removed afterwards with what was put in it."""
    parent = reachable_folder()
    yield parent / "state"
    shutil.rmtree(Folders(parent / "state").socket, ignore_errors=True)
    shutil.rmtree(parent)


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def _made_once() -> Iterator[Path]:
    """A state folder whose database is made and stopped."""
    parent = reachable_folder()
    with EmbeddedPostgres(parent / "state", durable=False):
        pass
    yield parent / "state"
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def serving(_made_once: Path) -> Iterator[EmbeddedPostgres]:
    """A server for tests that leave it as it was: one for the file."""
    parent = reachable_folder()
    subprocess.run(["cp", "-a", _made_once, parent / "state"], check=True)
    try:
        with EmbeddedPostgres(parent / "state", durable=False) as server:
            yield server
    finally:
        shutil.rmtree(Folders(parent / "state").socket, ignore_errors=True)
        shutil.rmtree(parent)


@pytest.fixture
def postgres(state: Path, _made_once: Path) -> EmbeddedPostgres:
    """A server on a copy of a database made before: making one takes longer than most tests."""
    subprocess.run(["cp", "-a", _made_once, state], check=True)
    return EmbeddedPostgres(state, durable=False)
