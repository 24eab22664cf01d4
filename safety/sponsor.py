"""What the safety desk does: assess, submit, name what is expected, record an urgent measure."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import Max

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from audit.models import AuditedModel
from safety.models import (
    AdverseEvent,
    Proof,
    ReferenceSafetyInformation,
    SafetyReport,
    SponsorAssessment,
    Submission,
    UrgentMeasure,
)
from safety.reports import confirm_receipt, locked_event
from trial import access, protocol
from trial.access import Permission
from trial.errors import InvalidAnswers, ReasonRequired, Stale, WrongDate, WrongState
from trial.models import Site

PROOF_LIMIT = 10_000_000  # bytes


@transaction.atomic
def assess(
    *,
    report: SafetyReport,
    causality: str,
    expectedness: str,
    reference: ReferenceSafetyInformation,
    comment: str = "",
    actor: User,
    at: datetime,
) -> SponsorAssessment:
    """Add the sponsor's opinion of the newest version; whether it is a SUSAR follows from it.

    It also confirms that the report reached the sponsor.

    Raises:
        NotDelegated: not the safety desk.
        Stale: a newer version was filed meanwhile.
        InvalidAnswers: lower than the investigator's causality, or not one of the answers.
    """
    event = locked_event(report.event)
    access.require(actor, Permission.ASSESS_SAFETY, site=event.participant.site, at=at)
    if event.reports.filter(number__gt=report.number).exists():
        raise Stale("A newer version of this report was filed meanwhile: read and assess that one.")
    made = SponsorAssessment(
        report=report,
        number=report.assessments.count() + 1,
        investigator_causality=report.causality,
        causality=causality,
        expectedness=expectedness,
        reference=reference,
        comment=comment.strip(),
        assessed_at=at,
        assessed_by=actor,
    )
    _keep(made, "report.assessed", event, actor=actor, at=at)
    if made.susar:
        with act(actor=actor, at=at):
            _tell("susar.found", made, event, actor=actor, at=at)
    confirm_receipt(event, actor=actor, at=at)
    return made


@transaction.atomic
def submit(
    *,
    report: SafetyReport | None = None,
    measure: UrgentMeasure | None = None,
    recipient_kind: str,
    recipient: str,
    submitted_at: datetime,
    reference: str,
    proof_name: str,
    proof: bytes,
    complete: bool = False,
    actor: User,
    at: datetime,
) -> Submission:
    """Record that a report or an urgent measure was sent to somebody, with the proof.

    Raises:
        NotDelegated: not the safety desk.
        WrongState: the measure was entered in error.
        WrongDate: in the future, or before the sponsor knew of it.
        InvalidAnswers: no proof, one that is too large, or something is left out.
    """
    event = None if report is None else locked_event(report.event)
    site = None if event is None else event.participant.site
    access.require(actor, Permission.ASSESS_SAFETY, site=site, at=at)
    _refuse_time(report, measure, submitted_at, at)
    made = Submission(
        report=report,
        measure=measure,
        recipient_kind=recipient_kind,
        recipient=recipient.strip(),
        submitted_at=submitted_at,
        zone=protocol.current().safety.zone,
        reference=reference.strip(),
        complete=complete,
        proof=Proof(),
        proof_sha256=_hash_of(proof),
        submitted_by=actor,
    )
    _refuse_wrong(made, exclude={"proof"})
    made.proof = Proof.objects.create(
        name=proof_name[-120:] or "proof", sha256=made.proof_sha256, content=proof
    )
    _keep(made, "report.submitted" if report else "measure.submitted", event, actor=actor, at=at)
    return made


@transaction.atomic
def void_submission(*, submission: Submission, reason: str, actor: User, at: datetime) -> None:
    """Mark a submission that was entered in error: it meets no clock any more.

    Raises:
        NotDelegated: not the safety desk.
        WrongState: it is marked already.
        ReasonRequired: no reason given.
    """
    access.require(actor, Permission.ASSESS_SAFETY, at=at)
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if row.voided:
        raise WrongState("This submission is marked as entered in error already.")
    if not reason.strip():
        raise ReasonRequired("Say why the submission was entered in error.", field="void_reason")
    row.voided, row.void_reason = True, reason.strip()[:200]
    event = None if row.report is None else row.report.event
    _keep(row, "submission.voided", event, actor=actor, at=at, reason=reason.strip())


@transaction.atomic
def record_reference(
    *,
    version: str,
    title: str,
    in_force_from: date,
    terms: str = "",
    sha256: str = "",
    actor: User,
    at: datetime,
) -> ReferenceSafetyInformation:
    """Add a version of the reference safety information; none is ever changed.

    Raises:
        NotDelegated: not the safety desk.
        InvalidAnswers: the version or its first day is taken, or something is left out.
    """
    access.require(actor, Permission.ASSESS_SAFETY, at=at)
    made = ReferenceSafetyInformation(
        version=version.strip(),
        title=title.strip(),
        in_force_from=in_force_from,
        terms=terms.strip(),
        sha256=sha256.strip().lower(),
    )
    _keep(made, "reference.recorded", None, actor=actor, at=at)
    return made


@transaction.atomic
def record_measure(
    *,
    measure: str,
    why: str,
    taken_at: datetime,
    site: Site | None = None,
    event: AdverseEvent | None = None,
    actor: User,
    at: datetime,
) -> UrgentMeasure:
    """Record an urgent safety measure, from which the days to notify it run.

    Raises:
        NotDelegated: not the safety desk.
        WrongDate: taken in the future.
        InvalidAnswers: what was done, or why, is left out.
    """
    access.require(actor, Permission.ASSESS_SAFETY, at=at)
    if taken_at > at:
        raise WrongDate("It cannot have been taken in the future.", field="taken_at")
    last = UrgentMeasure.objects.aggregate(last=Max("number"))["last"] or 0
    made = UrgentMeasure(
        number=last + 1,
        site=site,
        event=event,
        taken_at=taken_at,
        zone=protocol.current().safety.zone,
        measure=measure.strip(),
        why=why.strip(),
    )
    _keep(made, "measure.recorded", event, actor=actor, at=at)
    return made


@transaction.atomic
def void_measure(*, measure: UrgentMeasure, reason: str, actor: User, at: datetime) -> None:
    """Mark an urgent measure that was entered in error: its clock ends, the number stays taken.

    Raises:
        NotDelegated: not the safety desk.
        WrongState: it is marked already.
        ReasonRequired: no reason given.
    """
    access.require(actor, Permission.ASSESS_SAFETY, at=at)
    row = _held(measure)
    if row.voided:
        raise WrongState("This measure is marked as entered in error already.")
    if not reason.strip():
        raise ReasonRequired("Say why the measure was entered in error.", field="void_reason")
    row.voided, row.void_reason = True, reason.strip()[:200]
    _keep(row, "measure.voided", row.event, actor=actor, at=at, reason=reason.strip())


def reference_for(onset: date) -> ReferenceSafetyInformation | None:
    """The version in force on a day; the oldest for a day before all of them."""
    known = ReferenceSafetyInformation.objects
    found = known.filter(in_force_from__lte=onset).order_by("-in_force_from").first()
    return found or known.order_by("in_force_from").first()


def _held(measure: UrgentMeasure) -> UrgentMeasure:
    """The measure as it is now, held until the transaction ends."""
    return UrgentMeasure.objects.select_for_update(of=("self",)).get(pk=measure.pk)


def _hash_of(proof: bytes) -> str:
    if not proof or len(proof) > PROOF_LIMIT:
        raise InvalidAnswers("Attach the proof: a file of at most 10 MB.", field="proof")
    return hashlib.sha256(proof).hexdigest()


def _refuse_void(measure: UrgentMeasure | None) -> None:
    if measure is not None and _held(measure).voided:
        raise WrongState("This measure was entered in error: there is nothing to notify.")


def _refuse_time(
    report: SafetyReport | None,
    measure: UrgentMeasure | None,
    submitted_at: datetime,
    at: datetime,
) -> None:
    _refuse_void(measure)
    if submitted_at > at:
        raise WrongDate("It cannot have been sent in the future.", field="submitted_at")
    known = report.received_at if report else measure.taken_at if measure else None
    if known is not None and submitted_at < known:
        raise WrongDate("It cannot have been sent before it was known.", field="submitted_at")


def _keep(
    row: AuditedModel,
    name: str,
    event: AdverseEvent | None,
    *,
    actor: User,
    at: datetime,
    reason: str = "",
) -> None:
    _refuse_wrong(row)
    with act(actor=actor, at=at, reason=reason):
        row.save()
        _tell(name, row, event, actor=actor, at=at)


def _tell(
    name: str, row: models.Model, event: AdverseEvent | None, *, actor: User, at: datetime
) -> None:
    """One line of the log; only the treated can have a related event, so it tells an arm."""
    record_event(
        name=name,
        actor=actor,
        at=at,
        participant="" if event is None else event.participant.code,
        subject=row,
        data={} if event is None else {"number": event.number},
        reveals_arm=event is not None,
    )


def _refuse_wrong(row: models.Model, exclude: set[str] | None = None) -> None:
    """The database's own rules, asked of it; the first sentence, beside its item."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        item, wrong = next(iter(error.error_dict.items()))
        field = str(wrong[0].code) if item == NON_FIELD_ERRORS else item
        raise InvalidAnswers(" ".join(wrong[0].messages), field=field) from error
