"""Acts on the list that take the password again."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from trial.errors import WrongPassword
from trial.services.passwords import count_wrong_password


def confirm(actor: User, password: str) -> None:
    """Make sure that whoever asks is the person signed in.

    Raises:
        WrongPassword: the password is wrong; the view notes it (``record_wrong_password``).
    """
    if not actor.check_password(password):
        raise WrongPassword("The password is not right. Nothing was done.", field="password")


def record_wrong_password(*, act: str, actor: User, at: datetime) -> bool:
    """Log that an act on the list was refused for it; whether it was one too many."""
    return count_wrong_password(name="list.refused", actor=actor, at=at, data={"act": act})
