"""Signing a whole visit or a casebook, and reading both as they would be printed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render

from trial import services
from trial.by_password import by_password
from trial.forms.session import SeenSignatureForm
from trial.models import Participant
from trial.presenters import book as pages
from trial.presenters.grid import visit_address
from trial.services.signing import record_failed_signing
from trial.web import StaffRequest, find_participant, find_visit, sent, show

T = TypeVar("T")


def attempt_signing(
    request: StaffRequest,
    form: BaseForm,
    act: Callable[..., T],
    participant: Participant,
) -> T | HttpResponse | None:
    """Do what takes the password, or put the refusal on the form; too many end the session."""
    wrong = partial(
        record_failed_signing, actor=request.user, participant=participant, at=request.at
    )
    return by_password(request, form, act, wrong, actor=request.user, at=request.at)


def visit_book(request: StaffRequest, code: str, visit: str, occurrence: int) -> HttpResponse:
    """One visit with all its records and signatures, to read or print."""
    found = find_visit(request, code, visit, occurrence)
    return render(request, "trial/book.html", pages.visit_book(found, request.user))


def sign_visit(request: StaffRequest, code: str, visit: str, occurrence: int) -> HttpResponse:
    """The investigator reads all records of a visit and signs them together."""
    found = find_visit(request, code, visit, occurrence)
    form = SeenSignatureForm(sent(request))
    if request.method == "POST":
        act = partial(services.sign_visit, visit=found)
        made = attempt_signing(request, form, act, found.participant)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, f"{found}: signed.")
            return redirect(visit_address(found))
    context = pages.visit_book(found, request.user)
    return show(request, "trial/book_sign.html", context, form)


def casebook(request: StaffRequest, code: str) -> HttpResponse:
    """Everything recorded of a participant at visits, with the signatures, to read or print."""
    found = find_participant(request, code)
    context = pages.casebook(found, request.user)
    return render(request, "trial/book.html", context)


def sign_casebook(request: StaffRequest, code: str) -> HttpResponse:
    """The investigator reads the casebook and signs it."""
    found = find_participant(request, code)
    form = SeenSignatureForm(sent(request))
    if request.method == "POST":
        act = partial(services.sign_casebook, participant=found)
        made = attempt_signing(request, form, act, found)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, f"The casebook of {found} is signed.")
            return redirect("casebook", found.code)
    context = pages.casebook(found, request.user)
    return show(request, "trial/book_sign.html", context, form)
