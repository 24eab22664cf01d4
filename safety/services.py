"""Reporting an adverse event, amending it, and marking one that was entered in error."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from safety import rules
from safety.alerts.saes import tell_of_event
from safety.course import grade_findings
from safety.dates import date_findings
from safety.duplicates import refuse_alike
from safety.models import ITEMS, AdverseEvent
from safety.reports import file_what_changed
from safety.rules import Finding
from trial import access, protocol
from trial.access import Permission
from trial.errors import InvalidAnswers, ReasonRequired, Stale, WrongState
from trial.locks import refuse_locked
from trial.models import Participant


class Answers(TypedDict, total=False):
    """What a person can say about an event; dates are partial, times have a zone.

    ``criteria`` holds the codes of the criteria of seriousness that are met, and may be empty.
    Where ``serious`` is left out it follows from them; where it is given it must agree.
    """

    term: str
    category: str
    onset: str
    end: str
    severity: str
    serious: bool
    criteria: Collection[str]
    serious_on: str
    special: str
    pregnancy_ended: str
    pregnancy_outcome: str
    causality: str
    action: str
    outcome: str
    aware_at: datetime | None
    sponsor_informed_at: datetime | None
    narrative: str


@transaction.atomic
def report_ae(
    *,
    participant: Participant,
    actor: User,
    at: datetime,
    distinct: bool = False,
    **answers: Unpack[Answers],
) -> AdverseEvent:
    """Report a new adverse event; it gets the participant's next number.

    An onset before the consent is kept: what happened, happened. ``distinct`` says that it is
    another event than the like ones reported already.

    Raises:
        NotDelegated: the actor does not record adverse events at this site.
        Locked: the participant is locked.
        InvalidAnswers: ``details["findings"]`` has a sentence for each item that cannot be right.
        LooksLikeOne: a like event began near this one's onset, and nobody said that it is another.
    """
    access.require(actor, Permission.ENTER_SAFETY, site=participant.site, at=at)
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=participant.pk)
    )
    refuse_locked(participant=row)
    last = AdverseEvent.objects.filter(participant=row).aggregate(last=Max("number"))["last"]
    event = AdverseEvent(participant=row, number=(last or 0) + 1)
    _fill(event, answers)
    refuse_what_cannot_be(event, at, new_category=True)
    if not distinct:
        days = protocol.current().safety.duplicate_days
        refuse_alike(event, AdverseEvent.objects.filter(participant=row), days)
    names = ["ae.reported", *_newly(event, {})]
    return save_event(event, names, {}, actor=actor, at=at, reason="")


@transaction.atomic
def amend_ae(
    *,
    ae: AdverseEvent,
    version: int,
    actor: User,
    at: datetime,
    reason: str = "",
    **answers: Unpack[Answers],
) -> AdverseEvent:
    """Change or complete an event; what is not given stays as it is.

    ``version`` is the version the person saw. Filling a blank needs no reason. An event that
    becomes serious is the same event, reported as an SAE from now on.

    Raises:
        NotDelegated, Locked: as the sentence says.
        Stale: somebody saved meanwhile; ``details`` has their answers and version.
        WrongState: the event was entered in error.
        InvalidAnswers: ``details["findings"]`` has a sentence for each item that cannot be right.
        ReasonRequired: a saved answer changes and no reason is given.
    """
    event = locked_for_change(ae, version, actor, at)
    before = event.values()
    _fill(event, answers)
    refuse_what_cannot_be(event, at, new_category=event.category != before["category"])
    after = event.values()
    _require_reason(before, after, reason)
    if before == after:
        return event
    event.version += 1
    names = ["ae.amended", *_newly(event, before)]
    return save_event(event, names, before, actor=actor, at=at, reason=reason)


@transaction.atomic
def void_ae(
    *, ae: AdverseEvent, version: int, reason: str, actor: User, at: datetime
) -> AdverseEvent:
    """Mark an event that was entered in error; it stays in the trail and keeps its number.

    Raises:
        NotDelegated, Locked, Stale: as the sentence says.
        WrongState: it is marked already.
        ReasonRequired: no reason given.
    """
    event = locked_for_change(ae, version, actor, at)
    if not reason.strip():
        raise ReasonRequired("Say why the event was entered in error.", field="void_reason")
    event.voided, event.void_reason = True, reason.strip()[:200]
    event.version += 1
    return save_event(event, ["ae.voided"], event.values(), actor=actor, at=at, reason=reason)


def locked_for_change(ae: AdverseEvent, version: int, actor: User, at: datetime) -> AdverseEvent:
    """The event, held; refused to whoever may not change it, and where it changed meanwhile."""
    event = (
        AdverseEvent.objects.select_for_update(of=("self", "participant"))
        .select_related("participant__site")
        .get(pk=ae.pk)
    )
    access.require(actor, Permission.ENTER_SAFETY, site=event.participant.site, at=at)
    refuse_locked(participant=event.participant)
    if event.version != version:
        raise Stale(details={"answers": event.values(), "version": event.version})
    if event.voided:
        raise WrongState("This event was marked as entered in error: report a new one.")
    return event


def _require_reason(before: Mapping[str, Any], after: Mapping[str, Any], reason: str) -> None:
    changed = [item for item in ITEMS if before[item] not in (None, "", after[item])]
    if changed and not reason.strip():
        raise ReasonRequired(field="reason", details={"changed": changed})


def columns_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as columns of the table, text without blanks around it.

    Raises:
        TypeError: an answer to something that is not asked.
        ValueError: a criterion of seriousness there is not.
    """
    columns = dict(answers)
    criteria = columns.pop("criteria", None)
    if criteria is not None:
        columns.setdefault("serious", rules.is_serious(criteria))
        columns |= {f"criterion_{code}": code in criteria for code in rules.CRITERIA}
    if not set(columns) <= set(ITEMS):
        raise TypeError(f"An adverse event has no {sorted(set(columns) - set(ITEMS))}.")
    return {
        item: value.strip() if isinstance(value, str) else value for item, value in columns.items()
    }


