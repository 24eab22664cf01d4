"""The chain from marrow to a released batch."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from randomization.errors import OutOfLimits
from randomization.models import Aspiration, Infusion, NotTreated, Product, Release
from randomization.services.conditions import (
    check_day,
    for_treatment,
    keep,
    known_reason,
    product_plan,
)
from trial.access import Permission
from trial.errors import WrongState
from trial.models import Participant


@transaction.atomic
def record_aspiration(
    *,
    participant: Participant,
    aspirated_on: date,
    side: str,
    anaesthesia: str,
    volume_ml: Decimal,
    sample: str,
    sufficient: bool,
    actor: User,
    at: datetime,
    complications: str = "",
) -> Aspiration:
    """Record that marrow was taken; a second aspiration is another record.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: infused already, or it is recorded that no cells will be given.
    """
    row, _ = for_treatment(participant, Permission.HANDLE_PRODUCT, actor, at)
    _still_to_be_treated(row)
    check_day(
        aspirated_on,
        row,
        at,
        field="aspirated_on",
        after=row.randomized_on or date.max,
        what="the randomization",
    )
    aspiration = Aspiration(
        participant=row,
        aspirated_on=aspirated_on,
        side=side,
        anaesthesia=anaesthesia,
        volume_ml=volume_ml,
        sample=sample.strip().upper(),
        sufficient=sufficient,
        complications=complications.strip(),
    )
    return keep(aspiration, "aspiration.recorded", row, actor, at)


@transaction.atomic
def record_product(
    *,
    aspiration: Aspiration,
    batch: str,
    dose_millions: int,
    culture_started_on: date,
    passages: int,
    actor: User,
    at: datetime,
    harvested_on: date | None = None,
    cells_millions: Decimal | None = None,
    viability_percent: Decimal | None = None,
) -> Product:
    """Record the batch grown from an aspiration; without a harvest it can only be failed.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: the aspiration was not enough, or no cells will be given.
        OutOfLimits: a dose the protocol does not know.
    """
    row, _ = for_treatment(aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    _still_to_be_treated(row)
    if not aspiration.sufficient:
        raise WrongState("The marrow of this aspiration was not enough to start a culture.")
    product = Product(
        aspiration=aspiration,
        batch=batch.strip().upper(),
        dose_millions=dose_millions,
        culture_started_on=culture_started_on,
        passages=passages,
        harvested_on=harvested_on,
        cells_millions=cells_millions,
        viability_percent=viability_percent,
    )
    _check_dose(dose_millions)
    _check_culture(product, row, at)
    return keep(product, "product.recorded", row, actor, at)


@transaction.atomic
def release_product(*, product: Product, decided_on: date, actor: User, at: datetime) -> Release:
    """Release a batch for its participant, in the name of the actor.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate: as the sentence says.
        WrongState: decided already, or never harvested.
        OutOfLimits: the viability is below the protocol's limit.
    """
    row, found = _undecided(product, actor, at)
    if found.harvested_on is None or found.viability_percent is None:
        raise WrongState("This batch has no harvest: it can only be failed.")
    least = product_plan().minimum_viability_percent
    if found.viability_percent < least:
        raise OutOfLimits(
            f"The viability is {found.viability_percent} %, the protocol asks for {least} % or "
            "more: this batch cannot be released."
        )
    release = Release(product=found, decision="released", decided_on=decided_on, released_by=actor)
    return _decide(row, release, at)


@transaction.atomic
def fail_product(
    *, product: Product, reason: str, decided_on: date, actor: User, at: datetime
) -> Release:
    """Say that a batch will not be given, with a reason of the protocol's list.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate: as the sentence says.
        WrongState: decided already.
        Impossible: an unknown reason.
    """
    row, found = _undecided(product, actor, at)
    release = Release(
        product=found,
        decision="failed",
        reason=known_reason(reason),
        decided_on=decided_on,
        released_by=actor,
    )
    return _decide(row, release, at)


def decide_product(
    *, product: Product, decision: str, decided_on: date, reason: str, actor: User, at: datetime
) -> Release:
    """Release a batch or fail it, as ``decision`` says; raises what the two acts raise."""
    if decision == "released":
        return release_product(product=product, decided_on=decided_on, actor=actor, at=at)
    return fail_product(product=product, reason=reason, decided_on=decided_on, actor=actor, at=at)


def _check_dose(dose_millions: int) -> None:
    doses = product_plan().doses_millions
    if dose_millions not in doses:
        known = " or ".join(str(dose) for dose in doses)
        raise OutOfLimits(f"The protocol's doses are {known} × 10⁶ cells.", field="dose_millions")


def _check_culture(product: Product, participant: Participant, at: datetime) -> None:
    """The culture starts after the aspiration and is harvested after that, none in the future."""
    started, harvested = product.culture_started_on, product.harvested_on
    marrow = product.aspiration.aspirated_on
    check_day(
        started, participant, at, field="culture_started_on", after=marrow, what="the aspiration"
    )
    if harvested is not None:
        what = "the start of the culture"
        check_day(harvested, participant, at, field="harvested_on", after=started, what=what)


def _still_to_be_treated(participant: Participant) -> None:
    if Infusion.objects.filter(participant=participant).exists():
        raise WrongState("This participant was infused.", code="infused")
    if NotTreated.objects.filter(participant=participant).exists():
        raise WrongState(
            "It is recorded that this participant receives no cells.", code="not-treated"
        )


def _undecided(product: Product, actor: User, at: datetime) -> tuple[Participant, Product]:
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = Product.objects.select_for_update().get(pk=product.pk)
    if Release.objects.filter(product=found).exists():
        raise WrongState("This batch is decided already.", code="already-decided")
    return row, found


def _decide(participant: Participant, release: Release, at: datetime) -> Release:
    product = release.product
    check_day(
        release.decided_on,
        participant,
        at,
        field="decided_on",
        after=product.harvested_on or product.culture_started_on,
        what="the harvest" if product.harvested_on else "the start of the culture",
    )
    name = f"product.{release.decision}"
    return keep(release, name, participant, release.released_by, at)
