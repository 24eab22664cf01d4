"""What a slot gives: the arm it holds, or the arm minimization computes from its draw.

A computed arm depends on everybody before. What it read is sealed with it: the levels of the
factors as they were then, the share drawn (an arm of ratio k is k shares) and the scheme in words.
Later arms count from these, never from answers that may have been corrected since.
"""

from __future__ import annotations

from collections.abc import Iterator

from randomization import schemes, vault
from randomization.errors import SchemeChanged
from randomization.models import Allocation, AllocationList, Slot, Stratum
from randomization.sealing import AllocationContent
from trial import protocol
from trial.allocation_plan import Minimization


def queue_of(row: AllocationList, stratum: str) -> str:
    """Where a participant of this stratum waits: a computed list has one queue for everybody."""
    return schemes.QUEUE if row.computed else stratum


def content_for(slot: Slot, stratum: str) -> AllocationContent:
    """The arm of whoever takes this slot. The caller holds the lock of its queue.

    Raises:
        SchemeChanged: the list was made for another scheme than the protocol's.
        KeyMissing, Tampered: the list cannot be opened, or was altered.
    """
    held = vault.slot_content(slot)
    if not slot.stratum.list.computed:
        return AllocationContent(arm=held.arm)
    plan, ratios = _rule()
    levels = protocol.current().levels_of(stratum)
    arms = schemes.owners(ratios)
    share = schemes.choose(
        _counts(slot.stratum, plan, len(arms)), levels, held.draw, plan, len(arms)
    )
    details = {"share": share, "scheme": plan.words}
    return AllocationContent(arm=arms[share], levels=levels, details=details)


def _rule() -> tuple[Minimization, dict[str, int]]:
    current = protocol.current()
    if not isinstance(current.allocation, Minimization):
        raise SchemeChanged
    return current.allocation, {arm.code: arm.ratio for arm in current.arms}


def _counts(queue: Stratum, plan: Minimization, shares: int) -> dict[tuple[str, str], list[int]]:
    counts: dict[tuple[str, str], list[int]] = {}
    for allocation in _taken(queue):
        content = vault.content_of(allocation)
        if content.details.get("scheme") != plan.words:
            raise SchemeChanged
        for level in content.levels.items():
            counts.setdefault(level, [0] * shares)[content.details["share"]] += 1
    return counts


def _taken(queue: Stratum) -> Iterator[Allocation]:
    rows = vault.allocations().filter(slot__stratum=queue).order_by("slot__position")
    return rows.iterator()
