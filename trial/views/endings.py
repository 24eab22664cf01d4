"""How a participant leaves the trial: withdrawal, death, lost to follow-up; and corrections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect

from trial import services
from trial.correcting import Correction, corrected_row
from trial.forms.endings import DeathForm, LossForm, WithdrawalForm
from trial.models import Death, LostToFollowUp, Participant, Withdrawal
from trial.presenters import endings as pages
from trial.web import StaffRequest, attempt, find_participant, sent, show


def withdrawal(request: StaffRequest, code: str) -> HttpResponse:
    """What the participant withdraws from."""
    participant = find_participant(request, code)
    row = corrected_row(request, Withdrawal.objects.filter(participant=participant))
    form = WithdrawalForm(sent(request), initial=pages.withdrawn(row) if row else {})
    act = services.correct_withdrawal if row else services.record_withdrawal
    said = "The withdrawal is corrected." if row else "The withdrawal is recorded."
    page = pages.withdrawal(participant)
    return _ending(request, participant, form, page, row=("withdrawal", row), act=act, said=said)


def death(request: StaffRequest, code: str) -> HttpResponse:
    """When and of what the participant died."""
    participant = find_participant(request, code)
    row = corrected_row(request, Death.objects.filter(participant=participant))
    given = {"died_on": row.died_on, "cause": row.cause} if row else {}
    form = DeathForm(sent(request), initial=given)
    act = services.correct_death if row else services.record_death
    said = "The death is recorded. Record the adverse event that led to it as well."
    said = "The death is corrected." if row else said
    page = pages.death(participant)
    return _ending(request, participant, form, page, row=("death", row), act=act, said=said)


def lost(request: StaffRequest, code: str) -> HttpResponse:
    """The participant cannot be reached any more."""
    participant = find_participant(request, code)
    row = corrected_row(request, LostToFollowUp.objects.filter(participant=participant))
    given = {"last_contact_on": row.last_contact_on, "attempts": row.attempts} if row else {}
    form = LossForm(sent(request), initial=given)
    act = services.correct_loss if row else services.record_loss
    said = f"The loss to follow-up is {'corrected' if row else 'recorded'}."
    page = pages.loss(participant)
    return _ending(request, participant, form, page, row=("lost", row), act=act, said=said)


def _ending(
    request: StaffRequest,
    participant: Participant,
    form: Form,
    page: dict[str, Any],
    *,
    row: tuple[str, Any],
    act: Callable[..., Model],
    said: str,
) -> HttpResponse:
    correction = Correction.of(request, *row)
    if request.method == "POST":
        given = correction.given if correction else {"participant": participant}
        if attempt(form, act, **given, actor=request.user, at=request.at):
            messages.success(request, said, extra_tags=request.get_full_path())
            return redirect("participant", participant.code)
    context = {**page, "correction": correction, "here": request.get_full_path()}
    return show(request, "trial/ending.html", context, form)
