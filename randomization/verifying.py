"""Compare the list, its commitment and what happened, as this database has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from randomization import revealing, vault
from randomization.errors import NoList, Tampered
from randomization.models import AllocationList
from randomization.proof import Happened, Scheme, TheList, differences
from randomization.schemes import PlannedSlot
from trial import protocol
from trial.allocation_plan import Minimization


@dataclass(frozen=True)
class Verified:
    """What was compared, and every sentence of what differs."""

    commitment: str
    places: int
    allocations: int
    findings: tuple[str, ...]


def verify(*, file: str | None = None, printed: str = "") -> Verified:
    """Prove that list, commitment and allocations agree; needs the key, tells no arm.

    Args:
        file: the text of a revealed list, to be proven instead of the sealed one.
        printed: a commitment as it was printed elsewhere; its first characters will do.

    Raises:
        NoList: nothing is sealed.
        KeyMissing: this installation does not have the key.
        BadFile: the file is none of a reveal.
    """
    row = AllocationList.objects.select_related("key", "wrapped_key").order_by("pk").last()
    if row is None:
        raise NoList("No allocation list is sealed: there is nothing to verify.")
    findings: list[str] = []
    if not row.commitment.startswith(printed.strip().lower()):
        findings.append(
            f"The commitment is {row.commitment}, and not the one printed elsewhere: {printed}."
        )
    found = _sealed(row, findings) if file is None else _filed(row, file, findings)
    happened = list(_happened(row, findings))
    # What does not open is named already; comparing the rest with it would name it twice.
    if not findings:
        findings += differences(found, happened, _scheme(row))
    return Verified(row.commitment, len(found.slots), len(happened), tuple(findings))


def _filed(row: AllocationList, file: str, findings: list[str]) -> TheList:
    found = revealing.read(file)
    if found.commitment != row.commitment:
        findings.append(
            f"The file is of another list: its commitment is {found.commitment}, and this trial's "
            f"is {row.commitment}."
        )
    return found


def _sealed(row: AllocationList, findings: list[str]) -> TheList:
    slots: list[PlannedSlot] = []
    for slot in revealing.slots_of(row):
        try:
            slots.append(revealing.planned(slot))
        except Tampered:
            findings.append(
                f"Place {slot.position} of stratum {slot.stratum.code} does not open: it was "
                "altered, or brought from another place."
            )
    try:
        salt = vault.list_secret(row).salt
    except Tampered:
        salt = ""
        findings.append("Seed and salt of the list do not open: they were altered.")
    return TheList(row.commitment, salt, tuple(slots))


def _happened(row: AllocationList, findings: list[str]) -> Iterator[Happened]:
    for done in vault.allocations().filter(slot__stratum__list=row).order_by("pk"):
        place = (done.slot.stratum.code, done.slot.position)
        try:
            held = vault.own_content(done)
        except Tampered:
            findings.append(
                f"The allocation of {done.participant.code} to place {place[1]} of stratum "
                f"{place[0]} does not open: its participant, place, time or seal was altered."
            )
            continue
        who, when = done.participant.code, done.allocated_at
        yield Happened(done.pk, who, *place, when, held.arm, held.levels)


def _scheme(row: AllocationList) -> Scheme | None:
    plan = protocol.current()
    if not row.computed or not isinstance(plan.allocation, Minimization):
        return None
    return Scheme(plan.allocation, {arm.code: arm.ratio for arm in plan.arms})
