"""Verifying this trial's own database, and remembering that it was done."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from audit import seal_log, sealing
from audit.events import record_event
from audit.findings import Report
from audit.seal_log import Noted
from audit.verification import Tick, one_snapshot, verify

log = logging.getLogger("hermes.seal")

VERIFIED = "audit.verified"
_WHO = "seal verification"
_PATIENCE = 5.0  # seconds between the commit of a seal and its line in the log
_LOOK_AGAIN = 0.05  # seconds


def verify_here(
    *, expected: Iterable[Noted] = (), note: bool = True, tick: Tick = lambda _done, _total: None
) -> Report:
    """Verify the database, by the log of seals too; ``note`` leaves a line in the trail.

    The line tells no number of rows: beside the rows a blinded reader sees, it would tell arms.
    """
    connection.ensure_connection()
    raw = connection.connection
    upto = _sealed_and_noted()
    with one_snapshot(raw):
        noted = seal_log.lines(seal_log.path())
        report = verify(raw, noted=noted, expected=expected, upto=upto, tick=tick)
    for one in report.findings:
        log.critical("the trail was tampered with: %s", one)
    if note:
        data = {"seal": report.newest, "hash": report.newest_hash, "findings": report.total}
        record_event(name=VERIFIED, actor=None, at=timezone.now(), system=_WHO, data=data)
    return report


def _sealed_and_noted() -> int:
    """The newest seal that must be in the log; one made at this moment is waited for."""
    last = sealing.newest()
    if last is None:
        return 0
    until = time.monotonic() + _PATIENCE
    while (noted := seal_log.newest()) and noted.number < last.number:
        if time.monotonic() >= until:
            break
        time.sleep(_LOOK_AGAIN)
    return last.number
