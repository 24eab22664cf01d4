"""Filing the versions of a safety report: typed once, numbered, hashed, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from safety.models import AdverseEvent, SafetyReport
from safety.models.report import FINAL, FOLLOW_UP, INITIAL, SITE, SPONSOR
from safety.snapshot import Content, Grade, digest
from safety.treatment import doses_of
from safety.wording import label
from trial import access, protocol
from trial.access import NotDelegated, Permission
from trial.clock import age_on
from trial.errors import InvalidAnswers, Locked, WrongDate, WrongState
from trial.locks import refuse_locked
from trial.selectors import consented_on

# What only tells when the sponsor learnt of it is no news about the event.
_NO_NEWS = frozenset({"sponsor_informed_at"})
NEW = "Reported as serious."


@transaction.atomic
def file_report(
    *,
    ae: AdverseEvent,
    news: str,
    actor: User,
    at: datetime,
    final: bool = False,
    received_at: datetime | None = None,
) -> SafetyReport:
    """File the next version of an event's report, as the event stands now.

    The site files what it learnt; the safety desk files what reached it otherwise, with the time
    it was received, which is day 0 of what that information makes due.

    Raises:
        NotDelegated: neither the site nor the safety desk.
        Locked: the participant is locked.
        WrongState: no version of a report was filed.
        WrongDate: received in the future, or before the version before it.
        InvalidAnswers: it does not say what is new.
    """
    event = locked_event(ae)
    site = event.participant.site
    if access.may(actor, Permission.ENTER_SAFETY, site=site, at=at):
        source = SITE
    elif access.may(actor, Permission.ASSESS_SAFETY, site=site, at=at):
        source = SPONSOR
    else:
        raise NotDelegated
    refuse_locked(participant=event.participant)
    last = event.reports.order_by("-number").first()
    if last is None:
        raise WrongState("There is no report to follow up: nothing made this event one to report.")
    when = received_at or at
    if when > at:
        raise WrongDate("It cannot have been received in the future.", field="received_at")
    if when < last.received_at:
        raise WrongDate("It was received after the version before it.", field="received_at")
    kind = FINAL if final else FOLLOW_UP
    return _file(event, kind, source, news.strip(), when, actor=actor, at=at)


def file_what_changed(
    event: AdverseEvent, before: dict[str, Any], *, actor: User, at: datetime
) -> SafetyReport | None:
    """File what the site's save made of an event: the initial report, a follow-up, or nothing.

    Part of the services that save events, inside their transaction.
    """
    last = event.reports.order_by("-number").first()
    if last is None:
        if not event.reportable or event.voided:
            return None
        informed = event.sponsor_informed_at
        when = min(informed, at) if informed else at
        return _file(event, INITIAL, SITE, "", when, actor=actor, at=at)
    after = event.values()
    changed = [item for item in after if after[item] != before.get(item) and item not in _NO_NEWS]
    if event.voided:
        return _file(event, FOLLOW_UP, SITE, "Entered in error.", at, actor=actor, at=at)
    if not changed or not (event.reportable or content_of(last).reportable):
        return None
    news = f"Changed: {', '.join(dict.fromkeys(label(item) for item in changed))}."
    return _file(event, FOLLOW_UP, SITE, news, at, actor=actor, at=at)


def content_of(report: SafetyReport) -> Content:
    """What a version says, with every CIOMS I field the data hold; it tells the arm."""
    return Content.from_json(report.content)


def is_whole(report: SafetyReport) -> bool:
    """Whether a version still has the hash it was filed with."""
    return digest(report.content) == report.sha256


def confirm_receipt(event: AdverseEvent, *, actor: User, at: datetime) -> None:
    """The sponsor confirms that the report reached it: that stops the 24 hours.

    The event then says that the sponsor was informed when the first version stood here. Nothing
    happens where that is said already, or where the participant is locked.
    """
    row = locked_event(event)
    first = row.reports.order_by("number").first()
    if row.sponsor_informed_at is not None or first is None or row.aware_at is None:
        return
    try:
        refuse_locked(participant=row.participant)
    except Locked:
        return
    row.sponsor_informed_at = max(first.received_at, row.aware_at)
    row.version += 1
    with act(actor=actor, at=at, reason="The safety desk has the report"):
        row.save()


def locked_event(ae: AdverseEvent) -> AdverseEvent:
    """The event and its participant, held until the transaction ends."""
    return (
        AdverseEvent.objects.select_for_update(of=("self", "participant"))
        .select_related("participant__site")
        .get(pk=ae.pk)
    )


def _file(
    event: AdverseEvent,
    kind: str,
    source: str,
    news: str,
    received_at: datetime,
    *,
    actor: User,
    at: datetime,
) -> SafetyReport:
    report = SafetyReport(
        event=event,
        number=event.reports.count() + 1,
        kind=kind,
        source=source,
        news=news,
        received_at=received_at,
        zone=protocol.current().safety.zone,
        filed_at=at,
        filed_by=actor,
        event_version=event.version,
        causality=event.causality,
        serious=event.serious and not event.voided,
        grave=event.grave and not event.voided,
    )
    report.content = _content(report, event).as_json()
    report.sha256 = digest(report.content)
    _check(report)
    with act(actor=actor, at=at):
        report.save()
        record_event(
            name="report.filed",
            actor=actor,
            at=at,
            participant=event.participant.code,
            subject=report,
            data={"number": event.number, "version": report.number},
            reveals_arm=bool(protocol.current().revealing_categories),
        )
    return report


def _check(report: SafetyReport) -> None:
    try:
        report.full_clean()
    except ValidationError as error:
        raise InvalidAnswers(" ".join(error.messages), field="news") from error


def _content(report: SafetyReport, event: AdverseEvent) -> Content:
    return Content(
        **_heading(report, event), **_of_person(event), **_of_event(event), **_given(event)
    )


def _heading(report: SafetyReport, event: AdverseEvent) -> dict[str, Any]:
    plan = protocol.current()
    return {
        "control_number": f"{plan.code}-{event.participant.code}-{event.number}",
        "number": report.number,
        "kind": report.kind,
        "source": report.source,
        "news": report.news,
        "received_at": _utc(report.received_at),
        "zone": report.zone,
        "trial": plan.title,
        "registry_id": plan.registry_id,
        "protocol_version": plan.version,
    }


def _of_person(event: AdverseEvent) -> dict[str, Any]:
    participant = event.participant
    death = getattr(participant, "death", None)
    consented = consented_on(participant)
    return {
        "participant": participant.code,
        "site": participant.site.code,
        "country": participant.site.country,
        "sex": participant.sex,
        "age": age_on(participant.year_of_birth, event.onset_date.earliest),
        "included_on": "" if consented is None else consented.isoformat(),
        "index_event": protocol.current().index_event,
        "index_on": participant.index_on.isoformat(),
        "died_on": "" if death is None else death.died_on,
        "cause_of_death": "" if death is None else death.cause,
    }


def _of_event(event: AdverseEvent) -> dict[str, Any]:
    special = ("special", "pregnancy_ended", "pregnancy_outcome")
    first = ("term", "category", "onset", "end", "scale", "severity", "serious", "serious_on")
    then = ("causality", "action", "outcome", "aware_zone", "narrative", "voided", "void_reason")
    changes = event.grade_changes.filter(voided=False)
    return {
        **{name: getattr(event, name) for name in (*first, *special, *then, "criteria")},
        "event": event.number,
        "category_words": protocol.current().ae_categories.get(event.category, event.category),
        "grades": tuple(Grade(one.was, one.became, one.since) for one in changes),
        "aware_at": _utc(event.aware_at),
    }


def _given(event: AdverseEvent) -> dict[str, Any]:
    plan = protocol.current().safety
    return {
        "product": plan.product,
        "doses": doses_of(event.participant_id),
        "route": plan.route,
        "indication": plan.indication,
        "manufacturer": plan.manufacturer,
    }


def _utc(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
