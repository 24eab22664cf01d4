"""A new master key: the data keys are wrapped anew, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from audit.events import record_event
from randomization import vault
from randomization.errors import Tampered
from randomization.models import AllocationList, Slot, WrappedKey
from randomization.sealing import BrokenSealError, MasterKey, about_list
from randomization.services.lists import SEALING

# Whoever has both keys has the machine; no account of the product is asked for them.
ADMINISTRATOR = "machine administrator"


@dataclass(frozen=True)
class Opened:
    """What opens under the installation's key: counts, and nothing of what is inside."""

    lists: int
    slots: int
    allocations: int


@transaction.atomic
def rotate_key(*, old: MasterKey, new: MasterKey, at: datetime) -> int:
    """Wrap every data key under the new master key; the old wraps are gone when it returns.

    Run again it finds nothing left to do. Returns how many lists were taken over.

    Raises:
        Tampered: a data key opens under neither key; nothing was changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
    rows = WrappedKey.objects.select_for_update(of=("self",)).select_related("list").order_by("pk")
    waiting = [row for row in rows if row.master != new.fingerprint]
    for row in waiting:
        about = about_list(row.list.commitment)
        try:
            row.wrapped = new.wrap(old.unwrap(row.wrapped, about), about)
        except BrokenSealError as error:
            raise Tampered(
                f"The key of the list {row.list.commitment[:8]} does not open under the old key "
                f"{old.fingerprint}: it is kept under {row.master}. Nothing was changed."
            ) from error
        row.master, row.wrapped_at = new.fingerprint, at
        row.save(update_fields=["wrapped", "master", "wrapped_at"])
    if waiting:
        record_event(
            name="allocation-key.rotated",
            actor=None,
            at=at,
            system=ADMINISTRATOR,
            data={"from": old.fingerprint, "to": new.fingerprint, "lists": len(waiting)},
        )
    return len(waiting)


def open_everything() -> Opened:
    """Open every list, slot and allocation once.

    Raises:
        KeyMissing, Tampered: something does not open.
    """
    lists = [vault.list_secret(row) for row in _lists()]
    slots = sum(1 for _ in _slots())
    allocations = sum(1 for row in vault.allocations().iterator() if vault.arm_of(row))
    return Opened(len(lists), slots, allocations)


def _lists() -> Iterator[AllocationList]:
    yield from AllocationList.objects.select_related("key", "wrapped_key").order_by("pk")


def _slots() -> Iterator[object]:
    for slot in Slot.objects.select_related("stratum__list__wrapped_key").iterator():
        yield vault.slot_content(slot)
