"""The chain of seals as a person may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from audit.models import Event, Seal
from audit.verifying import VERIFIED
from trial import access

AT_ONCE = 50


@dataclass(frozen=True)
class ShownSeal:
    """One seal; ``rows`` is None for a reader who could tell an arm from how many were written."""

    number: int
    hash: str
    sealed_at: datetime
    rows: int | None


@dataclass(frozen=True)
class Verification:
    """When everything was last checked against the seals, up to which, and what came of it."""

    at: datetime
    seal: int
    findings: int


def shown(user: User, *, upto: int | None = None) -> Sequence[ShownSeal]:
    """The newest seals, one more than fit on a page; ``upto`` a number, included, if given."""
    found = Seal.objects.order_by("-number")
    if upto is not None:
        found = found.filter(number__lte=upto)
    counted = access.may_know_arms(user)
    return [
        ShownSeal(one.number, one.hash, one.sealed_at, _rows(one) if counted else None)
        for one in found[: AT_ONCE + 1]
    ]


def last_verification() -> Verification | None:
    """The newest one noted in the log."""
    found = Event.objects.filter(name=VERIFIED).order_by("-id").first()
    if found is None:
        return None
    return Verification(found.at, found.data["seal"], found.data["findings"])


def _rows(seal: Seal) -> int:
    return sum(part["count"] for part in seal.content.values())
