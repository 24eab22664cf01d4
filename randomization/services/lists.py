"""The list: made from a seed, sealed, and from then on only followed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from randomization import schemes, vault
from randomization.errors import Impossible, ListActive, WrongPurpose
from randomization.models import AllocationList, Slot, Stratum
from randomization.schemes import PlannedSlot
from randomization.sealing import DataKey, ListSecret, SlotContent
from trial import access, protocol
from trial.access import Permission

# Any constant: two people sealing at once take turns, so that one is refused with a sentence.
SEALING = 0x4845524D
MAXIMUM_LENGTH = 10_000


def purpose_here() -> str:
    """``"production"`` in production, ``"simulated"`` everywhere else."""
    return "production" if settings.HERMES_ENVIRONMENT == "production" else "simulated"


@dataclass(frozen=True)
class Made:
    """A list in the open: its slots, how it was made, and the seed unless it was brought."""

    slots: tuple[PlannedSlot, ...]
    algorithm: str
    length: int
    seed: int | None = None


@transaction.atomic
def seal_list(
    *, actor: User, at: datetime, seed: int | None, length: int, purpose: str
) -> AllocationList:
    """Make the list of this protocol from a seed, and publish its commitment.

    ``length`` is the least number of slots per stratum; the last block is always whole. Without
    a seed one of 63 bits is drawn that nobody chose; it is kept either way.

    Raises:
        NotDelegated: only the unblinded statistician makes the list.
        WrongPurpose: a simulated list in production, or the reverse.
        ListActive: a list is in use.
        Impossible: no list can be made of this seed or length.
        KeyMissing: this installation has no allocation key.
    """
    access.require(actor, Permission.MANAGE_LIST, at=at)
    seed = secrets.randbits(63) if seed is None else seed
    _check(seed, length, purpose)
    slots, algorithm = _slots(seed, length), schemes.algorithm_of(protocol.current().allocation)
    made = Made(slots, algorithm, length, seed)
    return keep_list(made, purpose=purpose, actor=actor, at=at)


def keep_list(made: Made, *, purpose: str, actor: User, at: datetime) -> AllocationList:
    """Seal a list and publish its commitment; the caller has asked who may and what is right.

    Raises:
        ListActive: a list is in use.
        KeyMissing: this installation has no allocation key.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
    if AllocationList.objects.filter(active=True).exists():
        raise ListActive
    secret = ListSecret(salt=secrets.token_hex(32), seed=made.seed)
    with act(actor=actor, at=at):
        row = AllocationList(
            algorithm=made.algorithm,
            computed=any(slot.draw for slot in made.slots),
            purpose=purpose,
            length=made.length,
            commitment=schemes.commitment(made.slots, secret.salt),
            made_by=actor,
            sealed_at=at,
        )
        row.full_clean()
        row.save()
        _keep_slots(row, vault.keep_secret(row, secret, at), made.slots)
        record_event(
            name="list.sealed",
            actor=actor,
            at=at,
            subject=row,
            data={"commitment": row.commitment, "algorithm": row.algorithm, "purpose": purpose},
        )
    return row


def _check(seed: int, length: int, purpose: str) -> None:
    if purpose != purpose_here():
        raise WrongPurpose(field="purpose")
    if not 1 <= length <= MAXIMUM_LENGTH:
        raise Impossible(f"A stratum has 1 to {MAXIMUM_LENGTH} places.", field="length")
    if not 0 <= seed < 2**63:
        raise Impossible("A seed is a whole number from 0 to 2^63 - 1.", field="seed")


def _slots(seed: int, length: int) -> tuple[PlannedSlot, ...]:
    plan = protocol.current()
    return schemes.plan_list(
        plan.allocation,
        {arm.code: arm.ratio for arm in plan.arms},
        strata=plan.strata(),
        length=length,
        seed=seed,
    )


def _keep_slots(row: AllocationList, key: DataKey, slots: Sequence[PlannedSlot]) -> None:
    strata: dict[str, Stratum] = {}
    for slot in slots:
        if slot.stratum not in strata:
            strata[slot.stratum] = Stratum(list=row, code=slot.stratum)
            strata[slot.stratum].save()
    Slot.objects.bulk_create(
        [
            vault.sealed_slot(
                row,
                key,
                strata[slot.stratum],
                slot.position,
                SlotContent(slot.arm, slot.block, slot.block_size, slot.draw),
            )
            for slot in slots
        ]
    )
