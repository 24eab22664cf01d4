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
from randomization.models import Allocation, AllocationList, Infusion, Product, Stratum, Unblinding
from trial import access, protocol
from trial.access import NotDelegated, Permission
from trial.clock import day_at
from trial.models import Participant, Record, Site


@dataclass(frozen=True)
class SealedList:
    """What everybody may know of the list in use."""

    commitment: str
    algorithm: str
    purpose: str
    sealed_at: datetime
    made_by: str


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
    participant counts as untreated. Cells in millions, viability in percent, volume in mL.
    """

    participant: str
    received: str
    infused_on: date | None
    cells_millions: Decimal | None
    viability_percent: Decimal | None
    volume_ml: Decimal | None
    reason_not_treated: str


@dataclass(frozen=True)
class SavedKnowing:
    """A record saved by somebody blinded who knew the arm: keys, since when, and first when."""

    record: int
    person: int
    since: datetime
    at: datetime


def sealed_list() -> SealedList | None:
    """The list in use with its commitment, for everybody; None before one is sealed."""
    row = AllocationList.objects.filter(active=True).select_related("made_by").first()
    if row is None:
        return None
    return SealedList(
        row.commitment, row.algorithm, row.purpose, row.sealed_at, row.made_by.full_name
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


def arm_granted(unblinding: Unblinding) -> str:
    """The code of the arm one person was granted to know; ``services.tell_arm`` asks who reads."""
    return _arm(unblinding.participant) or ""


def told_to(participants: Collection[int] | None = None) -> dict[tuple[int, int], datetime]:
    """Since when somebody blinded knows an arm, by the keys of participant and person.

    It tells no arm, so it asks nobody who reads. Without ``participants`` of everybody.
    """
    rows = Unblinding.objects.exclude(shown_at=None)
    if participants is not None:
        rows = rows.filter(participant__in=participants)
    found = rows.order_by("-shown_at").values_list("participant_id", "person_id", "shown_at")
    return {(participant, person): at for participant, person, at in found if at is not None}


def saved_knowing(
    records: QuerySet[Record], told: dict[tuple[int, int], datetime]
) -> list[SavedKnowing]:
    """Which of these records were saved by whom after that person had learned the arm."""
    people = {person for _, person in told}
    rows = Record.history.filter(id__in=records.values("pk"), history_user__in=people)
    saved: dict[tuple[int, int], SavedKnowing] = {}
    for record, participant, person, at in rows.order_by("history_id").values_list(
        "id", "participant_id", "history_user_id", "history_date"
    ):
        since = told.get((participant, person))
        if since is not None and at > since:
            saved.setdefault((record, person), SavedKnowing(record, person, since, at))
    return list(saved.values())


def names_others(user: User, site: Site) -> bool:
    """Whether this person may ask that somebody else be told an arm.

    Whoever works clinically and blinded asks for themselves; the investigator, who knows, and
    the DSMB, who reads no clinical page, name the person.
    """
    return access.may_know_arms(user, site=site) or not access.may(
        user, Permission.READ_CLINICAL, site=site
    )


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
        "participant__site", "participant__infusion", "participant__not_treated"
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
    )
