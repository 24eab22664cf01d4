"""Several acts at the same time: real threads, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from typing import TypeVar

from django.db import connections, transaction

from config.servers.processes import never, wait_until

Result = TypeVar("Result")
PATIENCE = 60.0  # seconds; a slow machine is not a failing one
THREADS = 16


def all_at_once(acts: list[Callable[[], Result]]) -> list[Result]:
    """What each act gave, in threads that start together: at most sixteen, which share them."""
    gate = Barrier(min(THREADS, len(acts)))

    def run(mine: list[Callable[[], Result]]) -> list[Result]:
        try:
            gate.wait(PATIENCE)
            return [act() for act in mine]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(gate.parties) as pool:
        shares = [acts[first :: gate.parties] for first in range(gate.parties)]
        return [result for results in pool.map(run, shares) for result in results]


class Slow:
    """An act in a thread of its own whose transaction stays open until it is told to commit."""

    def __init__(self, pool: ThreadPoolExecutor, act: Callable[[], object]) -> None:
        self._done, self._commit = Event(), Event()
        self._future: Future[None] = pool.submit(self._run, act)
        assert wait_until(self._ready, patience=PATIENCE, cancelled=never)

    def _ready(self) -> bool:
        return self._done.is_set() or self._future.done()

    def _run(self, act: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                act()
                self._done.set()
                assert self._commit.wait(PATIENCE)
        finally:
            connections.close_all()

    def commits(self) -> None:
        self._commit.set()
        self._future.result(PATIENCE)


def in_a_thread(pool: ThreadPoolExecutor, act: Callable[[], Result]) -> Future[Result]:
    """The act, begun."""

    def run() -> Result:
        try:
            return act()
        finally:
            connections.close_all()

    return pool.submit(run)
