"""Eligibility: every criterion with its answer, and the investigator's signature."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from trial import selectors, services
from trial.forms.eligibility import EligibilityForm
from trial.forms.session import SeenSignatureForm
from trial.presenters import eligibility as pages
from trial.views.signing import attempt_signing
from trial.web import StaffRequest, attempt, find_participant, sent, show


def eligibility(request: StaffRequest, code: str) -> HttpResponse:
    """The criteria: what the system answers, what a person answers, and whether it is signed."""
    participant = find_participant(request, code)
    form = EligibilityForm(sent(request), saved=pages.answered(participant))
    if request.method == "POST":
        who = {"participant": participant, "actor": request.user, "at": request.at}
        written = attempt(form, services.answer_criteria, **who)
        if written is not None:
            messages.success(request, pages.saved_words(len(written)))
            return redirect("eligibility", participant.code)
    context = pages.page(participant, form, request.user)
    return show(request, "trial/eligibility.html", context, form)


def sign(request: StaffRequest, code: str) -> HttpResponse:
    """The investigator signs; signed already, or sent twice, the signature is shown."""
    participant = find_participant(request, code)
    if selectors.eligibility_signature(participant) is not None:
        return redirect("eligibility", participant.code)
    form = SeenSignatureForm(sent(request))
    if request.method == "POST":
        act = partial(services.sign_eligibility, participant=participant)
        made = attempt_signing(request, form, act, participant)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, f"The eligibility of {participant} is signed.")
            return redirect("eligibility", participant.code)
    context = pages.signing(participant, request.user)
    return show(request, "trial/eligibility_sign.html", context, form)
