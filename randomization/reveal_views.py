"""Revealing the list at the end: it takes a reason and the password."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from randomization import presenters, selectors, services
from randomization.reveal_forms import ConfirmedForm
from trial.by_password import by_password
from trial.web import StaffRequest, sent, show

T = TypeVar("T")


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
    who: dict[str, Any] = {"actor": request.user, "at": request.at}
    wrong = partial(services.record_wrong_password, act=name, **who)
    return by_password(request, form, act, wrong, **who, **given)
