"""Revealing the list at the end: it takes a reason and the password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth import logout
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from randomization import presenters, selectors, services
from randomization.reveal_forms import ConfirmedForm
from trial.errors import WrongPassword
from trial.web import StaffRequest, attempt, sent, show

T = TypeVar("T")
STOPPED = "The password was wrong three times: you are signed out, and others are told."


def reveal(request: StaffRequest) -> HttpResponse:
    """Lay the list open at the end of the trial."""
    form = ConfirmedForm(sent(request))
    made = confirmed(request, form, services.reveal_list, "reveal")
    if isinstance(made, HttpResponse):
        return made
    if made is not None:
        messages.success(request, "The list is revealed.")
        return redirect("allocation-list")
    context = {
        "sealed": selectors.sealed_list(),
        "revealed": selectors.revealed(),
        "truths": presenters.REVEAL_TRUTHS,
    }
    return show(request, "randomization/reveal.html", context, form)


def revealed(_request: StaffRequest) -> HttpResponse:
    """The revealed list as a file; not found before."""
    found = selectors.revealed()
    if found is None:
        raise Http404
    answer = HttpResponse(found.document, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="allocation-list.json"'
    return answer


def confirmed(
    request: StaffRequest, form: BaseForm, act: Callable[..., T], name: str, **given: Any
) -> T | HttpResponse | None:
    """Do the act, or put the refusal on the form; too many wrong passwords end the session."""
    stopped = False

    def tried(**facts: Any) -> T:
        nonlocal stopped
        try:
            return act(**facts)
        except WrongPassword:
            stopped = services.record_wrong_password(act=name, actor=request.user, at=request.at)
            raise

    made = attempt(form, tried, actor=request.user, at=request.at, **given)
    if stopped:
        logout(request)
        messages.error(request, STOPPED)
        return redirect("sign-in")
    return made
