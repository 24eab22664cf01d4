"""Pages of the guess of the arm, and of what all guesses say."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from randomization import services
from randomization.guesses import pages
from randomization.guesses.forms import GuessForm
from trial.web import StaffRequest, attempt, find_visit, sent, show


def guess(request: StaffRequest, code: str, visit: str, occurrence: int, form: str) -> HttpResponse:
    """The blinded assessor says which arm they think it is; nobody else finds this page."""
    place = find_visit(request, code, visit, occurrence)
    rows = place.records.select_related("participant__site", "visit")
    record = get_object_or_404(rows, form=form)
    if not pages.may_guess(request.user, record):
        raise Http404
    asked = GuessForm(sent(request)).about(pages.guess_of(record))
    act = partial(services.record_guess, record=record, actor=request.user, at=request.at)
    context = pages.page(record)
    if request.method == "POST" and attempt(asked, act) is not None:
        messages.success(request, "Your guess is kept. It decides nothing.")
        return redirect(str(context["back"]))
    return show(request, "randomization/guesses/guess.html", context, asked)


def indices(request: StaffRequest) -> HttpResponse:
    """How well the blind holds."""
    return render(request, "randomization/guesses/indices.html", pages.indices(request.user))
