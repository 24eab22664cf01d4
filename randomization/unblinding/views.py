"""Pages of unblinding. The arm stands in one answer only: to the named person's password."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from randomization import services
from randomization.models import Unblinding
from randomization.models.unblinding import EMERGENCY
from randomization.unblinding import pages
from randomization.unblinding.forms import AskForm, DecideForm, ReadForm
from trial import protocol
from trial.views.signing import attempt_signing
from trial.web import StaffRequest, sent, show


def listing(request: StaffRequest) -> HttpResponse:
    """The unblindings this person is told of, and those they asked for."""
    context = pages.list_page(request.user)
    return render(request, "randomization/unblinding/list.html", context)


def new(request: StaffRequest) -> HttpResponse:
    """Ask; in an emergency of one's own the answer is the arm."""
    first = {"code": request.GET.get("participant", "")[:20]}
    form = AskForm(sent(request), initial=first).offer(
        pages.participants(request.user), pages.persons(request.user), request.user
    )
    if request.method == "POST" and form.is_valid():
        about = form.cleaned_data["participant"]
        made = attempt_signing(request, form, services.ask_unblinding, about)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            if made.reason == EMERGENCY and made.person == request.user:
                return _tell(request, made, ReadForm(request.POST))
            messages.success(request, "Asked. Those who decide or must know are told.")
            return redirect("unblinding", made.code)
    context = {"crumbs": pages.crumbs(), "truths": pages.TRUTHS}
    return show(request, "randomization/unblinding/ask.html", context, form)


def one(request: StaffRequest, code: str) -> HttpResponse:
    """One request: what it is and what came of it; the named person reads the arm from here."""
    row = get_object_or_404(pages.visible(request.user), code=code)
    if request.method == "POST":
        return _tell(request, row, ReadForm(request.POST))
    return _page(request, row, ReadForm())


def decide(request: StaffRequest, code: str) -> HttpResponse:
    """Approve a request that waits, or refuse it."""
    row = get_object_or_404(pages.visible(request.user), code=code)
    form = DecideForm(sent(request))
    act = partial(services.decide_unblinding, unblinding=row)
    if request.method == "POST":
        made = attempt_signing(request, form, act, row.participant)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, f"{made.get_state_display()}.")
            return redirect("unblinding", code)
    context = pages.one_page(row, request.user)
    return show(request, "randomization/unblinding/decide.html", context, form)


def _tell(request: StaffRequest, row: Unblinding, form: ReadForm) -> HttpResponse:
    act = partial(services.tell_arm, unblinding=row)
    told = attempt_signing(request, form, act, row.participant)
    if isinstance(told, HttpResponse):
        return told
    if told is None:
        return _page(request, row, form)
    row.refresh_from_db(fields=["shown_at"])
    context = pages.one_page(row, request.user) | {"arm": protocol.current().arm(told).label}
    answer = render(request, "randomization/unblinding/arm.html", context)
    # Never kept by a browser or a proxy: going back to it asks for the password again.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(request: StaffRequest, row: Unblinding, form: ReadForm) -> HttpResponse:
    context = pages.one_page(row, request.user)
    return show(request, "randomization/unblinding/one.html", context, form)
