"""The way on paper: envelopes printed in advance, and entered in their order afterwards.

An envelope holds the arm of one place of the list. It is used while the system cannot be reached,
and entered before anybody else of the stratum is randomized; its number is checked against the
order. Nobody types the arm: a wrong one that was refused would tell what the next place holds.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from randomization.envelopes.paper import envelopes_pdf
from randomization.errors import (
    AllocatedOtherwise,
    ComputedScheme,
    Impossible,
    ListExhausted,
    NoEnvelope,
    OutOfOrder,
)
from randomization.models import Allocation, EnvelopePrint, OpenedEnvelope, Slot, Stratum
from randomization.services.allocation import Paper, allocate_next, locked_stratum
from randomization.services.passwords import confirm
from trial import access, selectors
from trial.access import Permission
from trial.errors import ReasonRequired, WrongDate
from trial.models import Participant

MOST = 100  # envelopes of one printing


@transaction.atomic
def print_envelopes(
    *, stratum: str, count: int, reason: str, password: str, actor: User, at: datetime
) -> bytes:
    """The next ``count`` free places of a stratum as a PDF of sheets to put into envelopes.

    The trail says which places left the system on paper, by whom and why; not what they hold.

    Raises:
        NotDelegated: only the unblinded statistician prints.
        WrongPassword: it is not the actor who asks.
        ReasonRequired: no reason given.
        Impossible: not 1 to ``MOST`` envelopes.
        NoList, ListRevealed, WrongPurpose, ListExhausted: there is nothing to print from.
        ComputedScheme: arms are computed as participants come, so no envelope can hold one.
        KeyMissing, Tampered: the list cannot be opened, or was altered.
    """
    access.require(actor, Permission.MANAGE_LIST, at=at)
    confirm(actor, password)
    if not reason.strip():
        raise ReasonRequired("Say why envelopes are printed.", field="reason")
    if not 1 <= count <= MOST:
        raise Impossible(f"Print 1 to {MOST} envelopes at a time.", field="count")
    row = locked_stratum(stratum)
    if row.list.computed:
        raise ComputedScheme
    slots = list(_free(row)[:count])
    if not slots:
        raise ListExhausted
    printed = EnvelopePrint(
        stratum=row, first=slots[0].position, last=slots[-1].position, reason=reason.strip(),
        printed_by=actor, printed_at=at,
    )  # fmt: skip
    with act(actor=actor, at=at, reason=printed.reason):
        printed.full_clean()
        printed.save()
        record_event(
            name="envelopes.printed",
            actor=actor,
            at=at,
            subject=printed,
            reason=printed.reason,
            data={"stratum": row.code, "first": printed.first, "last": printed.last},
            reveals_arm=True,
        )
    return envelopes_pdf(row, slots, at)


@transaction.atomic(durable=True)
def enter_envelope(
    *,
    participant: Participant,
    number: int,
    opened_on: date,
    opened_time: time,
    actor: User,
    at: datetime,
) -> Allocation:
    """Enter what was done on paper: the envelope ``number``, opened at this time of the site.

    The participant must be ready as for ``randomize``, and the number must be the next one of
    the stratum. Entered again with the same number it is the same allocation.

    Raises:
        NotDelegated, Locked, NotReady, NoList, ListRevealed, WrongPurpose, ListExhausted,
        KeyMissing, Tampered: as ``randomize`` does.
        WrongDate: opened in the future or before the consent.
        ComputedScheme, NoEnvelope: no such envelope was printed before it was opened.
        OutOfOrder: another number is next in this stratum.
        AllocatedOtherwise: the participant has another allocation already.
    """
    opened = _opened_at(participant, opened_on, opened_time, at)

    def fits(slot: Slot) -> None:
        _check_printed(slot, number, opened)

    made = allocate_next(participant, actor, at, paper=Paper(number, opened, fits))
    kept = OpenedEnvelope.objects.filter(allocation=made).first()
    if kept is None or kept.number != number:
        raise AllocatedOtherwise
    return made


def _free(stratum: Stratum) -> list[Slot]:
    free = stratum.slots.filter(allocation__isnull=True).order_by("position")
    return list(free.select_related("stratum__list__wrapped_key"))


def _opened_at(participant: Participant, day: date, hour: time, at: datetime) -> datetime:
    opened = datetime.combine(day, hour, ZoneInfo(participant.site.timezone))
    consented = selectors.consented_on(participant)
    if opened > at:
        raise WrongDate("This envelope cannot be opened in the future.", field="opened_time")
    if consented is not None and day < consented:
        raise WrongDate(f"This is before the consent ({consented:%-d %b %Y}).", field="opened_on")
    return opened


def _check_printed(slot: Slot, number: int, opened: datetime) -> None:
    if slot.stratum.list.computed:
        raise ComputedScheme
    if slot.position != number:
        raise OutOfOrder(
            f"The next envelope of this stratum is number {slot.position}, not {number}. If an "
            "earlier one was opened, enter that first. If number "
            f"{slot.position} was not opened, call the coordinating centre. Nothing was kept.",
            field="number",
        )
    printed = EnvelopePrint.objects.filter(
        stratum=slot.stratum, first__lte=number, last__gte=number, printed_at__lte=opened
    )
    if not printed.exists():
        raise NoEnvelope(field="number")
