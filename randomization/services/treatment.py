"""What was given, or why nothing was: two facts that exclude each other."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from randomization.departures import outside_limits
from randomization.errors import Impossible, OutOfLimits
from randomization.models import Infusion, NotTreated, Product, Release
from randomization.release_tests import agreed, holds
from randomization.services.conditions import (
    check_day,
    for_treatment,
    keep,
    known_reason,
)
from randomization.services.culture import locked_batch, refuse_disposed
from trial import protocol
from trial import services as trial_services
from trial.access import Permission
from trial.errors import WrongDate, WrongState
from trial.models import Participant
from trial.protocol import VisitPlan


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
    started_at: time,
    ended_at: time,
    interruption: str = "",
    justification: str = "",
) -> Infusion:
    """Record the infusion of a released batch; opens the visits counted from it.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: infused already, not to be treated, withdrawn from the treatment, or the batch
            is not released, not agreed to, destroyed, expired by then, or another participant's.
        OutOfLimits: past the protocol's last day or outside its limits, and nobody said why.
    """
    row, arm = for_treatment(participant, Permission.INFUSE, actor, at)
    _check_open(row, infused_on)
    given_release(row, product)
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
        justification=justification.strip(),
    )
    check_moment(infusion, at)
    check_limits(infusion)
    keep(infusion, "infusion.recorded", row, actor, at)
    _open_later_visits(infusion, arm, actor, at)
    return infusion


def _open_later_visits(infusion: Infusion, arm: str, actor: User, at: datetime) -> None:
    trial_services.open_visits(
        participant=infusion.participant,
        plans=visits_from_infusion(arm),
        anchor=infusion.infused_on,
        actor=actor,
        at=at,
    )


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


def given_release(participant: Participant, product: Product) -> Release:
    """The release that lets a batch be given to this participant.

    Raises:
        WrongState: another participant's batch, not released or agreed to, changed or destroyed.
    """
    found = locked_batch(product)
    if found.aspiration.participant_id != participant.pk:
        raise WrongState("This batch was grown for another participant.", code="other-batch")
    release = (
        Release.objects.select_related("product__aspiration__participant", "agreement")
        .filter(product=found, decision="released", signed_at__isnull=False)
        .first()
    )
    if release is None:
        raise WrongState("This batch is not released.", code="not-released", field="product")
    refuse_disposed(found)
    if not holds(release):
        raise WrongState(
            "This batch was changed since its release was signed: it must be released again.",
            code="changed-meanwhile",
            field="product",
        )
    if not agreed(release):
        raise WrongState(
            "This batch is out of specification: the treating physician must agree first.",
            code="not-agreed",
            field="product",
        )
    return release


def check_moment(infusion: Infusion, at: datetime) -> None:
    """Refuse an infusion before the release, in the future, or of cells past their expiry.

    Raises:
        WrongDate: the day or the hour cannot be right.
        WrongState: the batch had expired when the infusion began.
    """
    participant, infused_on = infusion.participant, infusion.infused_on
    started_at, ended_at = infusion.started_at, infusion.ended_at
    release = Release.objects.get(product=infusion.product_id)
    after, what = release.decided_on, "the release of the batch"
    check_day(infused_on, participant, at, field="infused_on", after=after, what=what)
    # Infusions recorded by an earlier release may have no times.
    if started_at is None or ended_at is None:
        return
    zone = ZoneInfo(participant.site.timezone)
    started = datetime.combine(infused_on, started_at, zone)
    if datetime.combine(infused_on, ended_at, zone) > at:
        raise WrongDate("The infusion cannot end in the future.", field="ended_at")
    if release.signed_at is not None and started < release.signed_at.replace(
        second=0, microsecond=0
    ):
        raise WrongDate(
            "The infusion cannot begin before the batch was released.", field="started_at"
        )
    if release.expires_at is not None and started > release.expires_at:
        local = release.expires_at.astimezone(zone)
        raise WrongState(
            f"The batch expired on {local:%-d %b %Y at %H:%M}: it is not to be given.",
            code="expired",
            field="product",
        )


def check_limits(infusion: Infusion) -> None:
    """Refuse an infusion outside the protocol's limits unless it is said why it happened.

    Raises:
        OutOfLimits: the first limit that is not kept.
        Impossible: a justification, and nothing to justify.
    """
    outside = outside_limits(infusion)
    if outside and not infusion.justification:
        field, sentence = outside[0]
        raise OutOfLimits(
            f"{sentence} If this is what happened, say why beside it.",
            field=field,
            details={"outside": [words for _, words in outside]},
        )
    if infusion.justification and not outside:
        raise Impossible("Every limit is kept: nothing is to be justified.", field="justification")


def visits_from_infusion(arm: str) -> list[VisitPlan]:
    """The visits counted from the infusion in the allocated arm."""
    return [
        plan
        for plan in protocol.current().visits
        if plan.anchor == "infusion" and (not plan.only_arms or arm in plan.only_arms)
    ]
