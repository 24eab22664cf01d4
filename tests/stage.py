"""The people of the tests, made once and used by one test after another.

They stand in a transaction of the worker that is never committed; each test plays in a savepoint of
it and is rolled back to them. A module may set more than the people: a ``scene``, made from them
once as well. What a test holds in its hands is a copy of its own.

A test that commits, or that has no people, finds the transaction gone (``conftest.py``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.people import People, make_people

Scene = Callable[[People], Any]
_ONCE: dict[tuple[str, str], Scene] = {}
# The database's clock stands still in a transaction: after so long it is begun anew. Seconds.
_STALE = 60


def once(made: Scene) -> Any:
    """A fixture of its module: what ``made`` makes of the people, made once for tests in a row.

    It may not return a function: a test would share what that holds with the tests after it.
    """
    _ONCE[made.__module__, made.__name__] = made

    def of_the_test(staged: Any) -> Any:
        return staged

    of_the_test.__doc__ = made.__doc__
    return pytest.fixture(name=made.__name__)(of_the_test)


def scene_of(module: str, fixtures: Sequence[str]) -> Scene | None:
    """What a test's module makes ``once`` of the people, if the test asks for it."""
    found = [_ONCE[module, name] for name in fixtures if (module, name) in _ONCE]
    assert len(found) < 2, "Two scenes at once: let one be a plain fixture."
    return found[0] if found else None


class Stage:
    """One worker's transaction with the people and, above them, one scene."""

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self._blocker = blocker
        self._cast, self._scenery = ExitStack(), ExitStack()
        self._people: People | None = None
        self._scene: Scene | None = None
        self._set: Any = None
        self._began = 0.0

    def play(self, scene: Scene | None) -> tuple[People, Any]:
        """The people, and what the scene made of them; a test may change both."""
        with self._blocker.unblock():
            if self._people is None and connection.in_atomic_block:
                # The test's own transaction was begun before: everybody is made in there.
                people = make_people()
                return people, scene(people) if scene else None
            if time.monotonic() - self._began > _STALE or connection.closed_in_transaction:
                self._clear()
            if self._people is None:
                self._cast.enter_context(_undone())
                self._people, self._began = make_people(), time.monotonic()
                connection.check_constraints()
            if scene is not self._scene:
                self._change(scene)
            depth = 1 if scene is None else 2
            assert len(connection.atomic_blocks) == depth, "`people` is asked for before `db`."
            return deepcopy((self._people, None) if scene is None else self._set)

    def clear(self) -> None:
        """Nobody is left: everything is rolled back."""
        with self._blocker.unblock():
            self._clear()

    def _clear(self) -> None:
        self._people = self._scene = self._set = None
        self._scenery.close()
        self._cast.close()

    def _change(self, scene: Scene | None) -> None:
        self._scenery.close()
        self._scene = scene
        if scene is not None:
            self._scenery.enter_context(_undone())
            people = deepcopy(self._people)
            assert people is not None
            self._set = people, scene(people)
            connection.check_constraints()


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction, or a savepoint in one, that is rolled back at its end."""
    block: Any = transaction.atomic()
    # What must not be part of another act may yet be part of a test, as in Django's own.
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
