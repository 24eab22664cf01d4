"""Coding an event, and moving codings to a newer version of the dictionary."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from safety.coding import selectors
from safety.coding.errors import CodedMeanwhile, NoDictionary, NoSuchTerm, WordsWithheld
from safety.coding.models import Coding, Dictionary, Term
from safety.coding.versions import unchanged
from safety.models import AdverseEvent
from trial import access, protocol
from trial.access import Permission
from trial.errors import Locked, ReasonRequired, WrongState
from trial.locks import refuse_locked


@transaction.atomic
def code_event(
    *,
    event: AdverseEvent,
    llt: int,
    verbatim: str,
    seen: int,
    actor: User,
    at: datetime,
    reason: str = "",
) -> Coding:
    """Code an event with a lowest level term of the version in use.

    ``verbatim`` is the reported term as the person read it, ``seen`` the number of the coding
    they saw, 0 for none. Coding the same words anew in the same version is a change with a reason;
    changed words and a newer version are reason enough.

    Raises:
        NotDelegated, Locked: as the sentence says.
        WordsWithheld: a blinded person may not read what is to be coded.
        WrongState: the event was entered in error, or is coded so already.
        CodedMeanwhile: its words or its coding are not what the person saw.
        NoDictionary: none is loaded.
        NoSuchTerm: the version in use has no such current term.
        ReasonRequired: the coding changes and no reason is given.
    """
    row = _held(event, actor, at)
    newest = selectors.newest_coding(row)
    if row.term != verbatim or (newest.number if newest else 0) != seen:
        raise CodedMeanwhile
    dictionary = selectors.in_use()
    if dictionary is None:
        raise NoDictionary
    term = _current_term(dictionary, llt)
    _require_reason(row, newest, term, reason)
    made = _coding(row, seen + 1, term)
    made.coded_at, made.coded_by = at, actor
    _save(made, reason)
    return made


@transaction.atomic
def move_unchanged(*, to: str, actor: User, at: datetime) -> int:
    """Take over to the version in use every coding that reads the same there; how many.

    ``to`` is the version the person saw. Those of a locked participant stay as they are.

    Raises:
        NotDelegated: the actor codes no events.
        NoDictionary: none is loaded.
        CodedMeanwhile: another version is in use by now.
    """
    access.require(actor, Permission.CODE_EVENTS, at=at)
    dictionary = selectors.in_use()
    if dictionary is None:
        raise NoDictionary
    if dictionary.version != to:
        raise CodedMeanwhile(f"{dictionary} is in use by now: look at what changes in it.")
    moved = 0
    for coding in unchanged(actor, dictionary):
        try:
            code_event(
                event=coding.event,
                llt=coding.code,
                verbatim=coding.verbatim,
                seen=coding.number,
                actor=actor,
                at=at,
            )
        except Locked:
            continue
        moved += 1
    return moved


def _held(event: AdverseEvent, actor: User, at: datetime) -> AdverseEvent:
    """The event, held; refused to whoever may not code it."""
    row = (
        AdverseEvent.objects.select_for_update(of=("self", "participant"))
        .select_related("participant__site")
        .get(pk=event.pk)
    )
    site = row.participant.site
    access.require(actor, Permission.CODE_EVENTS, site=site, at=at)
    withheld = row.category in selectors.withheld_categories()
    if withheld and not access.may_know_arms(actor, site=site):
        raise WordsWithheld
    refuse_locked(participant=row.participant)
    if row.voided:
        raise WrongState("This event was marked as entered in error: it is not coded.")
    return row


def _current_term(dictionary: Dictionary, llt: int) -> Term:
    term = dictionary.lines.filter(code=llt).first()
    if term is None:
        raise NoSuchTerm(f"{dictionary} has no term {llt}.", field="llt")
    if not term.current:
        raise NoSuchTerm(
            f"{term.name} is no longer current in {dictionary}: choose another.", field="llt"
        )
    return term


def _require_reason(event: AdverseEvent, newest: Coding | None, term: Term, reason: str) -> None:
    """Changed words and a newer version are reason enough; anything else is a change of mind."""
    if newest is None or newest.verbatim != event.term:
        return
    if newest.dictionary_id != term.dictionary_id:
        return
    if newest.code == term.code:
        raise WrongState("The event is coded so already.")
    if not reason.strip():
        raise ReasonRequired("Say why it is coded otherwise.", field="reason")


def _coding(event: AdverseEvent, number: int, term: Term) -> Coding:
    return Coding(
        event=event,
        number=number,
        verbatim=event.term,
        dictionary=term.dictionary,
        code=term.code,
        name=term.name,
        pt_code=term.pt_code,
        pt=term.pt,
        soc_code=term.soc_code,
        soc=term.soc,
    )


def _save(made: Coding, reason: str) -> None:
    event = made.event
    # The reason is in free words about an event whose own words the blinded may not read.
    tells = bool(reason.strip() and protocol.current().revealing_categories)
    with act(actor=made.coded_by, at=made.coded_at, reason=reason.strip()):
        made.save(force_insert=True)
        record_event(
            name="ae.coded",
            actor=made.coded_by,
            at=made.coded_at,
            participant=event.participant.code,
            subject=event,
            data={"number": event.number, "dictionary": made.dictionary.version},
            reveals_arm=tells,
        )
