"""One long-running part of the product under supervision: its output, its ends, its restarts."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.servers.errors import EmbeddedError
from config.servers.processes import kill_group, spawn

_QUICK = 60.0  # seconds: a process that lived longer had started well
_TRIES = 5
_WIDTH = 8


def say(name: str, line: str) -> None:
    """One line of one part on the terminal; a closed terminal stops nobody."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{name:<{_WIDTH}}| {line}\n")
        sys.stdout.flush()


@dataclass
class Patience:
    """How often a part may end early, and how long to wait before it is started again."""

    name: str
    ends: int = 0
    started: float = 0.0

    def next_start(self) -> float:
        """The instant (monotonic seconds) to start again; EmbeddedError when it is hopeless."""
        now = time.monotonic()
        self.ends = 1 if now - self.started > _QUICK else self.ends + 1
        if self.ends >= _TRIES:
            raise EmbeddedError(f"{self.name} ended {self.ends} times in a row")
        return now + 2.0 ** (self.ends - 1)


@dataclass
class Service:
    """A child process whose lines are shown under its name."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    patience: float  # seconds it gets to end by itself
    process: subprocess.Popen[bytes] | None = None
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=6))
    _part: bytes = b""
    _again: float = 0.0
    _ends: Patience = field(init=False)

    def __post_init__(self) -> None:
        self._ends = Patience(self.name)

    def start(self) -> None:
        """Start it now."""
        self._ends.started = time.monotonic()
        self._part = b""
        self.process = spawn(
            self.command,
            folder=self.folder,
            environment=self.environment,
            output=subprocess.PIPE,
            ending=signal.SIGTERM,
        )
        os.set_blocking(self.output, False)

    @property
    def output(self) -> int:
        """The pipe to read, or -1 while there is none."""
        if self.process is None or self.process.stdout is None:
            return -1
        return self.process.stdout.fileno()

    def show(self) -> None:
        """Show what it said since the last time."""
        if self.output < 0:
            return
        with contextlib.suppress(BlockingIOError):
            while block := os.read(self.output, 65536):
                *lines, self._part = (self._part + block).split(b"\n")
                for line in lines:
                    self._show_line(line)

    def tend(self) -> None:
        """Start it again when it ended. Raises EmbeddedError when it keeps ending."""
        if self.process is not None and self.process.poll() is not None:
            status = self.process.returncode
            self._collect()
            try:
                self._again = self._ends.next_start()
            except EmbeddedError as error:
                raise EmbeddedError(f"{error}. {self.told()}") from error
            say(self.name, f"ended with status {status}; it is started again")
        if self.process is None and time.monotonic() >= self._again:
            self.start()

    def ask_to_end(self) -> None:
        """Ask it to finish what it does and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def ended(self) -> bool:
        """Whether it has ended, or was never started."""
        return self.process is None or self.process.poll() is not None

    def make_end(self) -> None:
        """End it for good, with everything it started."""
        if self.process is not None:
            self._collect()

    def told(self) -> str:
        """Its last lines, for an error."""
        return "It said:\n  " + ("\n  ".join(self.last_lines) or "nothing")

    def _collect(self) -> None:
        if self.process is not None:
            kill_group(self.process)
            self.process.wait()
            self.show()
            if self._part:
                self._show_line(self._part)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def _show_line(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self.last_lines.append(text)
        say(self.name, text)
