"""One visit: its forms, when it was, or why it was not."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from trial import services
from trial.forms.reason import Reason
from trial.forms.visits import MissedForm, UnscheduledForm, VisitDateForm
from trial.margin import Look
from trial.models import Visit
from trial.presenters import grid
from trial.presenters.crumbs import crumbs
from trial.presenters.visit import visit_page
from trial.web import StaffRequest, attempt, find_participant, find_visit, sent, show, today


def visit(request: StaffRequest, code: str, visit: str, occurrence: int) -> HttpResponse:
    """The forms of the visit with their states; its date; or that it was missed."""
    found = find_visit(request, code, visit, occurrence)
    missed = request.POST.get("act") == "missed"
    reason = Reason(sent(request))
    date_form = VisitDateForm(
        None if missed else sent(request), initial={"actual_on": found.actual_on}
    )
    missed_form = MissedForm(request.POST if missed else None)
    form = missed_form if missed else date_form
    if request.method == "POST" and _save(request, found, form, reason) is not None:
        messages.success(request, f"{found}: saved.")
        return redirect(grid.visit_address(found))
    context = {
        **visit_page(found, Look(request.user, request.at), today(request, found.participant.site)),
        "reason": reason,
        "date_form": date_form,
        "missed_form": missed_form,
    }
    return show(request, "trial/visit.html", context, form)


def _save(
    request: StaffRequest, visit: Visit, form: VisitDateForm | MissedForm, reason: Reason
) -> Visit | None:
    who = {"visit": visit, "actor": request.user, "at": request.at}
    if isinstance(form, MissedForm):
        return attempt(form, services.mark_missed, **who)
    return attempt(form, services.set_visit_date, reason=reason.text, **who)


def new(request: StaffRequest, code: str) -> HttpResponse:
    """Add a visit the protocol did not plan."""
    found = find_participant(request, code)
    form = UnscheduledForm(sent(request))
    act = partial(
        services.add_unscheduled_visit, participant=found, actor=request.user, at=request.at
    )
    if request.method == "POST" and (added := attempt(form, act)):
        return redirect(grid.visit_address(added))
    context = {"participant": found, "crumbs": crumbs(found)}
    return show(request, "trial/visit_new.html", context, form)
