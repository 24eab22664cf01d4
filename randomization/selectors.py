"""What others may read. Whatever tells an arm takes the reader and asks whether they may know.

No function here gives a slot that has not been used, a seed or a salt to anybody.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, QuerySet

from accounts.models import User
from randomization import vault
from randomization.models import (
    Allocation,
    AllocationList,
    Infusion,
    Product,
    Reveal,
    Stratum,
    Unblinding,
)
from randomization.models.unblinding import GRANTED
from trial import access, protocol
from trial.access import NotDelegated, Permission
from trial.clock import day_at
from trial.models import Participant


@dataclass(frozen=True)
class SealedList:
    """What everybody may know of the list in use."""

    commitment: str
    algorithm: str
    purpose: str
    sealed_at: datetime
    made_by: str


@dataclass(frozen=True)
class Revealed:
    """The list laid open at the end; ``document`` is the file as it is published."""

    by: str
    at: datetime
    document: str


@dataclass(frozen=True)
class StratumStatus:
    """How far a stratum of the list has been used; counts only."""

    stratum: str
    slots: int
    used: int

    @property
    def left(self) -> int:
        """Slots not used yet."""
        return self.slots - self.used


@dataclass(frozen=True)
class AllocationRow:
    """The arm a participant was allocated to, and the day at the site."""

    participant: str
    arm: str
    allocated_on: date


@dataclass(frozen=True)
class TreatmentRow:
    """What an allocated participant received: the code of an arm, and why no cells were given.

    ``received`` is the allocated arm where that arm has no product or the infusion took place,
    and the protocol's first arm that is not experimental otherwise: until the infusion a
    participant counts as untreated. Cells and the dose ordered in millions, viability in percent,
    volume in mL; ``complete`` is whether the whole dose was given.
    """

    participant: str
    received: str
    infused_on: date | None
    cells_millions: Decimal | None
    viability_percent: Decimal | None
    volume_ml: Decimal | None
    reason_not_treated: str
    dose_millions: int | None
    complete: bool | None


def sealed_list() -> SealedList | None:
    """The list in use with its commitment, for everybody; None before one is sealed."""
    row = AllocationList.objects.filter(active=True).select_related("made_by").first()
    if row is None:
        return None
    return SealedList(
        row.commitment, row.algorithm, row.purpose, row.sealed_at, row.made_by.full_name
    )


def revealed() -> Revealed | None:
    """The revealed list, for everybody; None before the end."""
    row = Reveal.objects.select_related("revealed_by").first()
    return (
        None if row is None else Revealed(row.revealed_by.full_name, row.revealed_at, row.document)
    )


def commitment() -> str:
    """The SHA-256 the list was sealed with; empty before one is sealed."""
    found = sealed_list()
    return "" if found is None else found.commitment


def list_status(user: User) -> list[StratumStatus]:
    """How much of the list is left in each stratum.

    Raises:
        NotDelegated: only whoever makes the list may know how much is left.
    """
    access.require(user, Permission.MANAGE_LIST)
    rows = Stratum.objects.filter(list__active=True).annotate(
        total=Count("slots"), used=Count("slots__allocation")
    )
    return [StratumStatus(row.code, row.total, row.used) for row in rows.order_by("pk")]


def allocation_rows(user: User) -> list[AllocationRow]:
    """Every allocation at the sites where this person may know arms, in the order they were made.

    Raises:
        NotDelegated: this person may know no arm anywhere.
    """
    return [
        AllocationRow(
            row.participant.code,
            vault.arm_of(row),
            day_at(row.allocated_at, row.participant.site),
        )
        for row in _known_to(user)
    ]


def treatment_rows(user: User) -> list[TreatmentRow]:
    """What every allocated participant received, at the sites where this person may know arms.

    Raises:
        NotDelegated: this person may know no arm anywhere.
    """
    return [_treatment(row) for row in _known_to(user)]


def allocated_arm(participant: Participant, user: User) -> str | None:
    """The code of the allocated arm, None before the randomization.

    Raises:
        NotDelegated: this person may not know it.
    """
    _ask(user, participant)
    return _arm(participant)


def arm_granted(unblinding: Unblinding, user: User) -> str:
    """The code of the arm this person was granted to know.

    Raises:
        NotDelegated: somebody else reads, or nothing is granted.
    """
    if unblinding.person_id != user.pk or unblinding.state != GRANTED:
        raise NotDelegated
    return _arm(unblinding.participant) or ""


def received(participant: Participant, user: User) -> str | None:
    """The code of the arm actually received so far, None before the randomization.

    Raises:
        NotDelegated: this person may not know it.
    """
    _ask(user, participant)
    row = _joined().filter(participant=participant).first()
    return None if row is None else _treatment(row).received


def infused_on(participant: Participant, user: User) -> date | None:
    """The day of the infusion, None where there was none.

    Raises:
        NotDelegated: this person may not know it.
    """
    _ask(user, participant)
    row = Infusion.objects.filter(participant=participant).first()
    return None if row is None else row.infused_on


def infusion_dates_unblinded(participants: Collection[int]) -> dict[int, date]:
    """Day of infusion by participant key; whoever was not infused is not in it.

    It asks nobody who reads: the caller shows it, or anything worked out from it, only to
    somebody who may know arms.
    """
    rows = Infusion.objects.filter(participant__in=participants)
    return dict(rows.values_list("participant_id", "infused_on"))


def doses_unblinded(participant: int) -> list[dict[str, str]]:
    """What a participant was given, for a safety report: day, amount in words, batch.

    It asks nobody who reads: the caller shows it only to somebody who may know arms.
    """
    rows = Infusion.objects.filter(participant=participant).select_related("product")
    return [
        {
            "given_on": row.infused_on.isoformat(),
            "amount": f"{row.cells_millions} million cells in {row.volume_ml} mL",
            "batch": row.product.batch,
        }
        for row in rows
    ]


def participant_of_batch(batch: str, user: User) -> Participant | None:
    """Whose cells a batch holds; None where it is unknown, or of a site this person cannot see.

    Raises:
        NotDelegated: this person may know no arm anywhere.
    """
    return Participant.objects.filter(
        aspirations__products__batch=batch, site__in=_sites_known_to(user)
    ).first()


def batches_of(participant: Participant, user: User) -> list[str]:
    """The batch numbers grown for a participant, the oldest first.

    Raises:
        NotDelegated: this person may not know them.
    """
    _ask(user, participant)
    return list(
        Product.objects.filter(aspiration__participant=participant).values_list("batch", flat=True)
    )


def _sites_known_to(user: User) -> list[int]:
    """Keys of the sites where this person may know arms.

    Raises:
        NotDelegated: nowhere.
    """
    found = list(access.sites_of(user, Permission.KNOW_ARMS).values_list("pk", flat=True))
    if not found:
        raise NotDelegated
    return found


def _ask(user: User, participant: Participant) -> None:
    if not access.may_know_arms(user, site=participant.site):
        raise NotDelegated


def _arm(participant: Participant) -> str | None:
    row = vault.allocations().filter(participant=participant).first()
    return None if row is None else vault.arm_of(row)


def _joined() -> QuerySet[Allocation]:
    return vault.allocations().select_related(
        "participant__site", "participant__infusion__product", "participant__not_treated"
    )


def _known_to(user: User) -> QuerySet[Allocation]:
    return _joined().filter(participant__site__in=_sites_known_to(user)).order_by("pk")


def _treatment(row: Allocation) -> TreatmentRow:
    plan = protocol.current()
    infusion: Infusion | None = getattr(row.participant, "infusion", None)
    not_treated = getattr(row.participant, "not_treated", None)
    allocated = vault.arm_of(row)
    as_allocated = infusion is not None or not plan.arm(allocated).product
    untreated = next((arm.code for arm in plan.arms if not arm.experimental), allocated)
    return TreatmentRow(
        participant=row.participant.code,
        received=allocated if as_allocated else untreated,
        infused_on=infusion.infused_on if infusion else None,
        cells_millions=infusion.cells_millions if infusion else None,
        viability_percent=infusion.viability_percent if infusion else None,
        volume_ml=infusion.volume_ml if infusion else None,
        reason_not_treated=not_treated.reason if not_treated else "",
        dose_millions=infusion.product.dose_millions if infusion else None,
        complete=infusion.complete if infusion else None,
    )
