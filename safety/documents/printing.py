"""Taking a report away, on paper or as a message: made from what was filed, always in the log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.events import record_event
from safety.documents import annual_files, narrative
from safety.documents.annual import Period, annual
from safety.documents.case import Case
from safety.documents.cioms import fields
from safety.documents.codes import code_of
from safety.documents.icsr import icsr
from safety.models import SafetyReport, SponsorAssessment
from safety.reports import content_of, is_whole
from trial import access, protocol
from trial.access import Permission
from trial.documents import environment_mark, make_document
from trial.errors import WrongState


@transaction.atomic
def print_cioms(*, report: SafetyReport, actor: User, at: datetime) -> bytes:
    """The CIOMS I form of this version as PDF/A, with the sponsor's newest opinion of it.

    The same version and opinion give the same bytes. It tells who received the product.

    Raises:
        NotDelegated: the actor does not read the safety desk.
        WrongState: the version is not what was filed.
    """
    opinion = _opinion_of(report, actor, at)
    pdf = make_document(
        "cioms",
        title=f"CIOMS I: {_named(report)}",
        data=fields(report, opinion),
        at=made_at(report, opinion),
    )
    _note("report.printed", report, actor, at)
    return pdf


@transaction.atomic
def print_narrative(*, report: SafetyReport, actor: User, at: datetime) -> bytes:
    """The narrative of this version as PDF/A, with the sponsor's newest opinion of it.

    The same version and opinion give the same bytes. It tells who received the product.

    Raises:
        NotDelegated: the actor does not read the safety desk.
        WrongState: the version is not what was filed.
    """
    opinion = _opinion_of(report, actor, at)
    versions = [*report.event.reports.filter(number__lte=report.number).order_by("number")]
    pdf = make_document(
        "plain",
        title=f"Narrative: {_named(report)}",
        data={"parts": narrative.parts(report, opinion, versions)},
        at=made_at(report, opinion),
    )
    _note("narrative.printed", report, actor, at)
    return pdf


@transaction.atomic
def make_icsr(*, report: SafetyReport, actor: User, at: datetime) -> bytes:
    """The E2B(R3) message of this version as XML, with the sponsor's newest opinion of it.

    The same version, opinion and code give the same bytes. It tells who received the product.

    Raises:
        NotDelegated: the actor does not read the safety desk.
        WrongState: the version is not what was filed, or the protocol names no sender.
    """
    opinion = _opinion_of(report, actor, at)
    plan = protocol.current()
    content = content_of(report)
    if not plan.safety.sender_id or not content.product:
        raise WrongState(
            "The protocol names no sender and receiver of electronic reports, or no product. "
            "Send the CIOMS I form instead."
        )
    case = Case(
        report=report,
        content=content,
        opinion=opinion,
        code=code_of(report),
        plan=plan.safety,
        study=plan.code,
        first_received=report.event.reports.get(number=1).received_at,
        made=made_at(report, opinion),
        real=not environment_mark(),
    )
    made = icsr(case)
    _note("icsr.made", report, actor, at)
    return made


@transaction.atomic
def take_annual(*, name: str, form: str, period: Period, actor: User, at: datetime) -> bytes:
    """One annex of the annual report as PDF/A or CSV (``annual_files``).

    The same data give the same bytes. It tells who received the product.

    Raises:
        NotDelegated: the actor does not read the safety desk.
        WrongDate: no such period.
        WrongState: a version is not what was filed.
    """
    access.require(actor, Permission.READ_DESK, at=at)
    found = annual(period, at=at)
    made = annual_files.pdf(name, found) if form == "pdf" else annual_files.csv(name, found)
    days = {"birth": period.birth, "first": period.first, "last": period.last}
    record_event(
        name="annual.taken",
        actor=actor,
        at=at,
        data={"name": name, "form": form, **{what: one.isoformat() for what, one in days.items()}},
        reveals_arm=True,
    )
    return made


def made_at(report: SafetyReport, opinion: SponsorAssessment | None) -> datetime:
    """The instant a document belongs to: that of the newest thing it says."""
    return max(report.filed_at, opinion.assessed_at) if opinion else report.filed_at


def _opinion_of(report: SafetyReport, actor: User, at: datetime) -> SponsorAssessment | None:
    """The sponsor's newest opinion of a version, once the actor and the version are checked."""
    access.require(actor, Permission.READ_DESK, at=at)
    _refuse_changed(report)
    return report.assessments.select_related("reference").order_by("-number").first()


def _refuse_changed(report: SafetyReport) -> None:
    if not is_whole(report):
        raise WrongState(
            f"Version {report.number} is not what was filed: its hash differs. No document was "
            "made. Call whoever runs the server."
        )


def _named(report: SafetyReport) -> str:
    return f"{report.content['control_number']}, version {report.number}"


def _note(name: str, report: SafetyReport, actor: User, at: datetime) -> None:
    record_event(
        name=name,
        actor=actor,
        at=at,
        participant=report.event.participant.code,
        subject=report,
        data={"number": report.event.number, "version": report.number},
        reveals_arm=True,
    )
