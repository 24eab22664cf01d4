"""The pages of adverse events: the list, a new event, one event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit.errors import Refused
from safety import presenters, selectors, services
from safety.forms import AdverseEventForm, VoidForm
from safety.merging import brought_together
from safety.models import AdverseEvent
from trial import access
from trial.access import Permission
from trial.errors import Stale
from trial.forms.reason import Reason
from trial.web import StaffRequest, find_participant, tell_saved

PER_PAGE = 50


def adverse_events(request: StaffRequest) -> HttpResponse:
    """Everything this person may see, running clocks first."""
    asked = presenters.Asked.of(request.GET)
    found = selectors.chosen(request.user, asked.choice, participant=asked.participant)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": presenters.rows(page.object_list, request.user, request.at),
        "page": page,
        "asked": asked,
        "tallies": presenters.tallies(selectors.counts(request.user, request.at)),
    }
    return render(request, "safety/list.html", context)


def adverse_event_new(request: StaffRequest, code: str) -> HttpResponse:
    """Report an event of one participant."""
    participant = find_participant(request, code)
    access.require(request.user, Permission.ENTER_SAFETY, site=participant.site, at=request.at)
    posted = request.POST if request.method == "POST" else None
    form = AdverseEventForm(posted, site=participant.site)
    if posted is not None:
        event = _send(request, form, services.report_ae, participant=participant)
        if event is not None:
            tell_saved(request, f"{event} of {code} is recorded.")
            return redirect(presenters.address(event))
    context = {"participant": participant, "form": form}
    return render(request, "safety/new.html", context, status=form.status)


def adverse_event(request: StaffRequest, code: str, number: int) -> HttpResponse:
    """One event: its facts for everybody, its form for those who may change it."""
    participant = find_participant(request, code)
    found = participant.adverse_events.select_related("participant__site")
    event = get_object_or_404(found, number=number)
    if request.method == "POST":
        access.require(request.user, Permission.ENTER_SAFETY, site=participant.site, at=request.at)
        return _void(request, event) if "void" in request.POST else _amend(request, event)
    return _page(request, event)


def _amend(request: StaffRequest, event: AdverseEvent) -> HttpResponse:
    form = AdverseEventForm(request.POST, site=event.participant.site, event=event)
    why = Reason(request.POST)
    saved = _send(
        request, form, services.amend_ae, ae=event, version=_version(request), reason=why.text
    )
    if saved is None:
        taken: tuple[str, ...] = ()
        if isinstance(form.refusal, Stale):
            form, taken = brought_together(form, event, _version(request))
        return _page(request, event, form=form, why=why, taken=taken)
    said = "is saved" if saved.version > event.version else "is as it was: nothing was changed"
    tell_saved(request, f"{saved} of {event.participant} {said}.")
    return redirect(presenters.address(saved))


def _void(request: StaffRequest, event: AdverseEvent) -> HttpResponse:
    form = VoidForm(request.POST)
    saved = _send(request, form, services.void_ae, ae=event, version=_version(request))
    if saved is None:
        return _page(request, event, void=form)
    tell_saved(request, f"{event} of {event.participant} is marked as entered in error.")
    return redirect(presenters.address(event))


def _send(
    request: StaffRequest,
    form: AdverseEventForm | VoidForm,
    act: Callable[..., AdverseEvent],
    **given: Any,
) -> AdverseEvent | None:
    """Do the act with the form's answers; None when form or service refuses: the form says why."""
    if form.is_valid():
        try:
            return act(actor=request.user, at=request.at, **given, **form.answers())
        except Refused as refused:
            form.refuse(refused)
    return None


def _page(
    request: StaffRequest,
    event: AdverseEvent,
    *,
    form: AdverseEventForm | None = None,
    why: Reason | None = None,
    void: VoidForm | None = None,
    taken: tuple[str, ...] = (),
) -> HttpResponse:
    site = event.participant.site
    may = access.may(request.user, Permission.ENTER_SAFETY, site=site, at=request.at)
    if may and not event.voided:
        form = form or AdverseEventForm(site=site, event=event)
        void = void or VoidForm()
    context = presenters.event_page(event, request.user, request.at, form=form, why=why, void=void)
    context["taken"] = presenters.taken_over(event, taken)
    refused = [each.status for each in (form, void) if each is not None and each.is_bound]
    return render(request, "safety/event.html", context, status=max(refused, default=200))


def _version(request: StaffRequest) -> int:
    """The version the person saw; nonsense is no version, and so stale."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
