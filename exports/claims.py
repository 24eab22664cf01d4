"""One worker at a time makes a cut, and says how far it is.

The claim is a lock of a database session of its own: it ends with the worker, however that dies.
The same session writes the progress, which the read-only snapshot could not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from exports.errors import CutStopped, StillBeingMade
from exports.models import DataCut

# Any number that no other advisory lock of the product uses.
_LOCK_SPACE = 20_270_312
_LOOK_EVERY_ROWS = 200
_REPORT_EVERY_SECONDS = 0.4

# The cut is counted in a session of its own, outside the snapshot it is made from.
_TOTAL = "UPDATE exports_datacut SET rows_total = %s WHERE id = %s AND status = 'running'"
_DONE = "UPDATE exports_datacut SET rows_done = %s WHERE id = %s AND status = 'running'"


@dataclass
class Claim:
    """The right to make one cut, and its progress."""

    cut: DataCut
    session: BaseDatabaseWrapper
    done: int = 0
    _reported: float = 0.0

    def expect(self, rows: int) -> None:
        """Say how many rows there will be."""
        self._write(_TOTAL, rows)

    def tick(self) -> None:
        """Count one row; now and then write the count.

        Raises:
            CutStopped: the cut is not being made any more.
        """
        self.done += 1
        if self.done % _LOOK_EVERY_ROWS == 0:
            now = monotonic()
            if now - self._reported >= _REPORT_EVERY_SECONDS:
                self._reported = now
                self._write(_DONE, self.done)

    def look(self) -> None:
        """See to it that the cut is still being made, and write the count.

        Raises:
            CutStopped: it is not.
        """
        self._write(_DONE, self.done)

    def _write(self, statement: str, value: int) -> None:
        with self.session.cursor() as cursor:
            cursor.execute(statement, [value, self.cut.pk])
            if cursor.rowcount == 0:
                raise CutStopped


@contextmanager
def claimed(cut: DataCut, *, wait: bool) -> Iterator[Claim]:
    """Hold the right to make this cut.

    Raises:
        StillBeingMade: another worker holds it and ``wait`` is false.
    """
    session = connection.copy()
    try:
        with session.cursor() as cursor:
            if wait:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK_SPACE, cut.number])
            else:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_SPACE, cut.number])
                if not cursor.fetchone()[0]:
                    raise StillBeingMade
        yield Claim(cut, session)
    finally:
        session.close()
