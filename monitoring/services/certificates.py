"""Raters' certificates: recorded once, never changed; a renewal is another one."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from monitoring.models.certificate import Certificate
from trial import access, protocol
from trial.access import Permission
from trial.errors import WrongState


@transaction.atomic
def record_certificate(
    *,
    person: User,
    form: str,
    valid_from: date,
    valid_to: date,
    issued_by: str,
    actor: User,
    at: datetime,
) -> Certificate:
    """Take down who may rate an instrument, and until when.

    Raises:
        NotDelegated: the actor does not record certificates.
        WrongState: no certificate is asked for this form.
        ValidationError: the dates, or the same certificate twice.
    """
    access.require(actor, Permission.CERTIFY, at=at)
    if form not in protocol.current().certified_forms:
        raise WrongState("The protocol asks for no certificate for this form.", field="form")
    row = Certificate(
        person=person,
        form=form,
        valid_from=valid_from,
        valid_to=valid_to,
        issued_by=issued_by.strip(),
    )
    with act(actor=actor, at=at):
        row.full_clean()
        row.save()
        record_event(
            name="certificate.recorded",
            actor=actor,
            at=at,
            subject=row,
            data={"form": form, "valid_to": valid_to.isoformat()},
        )
    return row
