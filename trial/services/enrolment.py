"""From the screening log to an enrolled participant."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from audit.acts import act
from audit.errors import Refused
from audit.events import record_event
from trial import access, protocol
from trial.access import Permission
from trial.clock import day_at
from trial.errors import NotEnrolling, WrongDate, WrongState
from trial.identifiers import participant_code
from trial.locks import refuse_locked
from trial.models import Consent, Participant, ScreeningEntry, Site
from trial.services.visits import open_visits


def _not_in_future(day: date, site: Site, at: datetime, what: str) -> None:
    if day > day_at(at, site):
        raise WrongDate(f"{what} cannot be in the future.")


@transaction.atomic
def log_screening(
    *,
    site: Site,
    screened_on: date,
    sex: str,
    year_of_birth: int,
    index_on: date,
    actor: User,
    at: datetime,
) -> ScreeningEntry:
    """Note that someone was approached.

    Raises:
        NotDelegated: the actor does not screen at this site.
        Locked: the trial is locked.
        WrongDate: a date in the future.
    """
    access.require(actor, Permission.SCREEN, site=site, at=at)
    _not_in_future(screened_on, site, at, "The screening date")
    refuse_locked()
    locked = Site.objects.select_for_update().get(pk=site.pk)
    last = locked.screening.aggregate(last=Max("number"))["last"] or 0
    entry = ScreeningEntry(
        site=locked,
        number=last + 1,
        screened_on=screened_on,
        sex=sex,
        year_of_birth=year_of_birth,
        index_on=index_on,
    )
    with act(actor=actor, at=at):
        entry.full_clean(exclude=["participant"])
        entry.save()
        record_event(name="screening.logged", actor=actor, at=at, subject=entry)
    return entry


@transaction.atomic
def close_screening(
    *, entry: ScreeningEntry, outcome: str, reason: str, note: str, actor: User, at: datetime
) -> ScreeningEntry:
    """Say that, and why, an approached person does not enter the trial.

    Raises:
        NotDelegated: the actor does not screen at this site.
        Locked: the trial is locked.
        WrongState: the entry has an outcome already.
    """
    access.require(actor, Permission.SCREEN, site=entry.site, at=at)
    refuse_locked()
    row = ScreeningEntry.objects.select_for_update().get(pk=entry.pk)
    if row.outcome != "pending":
        raise WrongState("This person's screening is closed already.")
    if reason not in protocol.current().screen_failures:
        raise Refused(
            "Choose a reason from the list.", code="unknown-reason", field="reason", status=422
        )
    row.outcome, row.reason, row.note = outcome, reason, note
    with act(actor=actor, at=at):
        row.full_clean()
        row.save()
        record_event(name="screening.closed", actor=actor, at=at, subject=row)
    return row


def check_consent(participant: Participant, version: str, day: date, at: datetime) -> None:
    """Refuse a sheet that does not exist, or a day before the index event or in the future.

    Raises:
        Refused, WrongDate: as the sentence says.
    """
    _not_in_future(day, participant.site, at, "The date of consent")
    _check_consent(participant, version, day)


def _check_consent(participant: Participant, version: str, consented_on: date) -> None:
    if version not in {consent.code for consent in protocol.current().consents}:
        raise Refused(
            "This consent version does not exist.",
            code="unknown-version",
            field="version",
            status=422,
        )
    if consented_on < participant.index_on:
        raise WrongDate("Consent comes after the index event.", field="consented_on")


def _consent(
    participant: Participant, version: str, given_by: str, consented_on: date, actor: User
) -> Consent:
    _check_consent(participant, version, consented_on)
    return Consent(
        participant=participant,
        version=version,
        given_by=given_by,
        consented_on=consented_on,
        obtained_by=actor,
    )


@transaction.atomic
def enrol(
    *,
    entry: ScreeningEntry,
    version: str,
    given_by: str,
    consented_on: date,
    actor: User,
    at: datetime,
) -> Participant:
    """Record the consent: the person becomes a participant with a code and planned visits.

    Raises:
        NotDelegated, Locked: as the sentence says.
        NotEnrolling: the site was not active on the day.
        WrongState: the screening is closed.
        WrongDate: consent before the index event or in the future.
    """
    access.require(actor, Permission.OBTAIN_CONSENT, site=entry.site, at=at)
    refuse_locked()
    row = ScreeningEntry.objects.select_for_update().get(pk=entry.pk)
    site = Site.objects.select_for_update().get(pk=row.site_id)
    if row.outcome != "pending":
        raise WrongState("This person's screening is closed already.")
    if site.activated_on is None or site.activated_on > consented_on:
        raise NotEnrolling
    _not_in_future(consented_on, site, at, "The date of consent")
    participant = _new_participant(site, row)
    with act(actor=actor, at=at):
        participant.full_clean()
        participant.save()
        consent = _consent(participant, version, given_by, consented_on, actor)
        consent.full_clean()
        consent.save()
        row.outcome, row.participant = "consented", participant
        row.save()
        _plan_visits(participant, actor, at)
        record_event(
            name="participant.enrolled",
            actor=actor,
            at=at,
            participant=participant.code,
            subject=participant,
            data={"consent": version},
        )
    return participant


def _new_participant(site: Site, entry: ScreeningEntry) -> Participant:
    number = (site.participants.aggregate(last=Max("number"))["last"] or 0) + 1
    return Participant(
        site=site,
        number=number,
        code=participant_code(site.code, number),
        sex=entry.sex,
        year_of_birth=entry.year_of_birth,
        index_on=entry.index_on,
    )


def _plan_visits(participant: Participant, actor: User, at: datetime) -> None:
    """Plan the visits every arm has; an arm's own visits are opened by the randomization."""
    plans = [
        plan for plan in protocol.current().visits if not plan.reveals_arm and not plan.repeatable
    ]
    open_visits(
        participant=participant, plans=plans, anchor=participant.index_on, actor=actor, at=at
    )


@transaction.atomic
def add_consent(
    *,
    participant: Participant,
    version: str,
    given_by: str,
    consented_on: date,
    actor: User,
    at: datetime,
) -> Consent:
    """Record consent to another version, or the confirmation of an emergency inclusion.

    Raises:
        NotDelegated: the actor does not obtain consent at this site.
        Locked: the participant is locked.
        WrongDate: consent before the index event or in the future.
    """
    access.require(actor, Permission.OBTAIN_CONSENT, site=participant.site, at=at)
    refuse_locked(participant=participant)
    _not_in_future(consented_on, participant.site, at, "The date of consent")
    consent = _consent(participant, version, given_by, consented_on, actor)
    with act(actor=actor, at=at):
        consent.full_clean()
        consent.save()
        record_event(
            name="consent.recorded",
            actor=actor,
            at=at,
            participant=participant.code,
            subject=consent,
            data={"consent": version},
        )
    return consent


def mark_randomized(
    *, participant: Participant, stratum: str, on: date, actor: User, at: datetime
) -> Participant:
    """Note day and stratum of the randomization; called by ``randomize`` in its transaction."""
    participant.randomized_on = on
    participant.stratum = stratum
    with act(actor=actor, at=at):
        participant.save(update_fields=["randomized_on", "stratum"])
    return participant
