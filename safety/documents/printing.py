"""Taking a report away on paper: made from the version filed, and each time in the log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.events import record_event
from safety.documents.cioms import fields
from safety.models import SafetyReport
from safety.reports import is_whole
from trial import access
from trial.access import Permission
from trial.documents import make_document
from trial.errors import WrongState


@transaction.atomic
def print_cioms(*, report: SafetyReport, actor: User, at: datetime) -> bytes:
    """The CIOMS I form of this version as PDF/A, with the sponsor's newest opinion of it.

    The same version and opinion give the same bytes. It tells who received the product.

    Raises:
        NotDelegated: the actor does not read the safety desk.
        WrongState: the version is not what was filed.
    """
    access.require(actor, Permission.READ_DESK, at=at)
    if not is_whole(report):
        raise WrongState(
            "This version is not what was filed: its hash differs. No form was made. Call "
            "whoever runs the server."
        )
    opinion = report.assessments.select_related("reference").order_by("-number").first()
    made_at = max(report.filed_at, opinion.assessed_at) if opinion else report.filed_at
    pdf = make_document(
        "cioms",
        title=f"CIOMS I: {report.content['control_number']}, version {report.number}",
        data=fields(report, opinion),
        at=made_at,
    )
    record_event(
        name="report.printed",
        actor=actor,
        at=at,
        participant=report.event.participant.code,
        subject=report,
        data={"number": report.event.number, "version": report.number},
        reveals_arm=True,
    )
    return pdf
