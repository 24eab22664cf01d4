"""The release of a batch: signed within its limits, or out of them by two people and with why.

The signature is the person's name, the time in UTC and the meaning, over the hash of what they
were shown; the password is asked for again each time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from randomization.errors import OutOfLimits
from randomization.models import Agreement, Product, Release
from randomization.release_tests import (
    MISSING,
    PASSED,
    Finding,
    agreed_digest,
    findings,
    holds,
    signed_digest,
)
from randomization.services.conditions import (
    check_day,
    for_treatment,
    keep,
    known_reason,
    product_plan,
)
from randomization.services.culture import locked_batch, refuse_disposed
from trial import access
from trial.access import Permission
from trial.clock import day_at
from trial.errors import ReasonRequired, SecondPerson, WrongDate, WrongState
from trial.models import Participant
from trial.services.signing import reauthenticate


@transaction.atomic
def release_product(
    *,
    product: Product,
    ready_on: date,
    ready_at: time,
    password: str,
    actor: User,
    at: datetime,
    seen: str = "",
) -> Release:
    """Release a batch whose every test is within its limits, by password.

    ``ready_on`` and ``ready_at`` are when the cells were ready to be given, at the site: the
    shelf life runs from there. ``seen`` is the hash of what was shown.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongPassword, WrongDate: as the sentence says.
        WrongState: not harvested, decided already, destroyed, expired, or changed since shown.
        OutOfLimits: a test is missing, pending or outside its limits; the sentence names each.
    """
    row, found = _undecided(product, password, seen, actor, at)
    _refuse(findings(found))
    ready = _ready(row, ready_on, ready_at)
    return _sign(row, found, ready, actor, at)


@transaction.atomic
def release_out_of_specification(
    *,
    product: Product,
    justification: str,
    ready_on: date,
    ready_at: time,
    password: str,
    actor: User,
    at: datetime,
    seen: str = "",
) -> Release:
    """Release a batch in spite of a limit it does not keep; it waits for the physician.

    Every test needs its result, or to be recorded as pending.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongPassword, WrongDate: as the sentence says.
        WrongState: as for ``release_product``, or nothing is out of specification.
        OutOfLimits: a test has no result at all.
        ReasonRequired: no justification.
    """
    row, found = _undecided(product, password, seen, actor, at)
    seen_tests = findings(found)
    _refuse([one for one in seen_tests if one.state == MISSING])
    if all(one.state == PASSED for one in seen_tests):
        raise WrongState("Every test is within its limits: release the batch as usual.")
    if not justification.strip():
        raise ReasonRequired("Say why it is released all the same.", field="justification")
    ready = _ready(row, ready_on, ready_at)
    return _sign(row, found, ready, actor, at, justification=justification.strip())


@transaction.atomic
def agree_release(
    *, release: Release, password: str, actor: User, at: datetime, seen: str = ""
) -> Agreement:
    """The treating physician agrees to an out-of-specification release, by password.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongPassword: as the sentence says.
        SecondPerson: whoever released it agrees to nothing.
        WrongState: within its limits, agreed already, destroyed, or changed since shown.
    """
    participant = release.product.aspiration.participant
    access.require(actor, Permission.SIGN, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant)
    row, _ = for_treatment(participant, Permission.SIGN, actor, at)
    product = locked_batch(release.product)
    found = Release.objects.select_related("product__aspiration__participant").get(pk=release.pk)
    refuse_disposed(product)
    if not found.out_of_specification:
        raise WrongState("This batch is within its limits: nothing is to be agreed to.")
    if found.released_by_id == actor.pk:
        raise SecondPerson("You released this batch yourself: somebody else must agree.")
    if not holds(found):
        raise WrongState("The batch was changed since it was released: it is released again first.")
    covered = agreed_digest(found)
    _same(seen, covered)
    known = Agreement.objects.filter(release=found).first()
    if known is not None and known.digest == covered:
        raise WrongState("This is agreed already.", code="signed")
    made = known or Agreement(release=found)
    made.agreed_by, made.agreed_at, made.digest = actor, at, covered
    return keep(made, "release.agreed", row, actor, at)


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
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = locked_batch(product)
    if hasattr(found, "release"):
        raise WrongState("This batch is decided already.", code="already-decided")
    after = found.harvested_on or found.culture_started_on
    what = "the harvest" if found.harvested_on else "the start of the culture"
    check_day(decided_on, row, at, field="decided_on", after=after, what=what)
    release = Release(
        product=found,
        decision="failed",
        reason=known_reason(reason),
        decided_on=decided_on,
        released_by=actor,
    )
    return keep(release, "product.failed", row, actor, at)


def _undecided(
    product: Product, password: str, seen: str, actor: User, at: datetime
) -> tuple[Participant, Product]:
    """The locked batch, harvested and with no standing decision, and its participant."""
    participant = product.aspiration.participant
    access.require(actor, Permission.HANDLE_PRODUCT, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant)
    row, _ = for_treatment(participant, Permission.HANDLE_PRODUCT, actor, at)
    found = locked_batch(product)
    release = getattr(found, "release", None)
    if hasattr(found, "infusion"):
        raise WrongState("This batch was infused.", code="infused")
    if release is not None and (release.decision == "failed" or holds(release)):
        raise WrongState("This batch is decided already.", code="already-decided")
    if found.harvested_on is None:
        raise WrongState("This batch has no harvest: it can only be failed.")
    refuse_disposed(found)
    _same(seen, signed_digest(found))
    return row, found


def _same(seen: str, covered: str) -> None:
    if seen and seen != covered:
        raise WrongState(
            "Something changed since you opened this page. Read it again, then sign.",
            code="changed-meanwhile",
        )


def _refuse(judged: list[Finding]) -> None:
    against = [one.against for one in judged if one.against]
    if against:
        raise OutOfLimits(
            f"This batch cannot be released. {' '.join(against)}", details={"against": against}
        )


def _ready(participant: Participant, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZoneInfo(participant.site.timezone))


def _sign(
    participant: Participant,
    product: Product,
    ready: datetime,
    actor: User,
    at: datetime,
    *,
    justification: str = "",
) -> Release:
    harvested = product.harvested_on or date.max
    check_day(ready.date(), participant, at, field="ready_on", after=harvested, what="the harvest")
    expires = ready + timedelta(hours=product_plan().shelf_life_hours)
    if ready > at:
        raise WrongDate("The cells cannot be ready in the future.", field="ready_at")
    if expires <= at:
        raise WrongState(
            "The shelf life of this batch is over: it cannot be released.", code="expired"
        )
    release = getattr(product, "release", None) or Release(product=product)
    release.decision, release.reason = "released", ""
    release.decided_on = day_at(at, participant.site)
    release.released_by, release.signed_at, release.expires_at = actor, at, expires
    release.digest = signed_digest(product)
    release.out_of_specification = bool(justification)
    release.justification = justification
    name = "product.released-out-of-specification" if justification else "product.released"
    return keep(release, name, participant, actor, at)
