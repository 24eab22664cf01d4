"""Child processes that never outlive us, and how to find those of a run that was killed.

Each child leads its own session, so that Ctrl-C reaches only the parent, which then stops the
children in order. On Linux the kernel tells a child when its parent dies, and /proc shows what a
killed run left behind; elsewhere both are left out and the servers' own pid files must do.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from config.servers.account import Account

MARK = "SUPERVISED_BY_HERMES"
_PROC = Path("/proc")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    output: IO[bytes] | int,
    ending: signal.Signals,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in ``folder``; it receives ``ending`` should we die before it does.

    ``account`` is who it runs as (root only). Raises OSError when it cannot be started.
    """
    parent = os.getpid()

    def follow_the_parent() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(ending))
            if os.getppid() != parent:
                os.kill(os.getpid(), ending)

    # preexec_fn is unsafe beside threads that hold locks: the supervisor has no thread, and the
    # function only makes system calls. It runs after the change of account, which would undo it.
    return subprocess.Popen(  # noqa: S603 - fixed commands, no shell
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
        preexec_fn=follow_the_parent,  # noqa: PLW1509 - see above
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def finish(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], account: Account | None
) -> tuple[int, str]:
    """Run ``command`` to its end; its exit status and all that it printed."""
    process = spawn(
        command,
        folder=folder,
        environment=environment,
        output=subprocess.PIPE,
        ending=signal.SIGKILL,
        account=account,
    )
    printed, _ = process.communicate()
    return process.returncode, printed.decode(errors="replace")


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Ask ``process`` to end, firmer each step (signal, seconds to wait); then kill its group."""
    for step, patience in steps:
        if process.poll() is not None:
            break
        process.send_signal(step)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the process and of the processes it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody left; macOS answers "not permitted" for a group of zombies


def wait_until(
    condition: Callable[[], bool], *, patience: float, cancelled: Callable[[], bool]
) -> bool:
    """Whether ``condition`` came true within ``patience`` seconds and before ``cancelled``."""
    deadline = time.monotonic() + patience
    while not condition():
        if cancelled() or time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


def never() -> bool:
    """Nobody cancels."""
    return False


def alive(pid: int) -> bool:
    """Whether a process with this number exists and is not just waiting to be collected."""
    if _PROC.joinpath("self").exists():
        try:
            return _PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def working_in(folder: Path) -> list[int]:
    """The processes whose working directory is ``folder``: a server and its own children."""
    wanted = str(folder.resolve())

    def works_there(process: Path) -> bool:
        return str(process.joinpath("cwd").readlink()) == wanted

    return _matching(works_there)


def supervised_by(mark: str) -> list[int]:
    """The processes started by the supervisor of the run named ``mark``, and their children."""
    wanted = f"{MARK}={mark}".encode()

    def carries_it(process: Path) -> bool:
        return wanted in process.joinpath("environ").read_bytes().split(b"\0")

    return _matching(carries_it)


def _matching(test: Callable[[Path], bool]) -> list[int]:
    found = []
    for entry in _PROC.iterdir() if _PROC.exists() else ():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if test(entry) and alive(int(entry.name)):
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return sorted(found)


def end_strays(find: Callable[[], list[int]], ending: signal.Signals, patience: float) -> list[int]:
    """End every process that ``find`` finds, by force after ``patience`` seconds; their numbers."""
    strays = find()
    _signal_all(strays, ending)
    if strays and not wait_until(lambda: not find(), patience=patience, cancelled=never):
        _signal_all(find(), signal.SIGKILL)
        wait_until(lambda: not find(), patience=5.0, cancelled=never)
    return strays


def _signal_all(pids: Sequence[int], which: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            continue
