"""The servers of one test run: loaded with ``-p`` so that it runs before Django's settings.

One PostgreSQL and one Valkey for the whole run, shared by the parallel workers, in a folder of
their own that is removed at the end. Everything the settings keep (data cuts, keys) goes there too:
no test touches the data of ``make run``, nor a server named in the environment.
"""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from config.embedded import EmbeddedError, EmbeddedServers
from config.servers.folders import Folders
from config.servers.lock import only_run

JOURNEYS = "tests/journeys/"
STATISTICS = "tests/analysis/"
WHOLE = (JOURNEYS, STATISTICS, "tests/exports/cdisc/", "tests/exports/packs/")
# The file in the state folder that says the database is migrated; what it holds went wrong.
MIGRATED = "migrated"
_PREFIX = "hermes-tests-"
_YOUNG = 600  # seconds
_OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HERMES_")
_KEPT = {"HERMES_SCREENSHOTS"}  # where the pictures of the documents go: CONTRIBUTING


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One for each core this run may use; xdist would count two threads of a core as one.

    More would finish no sooner: each loads all tests and makes a database, and they displace one
    another's caches.
    """
    return len(os.sched_getaffinity(0))


# Read when numpy is loaded, by the workers and by their processes: threads for matrices this small
# would only wait for one another, and take the cores from the other workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long an example takes is no property of what is tested.
settings.register_profile("hermes", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hermes")


class ByModule(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Hands out module by module: what a module makes once is made by one worker only.

    The journeys are one piece: they share a browser, a server, and what axe has seen already. So
    are the tests of the statistics, of the packs and of CDISC's formats: each share a few cuts.
    """

    def _split_scope(self, nodeid: str) -> str:
        whole = [piece for piece in WHOLE if nodeid.startswith(piece)]
        return whole[0] if whole else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule | None:
    """What ``--dist loadfile`` means here."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return ByModule(config, log)


def pytest_collection(session: pytest.Session) -> None:
    """Each worker of a parallel run begins to load the tests at another place.

    Loaded for the first time, pytest rewrites their assertions and keeps them: so each worker
    rewrites its share, and finds the others' done.
    """
    worker, workers = (os.environ.get(f"PYTEST_XDIST_WORKER{end}", "") for end in ("", "_COUNT"))
    if not worker:
        return
    gc.disable()  # until all are loaded: next to nothing of it is garbage
    files = sorted(session.config.rootpath.glob("tests/**/test_*.py"))
    first = int(worker.removeprefix("gw")) * len(files) // int(workers)
    for file in files[first:] + files[:first]:
        parts = file.relative_to(session.config.rootpath).with_suffix("").parts
        importlib.import_module(".".join(parts))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest pieces first, so that no worker is left with one at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    if nodeid.startswith(JOURNEYS):
        return 0
    return 1 if nodeid.startswith(("tests/test_", STATISTICS)) else 2


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no use in going through it again to find garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None]:
    """Start the servers before pytest-django reads the settings."""
    options = parser.parse_known_args(args)
    idle = options.help or options.version or "PYTEST_XDIST_WORKER" in os.environ
    if not idle:
        for name in [name for name in os.environ if name.startswith(_OURS) and name not in _KEPT]:
            del os.environ[name]
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        os.environ["HERMES_STATE"] = str(_served(stack))
    return (yield)


def _served(stack: ExitStack) -> Path:
    """A new state folder with both servers running; ``stack`` stops them and removes it."""
    # Root's own temporary folder may be closed to the account that runs the servers.
    shared = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    parent = Path(shared if os.geteuid() == 0 else tempfile.gettempdir())
    for old in parent.glob(f"{_PREFIX}*"):
        _remove_if_abandoned(old)
    state = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    stack.callback(_remove, state)
    # Nothing is collected for tests; WhiteNoise warns of a folder that is missing.
    (state / "static").mkdir()
    if os.geteuid() == 0:
        state.chmod(0o755)
    stack.enter_context(only_run(state, f"tests of process {os.getpid()}"))
    servers = EmbeddedServers(state, durable=False, createdb=True)
    stack.callback(servers.stop)
    servers.start()
    _migrate(state, stack)
    return state


def _migrate(state: Path, stack: ExitStack) -> None:
    """Migrate the product's own database while the tests are loaded: the workers' are copies."""
    printed = (state / MIGRATED).with_suffix(".log")
    with printed.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "HERMES_STATE": str(state)},
            stdout=log,
            stderr=log,
        )

    def wait() -> None:
        status = process.wait()
        said = f"{printed.read_text()}\nmanage.py migrate ended with {status}" if status else ""
        printed.write_text(said)
        if state.exists():
            printed.rename(state / MIGRATED)

    waiting = threading.Thread(target=wait)
    stack.callback(waiting.join)
    stack.callback(process.kill)
    waiting.start()


def _remove_if_abandoned(state: Path) -> None:
    """Clear away what a killed run left, never the folder of a run that lives."""
    try:
        found = state.stat()
        # A folder this young may belong to a run that has not taken its lock yet.
        if found.st_uid != os.geteuid() or time.time() - found.st_mtime < _YOUNG:
            return
        with only_run(state, "clearing away"):
            _remove(state)
    except (EmbeddedError, OSError):
        return  # it lives, or another run is clearing it away at this moment


def _remove(state: Path) -> None:
    shutil.rmtree(Folders(state).socket, ignore_errors=True)
    shutil.rmtree(state, ignore_errors=True)
