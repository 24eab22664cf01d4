"""The act the trial rests on: the next slot of the stratum, once, in order, unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from randomization import low_water, vault
from randomization.errors import ListExhausted, ListRevealed, NoList, NotReady, WrongPurpose
from randomization.models import Allocation, AllocationList, OpenedEnvelope, Slot, Stratum
from randomization.services import computing
from randomization.services.conditions import locked_participant
from randomization.services.lists import purpose_here
from trial import access, protocol, selectors
from trial import services as trial_services
from trial.access import Permission
from trial.clock import day_at
from trial.models import Participant
from trial.selectors import Eligibility


@dataclass(frozen=True)
class Paper:
    """An envelope that was opened; ``fits`` refuses when the next slot is not the one in it."""

    number: int
    opened_at: datetime
    fits: Callable[[Slot], None]


@transaction.atomic(durable=True)
def randomize(*, participant: Participant, actor: User, at: datetime) -> Allocation:
    """Give the participant the lowest free slot of their stratum; committed when it returns.

    Called again for the same participant it returns the same allocation and changes nothing.
    The event it leaves holds no arm; the visits of the arm are opened, hidden from the blinded.

    Raises:
        NotDelegated: the actor does not randomize at this site.
        Locked: the participant's data are locked.
        NotReady: no consent, no valid signature of the eligibility, a stratum that cannot be
            read, or the participant has left the trial.
        NoList, ListRevealed, WrongPurpose: there is no list, it is open to all, or it is not for
            this installation.
        ListExhausted: the stratum has no slot left.
        KeyMissing, Tampered, SchemeChanged: the list cannot be opened, was altered, or was made
            for another scheme.
    """
    return allocate_next(participant, actor, at)


@transaction.atomic
def randomize_within(*, participant: Participant, actor: User, at: datetime) -> Allocation:
    """``randomize`` as part of a larger transaction: only for building a simulated trial.

    A person's randomization is committed by itself, before anybody is told of it.

    Raises:
        WrongPurpose: in production.
        Refused: as ``randomize`` does.
    """
    if purpose_here() == "production":
        raise WrongPurpose
    return allocate_next(participant, actor, at)


def allocate_next(
    participant: Participant, actor: User, at: datetime, *, paper: Paper | None = None
) -> Allocation:
    """The act itself, within the transaction of ``randomize`` or of an envelope's entry."""
    access.require(actor, Permission.RANDOMIZE, site=participant.site, at=at)
    row = locked_participant(participant)
    done = vault.allocations().filter(participant=row).first()
    if done is not None:
        return done
    code = _check_ready(row, at)
    # The stratum's row stays locked until the commit: whoever comes next waits and then sees this
    # slot taken. Skipping locked rows would break the order of the list.
    stratum = locked_stratum(code)
    free = stratum.slots.filter(allocation__isnull=True).order_by("position")
    slot = free.select_related("stratum__list__wrapped_key").first()
    if slot is None:
        raise ListExhausted
    if paper is not None:
        paper.fits(slot)
    with act(actor=actor, at=at):
        allocation = _allocate(row, slot, code, actor, at, paper=paper)
        record_event(
            name="participant.randomized", actor=actor, at=at, participant=row.code, subject=row
        )
        low_water.tell(slot, actor=actor, at=at)
    return allocation


def reasons_against(participant: Participant, at: datetime) -> list[NotReady]:
    """Everything that must be put right before this participant can be randomized."""
    return _against(participant, selectors.eligibility_of(participant), at)


def _against(participant: Participant, now: Eligibility, at: datetime) -> list[NotReady]:
    found = []
    consented = selectors.consented_on(participant)
    if consented is None or consented > day_at(at, participant.site):
        found.append(NotReady("No consent is recorded.", code="no-consent"))
    if not now.met:
        found.append(
            NotReady("Not every eligibility criterion is answered and met.", code="not-eligible")
        )
    elif selectors.eligibility_signature(participant, now) is None:
        found.append(
            NotReady("The eligibility, as it stands now, is not signed.", code="not-signed")
        )
    if selectors.died_on(participant) is not None:
        found.append(NotReady("The participant has died.", code="died"))
    if participant.withdrawals.exists():
        found.append(NotReady("The participant has withdrawn.", code="withdrawn"))
    if hasattr(participant, "lost"):
        found.append(NotReady("The participant is lost to follow-up.", code="lost"))
    if now.stratum is None:
        found.append(
            NotReady("The stratum cannot be read: an answer is missing.", code="no-stratum")
        )
    return found


def _check_ready(participant: Participant, at: datetime) -> str:
    now = selectors.eligibility_of(participant)
    against = _against(participant, now, at)
    if against:
        raise against[0]
    if now.stratum is None:
        raise NotReady
    return now.stratum


def locked_stratum(code: str) -> Stratum:
    """The queue of a stratum in the list in use, locked to the end of the transaction.

    Raises:
        NoList, ListRevealed, WrongPurpose, ListExhausted: as ``randomize`` does.
    """
    current = AllocationList.objects.filter(active=True).select_related("reveal").first()
    if current is None:
        raise NoList
    if hasattr(current, "reveal"):
        raise ListRevealed
    if current.purpose != purpose_here():
        raise WrongPurpose
    queue = computing.queue_of(current, code)
    stratum = Stratum.objects.select_for_update().filter(list=current, code=queue).first()
    if stratum is None:
        raise ListExhausted
    return stratum


def _allocate(
    participant: Participant,
    slot: Slot,
    stratum: str,
    actor: User,
    at: datetime,
    *,
    paper: Paper | None,
) -> Allocation:
    content = computing.content_for(slot, stratum)
    allocation = vault.sealed_allocation(slot, participant, content, at)
    allocation.full_clean()
    allocation.save()
    if paper is not None:
        opened = OpenedEnvelope(
            allocation=allocation, number=paper.number, opened_at=paper.opened_at
        )
        opened.full_clean()
        opened.save()
    day = day_at(paper.opened_at if paper else at, participant.site)
    trial_services.mark_randomized(
        participant=participant, stratum=stratum, on=day, actor=actor, at=at
    )
    trial_services.open_visits(
        participant=participant,
        plans=[
            plan
            for plan in protocol.current().visits
            if plan.anchor == "index" and content.arm in plan.only_arms
        ],
        anchor=participant.index_on,
        actor=actor,
        at=at,
    )
    return allocation
