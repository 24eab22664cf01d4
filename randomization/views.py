"""Pages of the randomization and its list: find, form, one service, redirect."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.errors import Refused
from randomization import presenters, selectors, services
from randomization.forms import SealForm
from trial.web import StaffRequest, attempt, find_participant, sent, show


def randomize(request: StaffRequest, code: str) -> HttpResponse:
    """What the system holds, one button, and afterwards the result, however often it is opened."""
    participant = find_participant(request, code)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            services.randomize(participant=participant, actor=request.user, at=request.at)
        except Refused as answer:
            refused = answer
        else:
            return redirect("randomize", code)
    context = {
        "participant": participant,
        "crumbs": presenters.crumbs(participant),
        "refused": refused,
        "facts": presenters.facts_before(participant),
        **presenters.randomization(participant, request.user, request.at),
    }
    status = refused.status if refused else 200
    return render(request, "randomization/randomize.html", context, status=status)


def allocation_list(request: StaffRequest) -> HttpResponse:
    """Seal the list; afterwards its commitment and how much of it is left."""
    form = SealForm(sent(request))
    given = {"actor": request.user, "at": request.at, "purpose": services.purpose_here()}
    if attempt(form, services.seal_list, **given) is not None:
        messages.success(request, "The list is sealed.")
        return redirect("allocation-list")
    context = {
        "sealed": selectors.sealed_list(),
        "strata": selectors.list_status(request.user),
        "facts": presenters.scheme_facts(),
        "truths": presenters.SEAL_TRUTHS,
    }
    return show(request, "randomization/allocation_list.html", context, form)
