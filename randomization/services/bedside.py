"""At the bed and after: vital signs, what became of the bag, and its label."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from audit.events import record_event
from randomization.errors import Impossible
from randomization.models import Disposal, Infusion, Product, VitalSigns
from randomization.release_tests import findings
from randomization.services.conditions import check_day, for_treatment, keep, product_plan
from randomization.services.culture import locked_batch, refuse_disposed
from randomization.services.treatment import given_release
from trial.access import Permission
from trial.documents import code_svg, make_document
from trial.errors import WrongState


@transaction.atomic
def record_vitals(
    *,
    infusion: Infusion,
    point: str,
    taken_at: time,
    pulse: int,
    systolic: int,
    diastolic: int,
    temperature: Decimal,
    saturation: int,
    actor: User,
    at: datetime,
) -> VitalSigns:
    """Record the vital signs of one time the protocol names.

    Raises:
        NotDelegated, Locked, NoProductArm: as the sentence says.
        Impossible: a time the protocol does not name, recorded already, or no living value.
    """
    row, _ = for_treatment(infusion.participant, Permission.INFUSE, actor, at)
    if point not in {one.code for one in product_plan().vital_times}:
        raise Impossible("The protocol names no such time.", code="unknown-time")
    signs = VitalSigns(
        infusion=infusion,
        point=point,
        taken_at=taken_at,
        pulse=pulse,
        systolic=systolic,
        diastolic=diastolic,
        temperature=temperature,
        saturation=saturation,
    )
    return keep(signs, "infusion.vitals", row, actor, at)


@transaction.atomic
def record_disposal(
    *,
    product: Product,
    what: str,
    how: str,
    reason: str,
    disposed_on: date,
    actor: User,
    at: datetime,
) -> Disposal:
    """Record that a batch, or what the infusion left of it, was destroyed or returned.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: recorded already, the whole of an infused batch, or the rest of one that was
            not infused.
    """
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = locked_batch(product)
    infusion = Infusion.objects.filter(product=found).first()
    if Disposal.objects.filter(product=found).exists():
        raise WrongState("What became of this batch is recorded already.", code="disposed")
    if infusion is not None and what == "whole":
        raise WrongState("This batch was infused: only what was left of it can be disposed of.")
    if infusion is None and what == "remainder":
        raise WrongState("This batch was not infused: it is the whole batch.")
    check_day(
        disposed_on,
        row,
        at,
        field="disposed_on",
        after=infusion.infused_on if infusion else found.culture_started_on,
        what="the infusion" if infusion else "the start of the culture",
        living=False,
    )
    disposal = Disposal(
        product=found,
        what=what,
        how=how,
        reason=reason.strip(),
        disposed_on=disposed_on,
        disposed_by=actor,
    )
    return keep(disposal, "product.disposed", row, actor, at)


@transaction.atomic
def print_label(*, product: Product, actor: User, at: datetime) -> bytes:
    """The label of a released batch as a PDF; each print is in the log.

    Printed again it is the same bytes, as long as the release stands.

    Raises:
        NotDelegated, Locked, NoProductArm: as the sentence says.
        WrongState: not released, not agreed to, changed since, or destroyed.
    """
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    release = given_release(row, product)
    refuse_disposed(release.product)
    batch = release.product
    expires = release.expires_at or at
    local = expires.astimezone(ZoneInfo(row.site.timezone))
    results = {one.test.code: one.result for one in findings(batch)}
    pdf = make_document(
        "label",
        title=f"Batch {batch.batch}",
        at=release.signed_at or at,
        data={
            "batch": batch.batch,
            "participant": row.code,
            "dose": f"{batch.dose_millions} × 10⁶ cells",
            "viability": results.get("viability", ""),
            "expires": f"{local:%-d %b %Y %H:%M} ({expires:%Y-%m-%d %H:%M} UTC)",
            "released": release.released_by.full_name,
            "warning": "OUT OF SPECIFICATION" if release.out_of_specification else "",
            "code": code_svg(f"{batch.batch} {row.code}"),
        },
    )
    record_event(
        name="label.printed",
        actor=actor,
        at=at,
        participant=row.code,
        subject=batch,
        reveals_arm=True,
    )
    return pdf
