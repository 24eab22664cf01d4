"""The chain from marrow to a batch in culture."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from randomization.errors import OutOfLimits
from randomization.models import Aspiration, Infusion, NotTreated, Product
from randomization.services.conditions import (
    check_day,
    for_treatment,
    keep,
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
    actor: User,
    at: datetime,
    passages: int = 0,
    harvested_on: date | None = None,
    cells_millions: Decimal | None = None,
    viability_percent: Decimal | None = None,
) -> Product:
    """Record the start of a culture; its passages and its harvest follow, or come along.

    ``passages`` are those made before it was recorded here.

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
    check_dose(dose_millions)
    check_culture(product, row, at)
    return keep(product, "product.recorded", row, actor, at)


def check_dose(dose_millions: int) -> None:
    """Refuse a dose the protocol does not know.

    Raises:
        OutOfLimits: the sentence names those it knows.
    """
    doses = product_plan().doses_millions
    if dose_millions not in doses:
        known = " or ".join(str(dose) for dose in doses)
        raise OutOfLimits(f"The protocol's doses are {known} × 10⁶ cells.", field="dose_millions")


def check_culture(product: Product, participant: Participant, at: datetime) -> None:
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
