"""Replicates shared among processes, counted as they come, with a bar for people who wait."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TextIO

from analysis.simulate import Counts, Replicate, Scenario, replicate

BATCH = 10
WIDTH = 24
EVERY_SECONDS = 0.2

Told = Callable[[int], None]


def run(scenario: Scenario, *, processes: int, tell: Told) -> Counts:
    """Every replicate of the design, or those done by the time the person stops it (Ctrl-C).

    `tell` is given the number done so far, each time it grows.
    """
    counts = Counts(scenario)
    found = _alone(scenario) if processes == 1 else _shared(scenario, processes)
    try:
        for batch in found:
            for one in batch:
                counts.add(one)
            tell(counts.done)
    except KeyboardInterrupt:
        pass  # what is done so far is the answer; `done` says that it is not all
    finally:
        found.close()
    return counts


def _batches(scenario: Scenario) -> list[tuple[Scenario, range]]:
    last = scenario.design.replicates
    return [(scenario, range(at, min(at + BATCH, last))) for at in range(0, last, BATCH)]


def _batch(task: tuple[Scenario, range]) -> list[Replicate]:
    scenario, numbers = task
    return [replicate(scenario, number) for number in numbers]


def _alone(scenario: Scenario) -> Generator[list[Replicate]]:
    yield from map(_batch, _batches(scenario))


def _shared(scenario: Scenario, processes: int) -> Generator[list[Replicate]]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, initializer=_deaf) as pool:  # leaving ends the processes
        yield from pool.imap_unordered(_batch, _batches(scenario))


def _deaf() -> None:
    """Leave Ctrl-C to the parent, which then ends the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass
class Progress:
    """A bar on a terminal; silence elsewhere."""

    total: int
    out: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)
    shown: float = field(init=False, default=float("-inf"))
    wide: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def tell(self, done: int) -> None:
        """Draw the bar anew, a few times a second at most and always at the end."""
        now = self.clock()
        if not self.out.isatty() or (now - self.shown < EVERY_SECONDS and done < self.total):
            return
        self.shown = now
        line = self.line(done, now - self.started)
        self.wide = max(self.wide, len(line))
        self.out.write(f"\r{line:<{self.wide}}")
        self.out.flush()

    def line(self, done: int, seconds: float) -> str:
        """ "[######------------------]  25 %  250 of 1000 trials, 9 s left"."""
        share = done / self.total
        bar = ("#" * int(share * WIDTH)).ljust(WIDTH, "-")
        left = f"{_span(seconds / done * (self.total - done))} left" if done else "starting"
        return f"[{bar}] {share:4.0%}  {done} of {self.total} trials, {left}"

    def end(self) -> None:
        """Leave the line of the bar."""
        if self.wide:
            self.out.write("\n")


def _span(seconds: float) -> str:
    whole = int(seconds + 0.999)
    if whole < 100:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole / 3600:.1f} h"