def _newly(event: AdverseEvent, before: Mapping[str, Any]) -> list[str]:
    """The acts of what an event has just become: serious, a special situation, or neither."""
    special = rules.is_reportable(serious=False, special=event.special)
    was = before.get("special", rules.NO_SPECIAL)
    return [
        *["sae.reported"] * (event.serious and not before.get("serious", False)),
        *["special.reported"] * (special and event.special != was),
    ]


def _fill(event: AdverseEvent, answers: Mapping[str, Any]) -> None:
    for item, value in columns_of(answers).items():
        setattr(event, item, value)
    aware = event.aware_at is not None
    if event._state.adding:
        event.scale = protocol.current().safety.grading
    if not event.serious:
        event.serious_on = ""
    event.aware_zone = (event.aware_zone or event.participant.site.timezone) if aware else ""


def refuse_what_cannot_be(event: AdverseEvent, at: datetime, *, new_category: bool = False) -> None:
    """The database's own rules first, asked of it; then what one row alone cannot tell."""
    findings: list[Finding] = []
    if new_category and event.category not in protocol.current().ae_categories:
        findings.append(Finding("CATEGORY", "category", "Choose a category from the list."))
    findings += date_findings(event, at)
    findings += grade_findings(event)
    try:
        event.full_clean(exclude={finding.item for finding in findings})
    except ValidationError as error:
        findings += _findings(error)
    first = {finding.item: finding for finding in reversed(findings)}
    if first:
        raise InvalidAnswers(details={"findings": [*first.values()], "missing": []})


def _findings(error: ValidationError) -> list[Finding]:
    """What Django found, each beside its item: a constraint says in its code which that is."""
    return [
        Finding("ROW", str(one.code) if item == NON_FIELD_ERRORS else item, " ".join(one.messages))
        for item, wrong in error.error_dict.items()
        for one in wrong
    ]


def save_event(
    event: AdverseEvent,
    names: list[str],
    before: dict[str, Any],
    *,
    actor: User,
    at: datetime,
    reason: str,
) -> AdverseEvent:
    """Save an event, tell the log under each name, and file what a safety report must say of it."""
    # The reason is in free words about an event whose own words the blinded may not read.
    tells = bool(reason.strip() and protocol.current().revealing_categories)
    with act(actor=actor, at=at, reason=reason.strip()):
        event.save()
        for name in names:
            record_event(
                name=name,
                actor=actor,
                at=at,
                participant=event.participant.code,
                subject=event,
                data={"number": event.number, "version": event.version},
                # Only the treated can have an overdose.
                reveals_arm=tells or name == "special.reported",
            )
        file_what_changed(event, before, actor=actor, at=at)
        if "sae.reported" in names:
            tell_of_event("sae", event, actor=actor, at=at)
        elif "special.reported" in names:
            tell_of_event("special", event, actor=actor, at=at)
    return event
