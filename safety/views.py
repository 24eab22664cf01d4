"""The pages of adverse events: the list, a new event, one event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from audit.errors import Refused
from safety import grades, presenters, reports, selectors, services
from safety.duplicates import LooksLikeOne
from safety.forms import AdverseEventForm, VoidForm
from safety.merging import brought_together
from safety.models import AdverseEvent
from safety.report_forms import FollowUpForm, GradeForm, GradeVoidForm
from trial import access
from trial.access import Permission
from trial.errors import Stale
from trial.forms.reason import Reason
from trial.web import StaffRequest, attempt, find_participant, sent, show, tell_saved

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
        distinct = "distinct" in posted
        event = _send(request, form, services.report_ae, participant=participant, distinct=distinct)
        if event is not None:
            tell_saved(request, f"{event} of {code} is recorded.")
            return redirect(presenters.address(event))
    alike = isinstance(form.refusal, LooksLikeOne)
    context = {"participant": participant, "form": form, "alike": alike}
    return render(request, "safety/new.html", context, status=form.status)


def adverse_event(request: StaffRequest, code: str, number: int) -> HttpResponse:
    """One event: its facts for everybody, its form for those who may change it."""
    event = _event(request, code, number)
    if request.method == "POST":
        site = event.participant.site
        access.require(request.user, Permission.ENTER_SAFETY, site=site, at=request.at)
        return _void(request, event) if "void" in request.POST else _amend(request, event)
    return _page(request, event)


def adverse_event_grade(request: StaffRequest, code: str, number: int) -> HttpResponse:
    """The event got worse or better: a new grade from a day on, or one marked as wrong."""
    event = _event(request, code, number)
    void = "void" in request.POST
    form = GradeForm(None if void else sent(request), event=event)
    wrong = GradeVoidForm(sent(request) if void else None)
    if request.method == "POST":
        act = grades.void_grade if void else grades.regrade
        given = {"ae": event, "version": _version(request), "actor": request.user}
        made = attempt(wrong if void else form, act, at=request.at, **given)
        if made is not None:
            tell_saved(request, f"The grade of {made} is saved.")
            return redirect(presenters.address(made))
    context = {
        "event": event,
        "participant": event.participant,
        "grades": presenters.grades_of(event),
        "wrong": wrong,
    }
    return show(request, "safety/grade.html", {**context, "form": form}, wrong if void else form)


def adverse_event_follow_up(request: StaffRequest, code: str, number: int) -> HttpResponse:
    """The site files a version that says what is new, as the event stands."""
    event = _event(request, code, number)
    form = FollowUpForm(sent(request), desk=False)
    if request.method == "POST":
        made = attempt(form, reports.file_report, ae=event, actor=request.user, at=request.at)
        if made is not None:
            tell_saved(request, f"Version {made.number} of the report is filed.")
            return redirect(presenters.address(event))
    context = {
        "title": f"Follow-up report of {event}",
        "lead": "What changed in the event itself is reported by saving the event.",
        "crumbs": [
            ("Adverse events", reverse("adverse-events")),
            (f"{code} · {number}", presenters.address(event)),
        ],
        "button": "File the version",
    }
    return show(request, "safety/desk/act.html", context, form)


def _event(request: StaffRequest, code: str, number: int) -> AdverseEvent:
    participant = find_participant(request, code)
    found = participant.adverse_events.select_related("participant__site")
    return get_object_or_404(found, number=number)


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
