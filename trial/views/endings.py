"""How a participant leaves the trial: withdrawal, death, lost to follow-up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from trial import services
from trial.forms.endings import DeathForm, LossForm, WithdrawalForm
from trial.presenters import endings as pages
from trial.web import StaffRequest, attempt, find_participant, sent, show


def withdrawal(request: StaffRequest, code: str) -> HttpResponse:
    """What the participant withdraws from."""
    participant = find_participant(request, code)
    form = WithdrawalForm(sent(request))
    if request.method == "POST":
        who = {"participant": participant, "actor": request.user, "at": request.at}
        if attempt(form, services.record_withdrawal, **who):
            messages.success(request, "The withdrawal is recorded.")
            return redirect("participant", participant.code)
    return show(request, "trial/ending.html", pages.withdrawal(participant), form)


def death(request: StaffRequest, code: str) -> HttpResponse:
    """When and of what the participant died."""
    participant = find_participant(request, code)
    form = DeathForm(sent(request))
    if request.method == "POST":
        who = {"participant": participant, "actor": request.user, "at": request.at}
        if attempt(form, services.record_death, **who):
            said = "The death is recorded. Record the adverse event that led to it as well."
            messages.success(request, said)
            return redirect("participant", participant.code)
    return show(request, "trial/ending.html", pages.death(participant), form)


def lost(request: StaffRequest, code: str) -> HttpResponse:
    """The participant cannot be reached any more."""
    participant = find_participant(request, code)
    form = LossForm(sent(request))
    if request.method == "POST":
        who = {"participant": participant, "actor": request.user, "at": request.at}
        if attempt(form, services.record_loss, **who):
            messages.success(request, "The loss to follow-up is recorded.")
            return redirect("participant", participant.code)
    return show(request, "trial/ending.html", pages.loss(participant), form)
