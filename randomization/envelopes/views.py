"""Pages of the envelopes: printing them, and entering one that was opened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from randomization import presenters, selectors, services
from randomization.envelopes import pages
from randomization.envelopes.forms import OpenedForm, PrintForm
from randomization.reveal_views import confirmed
from trial.web import StaffRequest, attempt, find_participant, sent, show


def envelopes(request: StaffRequest) -> HttpResponse:
    """Print the next places of a stratum, and what was printed before."""
    form = PrintForm(sent(request))
    made = confirmed(request, form, services.print_envelopes, "envelopes")
    if isinstance(made, HttpResponse):
        return made
    if made is not None:
        answer = HttpResponse(made, content_type="application/pdf")
        answer["Content-Disposition"] = 'attachment; filename="envelopes.pdf"'
        return answer
    context = {
        "crumbs": presenters.list_crumbs(),
        "sealed": selectors.sealed_list(),
        "prints": pages.printed(),
        "truths": pages.TRUTHS,
    }
    return show(request, "randomization/envelopes/print.html", context, form)


def opened(request: StaffRequest, code: str) -> HttpResponse:
    """Enter an envelope that was opened while the system was away."""
    participant = find_participant(request, code)
    form = OpenedForm(sent(request))
    given = {"participant": participant, "actor": request.user, "at": request.at}
    if attempt(form, services.enter_envelope, **given) is not None:
        messages.success(request, "The envelope is entered.")
        return redirect("randomize", code)
    context = {
        "participant": participant,
        "crumbs": presenters.crumbs(participant),
        "facts": presenters.facts_before(participant),
        "truths": presenters.RANDOMIZE_TRUTHS,
    }
    return show(request, "randomization/envelopes/opened.html", context, form)
