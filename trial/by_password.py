"""Acts that take the password again: a wrong one is counted, and too many end the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth import logout
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect

from trial.errors import WrongPassword
from trial.web import StaffRequest, attempt

T = TypeVar("T")
STOPPED = (
    "The password was wrong three times: you are signed out, and the monitor, the "
    "data manager and the administrator are told."
)


def by_password(
    request: StaffRequest,
    form: BaseForm,
    act: Callable[..., T],
    wrong: Callable[[], bool],
    **given: Any,
) -> T | HttpResponse | None:
    """Do the act, or put the refusal on the form; an answer instead where the session ended.

    ``wrong`` logs a wrong password, after the act has been rolled back, and says whether it was
    one too many.
    """
    stopped = False

    def tried(**facts: Any) -> T:
        nonlocal stopped
        try:
            return act(**facts)
        except WrongPassword:
            stopped = wrong()
            raise

    made = attempt(form, tried, **given)
    if stopped:
        logout(request)
        messages.error(request, STOPPED)
        return redirect("sign-in")
    return made
