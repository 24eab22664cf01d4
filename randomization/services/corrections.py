"""What was recorded wrong about marrow, batch or infusion, put right with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from accounts.models import User
from randomization.models import Aspiration, Infusion, Passage, Product
from randomization.services.conditions import check_day, for_treatment, keep
from randomization.services.culture import locked_batch
from randomization.services.product import check_culture, check_dose
from randomization.services.treatment import check_limits, check_moment, visits_from_infusion
from trial import services as trial_services
from trial.access import Permission
from trial.errors import ReasonRequired, WrongDate, WrongState

ASPIRATION = frozenset(
    {"aspirated_on", "side", "anaesthesia", "volume_ml", "sample", "sufficient", "complications"}
)
PRODUCT = frozenset(
    {"batch", "dose_millions", "culture_started_on", "harvested_on", "cells_millions"}
    | {"viability_percent"}
)
INFUSION = frozenset(
    {"infused_on", "started_at", "ended_at", "cells_millions", "viability_percent", "volume_ml"}
    | {"complete", "interruption", "justification"}
)


@transaction.atomic
def correct_aspiration(
    *, aspiration: Aspiration, reason: str, actor: User, at: datetime, **facts: Any
) -> Aspiration:
    """Put right what is recorded of an aspiration.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        ReasonRequired: nobody said why.
        WrongState: nothing would change, or a culture stands on marrow now said to be too little.
    """
    row, _ = for_treatment(aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = Aspiration.objects.select_for_update().get(pk=aspiration.pk)
    _take_over(found, facts, ASPIRATION, reason)
    check_day(
        found.aspirated_on,
        row,
        at,
        field="aspirated_on",
        after=row.randomized_on or date.max,
        what="the randomization",
    )
    cultures = Product.objects.filter(aspiration=found)
    if not found.sufficient and cultures.exists():
        raise WrongState("A culture was started from this marrow: it was enough.")
    if cultures.filter(culture_started_on__lt=found.aspirated_on).exists():
        raise WrongDate("A culture was started from it before this day.", field="aspirated_on")
    return keep(found, "aspiration.corrected", row, actor, at, reason=reason)


@transaction.atomic
def correct_product(
    *, product: Product, reason: str, actor: User, at: datetime, **facts: Any
) -> Product:
    """Put right what is recorded of a batch; a release signed before no longer covers it.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible, OutOfLimits: as they say.
        ReasonRequired: nobody said why.
        WrongState: nothing would change.
    """
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = locked_batch(product)
    _take_over(found, facts, PRODUCT, reason)
    check_dose(found.dose_millions)
    check_culture(found, row, at)
    days = list(Passage.objects.filter(product=found).values_list("passed_on", flat=True))
    if days and not found.culture_started_on <= days[0] <= days[-1] <= (
        found.harvested_on or date.max
    ):
        raise WrongDate("The passages lie between the start of the culture and the harvest.")
    return keep(found, "product.corrected", row, actor, at, reason=reason)


@transaction.atomic
def correct_infusion(
    *, infusion: Infusion, reason: str, actor: User, at: datetime, **facts: Any
) -> Infusion:
    """Put right what is recorded of an infusion; visits counted from it follow its day.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible, OutOfLimits: as they say.
        ReasonRequired: nobody said why.
        WrongState: nothing would change, or the batch had expired by then.
    """
    row, arm = for_treatment(infusion.participant, Permission.INFUSE, actor, at)
    found = Infusion.objects.select_for_update().get(pk=infusion.pk)
    before = found.infused_on
    _take_over(found, facts, INFUSION, reason)
    found.participant = row
    check_moment(found, at)
    check_limits(found)
    keep(found, "infusion.corrected", row, actor, at, reason=reason)
    if found.infused_on != before:
        trial_services.move_visits(
            participant=row,
            plans=visits_from_infusion(arm),
            anchor=found.infused_on,
            reason=reason,
            actor=actor,
            at=at,
        )
    return found


def _take_over(
    row: models.Model, facts: Mapping[str, Any], known: frozenset[str], reason: str
) -> None:
    """Write the corrected facts on the row.

    Raises:
        ReasonRequired: nobody said why.
        WrongState: nothing differs.
    """
    changed = {
        name: tidied for name in known & set(facts)
        if (tidied := _tidied(name, facts[name])) != getattr(row, name)
    }  # fmt: skip
    if not changed:
        raise WrongState("Nothing was changed.", code="unchanged")
    if not reason.strip():
        raise ReasonRequired("Say why this is corrected.")
    for name, value in changed.items():
        setattr(row, name, value)


def _tidied(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.strip().upper() if name in {"sample", "batch"} else value.strip()
