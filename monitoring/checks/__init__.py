"""The edit checks: what is odd but possible, and is asked. Pure: no database, no Django.

A check reads a frozen snapshot of one participant and says where something does not agree.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from monitoring.checks.dates import DATES
from monitoring.checks.facts import Check, Found, Snapshot
from monitoring.checks.forms import FORMS
from monitoring.checks.instruments import instrument_checks
from monitoring.checks.presence import PRESENCE

CHECKS: tuple[Check, ...] = (*FORMS, *DATES, *PRESENCE, *instrument_checks())
BY_CODE = {check.code: check for check in CHECKS}


def findings(snapshot: Snapshot) -> list[Found]:
    """Everything that does not agree in one participant's data, each data point once a check.

    What the visits everybody may know of give, anybody reads, whatever the hidden ones hold. The
    rest, the data points of hidden visits and those found only by comparing with one, is hidden.
    """
    open_ = tuple(visit for visit in snapshot.visits if not visit.hidden)
    shown = _found(replace(snapshot, visits=open_))
    if len(open_) == len(snapshot.visits):
        return shown
    points = {one.point for one in shown}
    rest = [one for one in _found(snapshot) if one.point not in points]
    return shown + [replace(one, hidden=True) for one in rest]


def _found(snapshot: Snapshot) -> list[Found]:
    return list(dict.fromkeys(found for check in CHECKS for found in check.run(snapshot)))


def fingerprint() -> str:
    """SHA-256 of all checks in their versions; another one: old data are looked at again."""
    text = "\n".join(sorted(f"{check.code} {check.version} {check.meaning}" for check in CHECKS))
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = ["BY_CODE", "CHECKS", "Check", "Found", "Snapshot", "findings", "fingerprint"]
