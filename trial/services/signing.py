"""A signature is made by giving the password again (21 CFR 11.200)."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from audit.events import record_event
from trial.errors import WrongPassword
from trial.models import Participant


def prove_password(*, actor: User, password: str, at: datetime, participant: Participant) -> None:
    """Make sure the signer is the person signed in.

    The failed attempt is carried by the error to the view, which logs it outside the rolled-back
    transaction (``record_failed_signing``).

    Raises:
        WrongPassword: the password is wrong.
    """
    if not actor.check_password(password):
        raise WrongPassword(field="password", details={"participant": participant.code, "at": at})


def record_failed_signing(*, actor: User, participant: Participant, at: datetime) -> None:
    """Log that a signature was refused for a wrong password."""
    record_event(
        name="signature.refused",
        actor=actor,
        at=at,
        participant=participant.code,
        subject=participant,
    )
