"""What was given, or why nothing was: two facts that exclude each other."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from randomization.errors import OutOfLimits
from randomization.models import Infusion, NotTreated, Product
from randomization.services.conditions import (
    check_day,
    for_treatment,
    keep,
    known_reason,
    product_plan,
)
from trial import protocol
from trial import services as trial_services
from trial.access import Permission
from trial.errors import WrongState
from trial.models import Participant


@transaction.atomic
def record_infusion(
    *,
    participant: Participant,
    product: Product,
    infused_on: date,
    cells_millions: Decimal,
    viability_percent: Decimal,
    volume_ml: Decimal,
    complete: bool,
    actor: User,
    at: datetime,
    interruption: str = "",
    started_at: time | None = None,
    ended_at: time | None = None,
) -> Infusion:
    """Record the infusion of a released batch; opens the visits counted from it.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: infused already, not to be treated, withdrawn from the treatment, or the batch
            is not released or another participant's.
        OutOfLimits: past the protocol's last day, or outside its limits.
    """
    row, arm = for_treatment(participant, Permission.INFUSE, actor, at)
    _check_open(row, infused_on)
    released_on = _check_batch(row, product)
    check_day(
        infused_on, row, at, field="infused_on", after=released_on, what="the release of the batch"
    )
    _check_limits(row, infused_on, viability_percent, volume_ml)
    infusion = Infusion(
        participant=row,
        product=product,
        infused_on=infused_on,
        cells_millions=cells_millions,
        viability_percent=viability_percent,
        volume_ml=volume_ml,
        started_at=started_at,
        ended_at=ended_at,
        complete=complete,
        interruption=interruption.strip(),
    )
    keep(infusion, "infusion.recorded", row, actor, at)
    _open_later_visits(row, arm, infused_on, actor, at)
    return infusion


@transaction.atomic
def record_not_treated(
    *,
    participant: Participant,
    reason: str,
    decided_on: date,
    actor: User,
    at: datetime,
    note: str = "",
) -> NotTreated:
    """Say why a participant allocated to cells receives none.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: infused, or recorded already.
    """
    row, _ = for_treatment(participant, Permission.INFUSE, actor, at)
    if Infusion.objects.filter(participant=row).exists():
        raise WrongState("This participant was infused.", code="infused")
    if NotTreated.objects.filter(participant=row).exists():
        raise WrongState("This is recorded already.", code="not-treated")
    check_day(
        decided_on,
        row,
        at,
        field="decided_on",
        after=row.randomized_on or date.max,
        what="the randomization",
    )
    found = NotTreated(
        participant=row, reason=known_reason(reason), note=note.strip(), decided_on=decided_on
    )
    return keep(found, "not-treated.recorded", row, actor, at)


def _check_open(participant: Participant, infused_on: date) -> None:
    if Infusion.objects.filter(participant=participant).exists():
        raise WrongState("The infusion of this participant is recorded already.", code="infused")
    if NotTreated.objects.filter(participant=participant).exists():
        raise WrongState(
            "It is recorded that this participant receives no cells.", code="not-treated"
        )
    if participant.withdrawals.filter(from_treatment=True, withdrawn_on__lte=infused_on).exists():
        raise WrongState(
            "The participant had withdrawn from the treatment by this day.", code="withdrawn"
        )


def _check_batch(participant: Participant, product: Product) -> date:
    """The day the batch was released for this participant."""
    found = Product.objects.select_related("release", "aspiration").get(pk=product.pk)
    if found.aspiration.participant_id != participant.pk:
        raise WrongState("This batch was grown for another participant.", code="other-batch")
    release = getattr(found, "release", None)
    if release is None or release.decision != "released":
        raise WrongState("This batch is not released.", code="not-released", field="product")
    day: date = release.decided_on
    return day


def _check_limits(
    participant: Participant, infused_on: date, viability_percent: Decimal, volume_ml: Decimal
) -> None:
    plan = product_plan()
    last = participant.index_on + timedelta(days=plan.latest_day)
    if infused_on > last:
        raise OutOfLimits(
            f"The protocol's last day for the infusion was {last:%-d %b %Y}, day "
            f"{plan.latest_day} after the {protocol.current().index_event}.",
            field="infused_on",
        )
    if volume_ml > plan.maximum_volume_ml:
        raise OutOfLimits(
            f"The protocol allows {plan.maximum_volume_ml} mL at most.", field="volume_ml"
        )
    if viability_percent < plan.minimum_viability_percent:
        raise OutOfLimits(
            f"The protocol asks for a viability of {plan.minimum_viability_percent} % or more.",
            field="viability_percent",
        )


def _open_later_visits(
    participant: Participant, arm: str, infused_on: date, actor: User, at: datetime
) -> None:
    trial_services.open_visits(
        participant=participant,
        plans=[
            plan
            for plan in protocol.current().visits
            if plan.anchor == "infusion" and (not plan.only_arms or arm in plan.only_arms)
        ],
        anchor=infused_on,
        actor=actor,
        at=at,
    )
