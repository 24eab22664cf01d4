"""The trail people read."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from monitoring import presenters, selectors
from monitoring.forms import TrailFilter
from trial.web import StaffRequest, find_participant

PER_PAGE = 50


def trail(request: StaffRequest) -> HttpResponse:
    """The whole trial, newest first; pages follow a cursor, so no act is skipped or shown twice."""
    form = TrailFilter(request.GET or None)
    asked, before = form.asked(), form.cursor()
    events = selectors.filtered(selectors.readable_events(request.user), asked)
    page = list((events.filter(pk__lt=before) if before else events)[: PER_PAGE + 1])
    rest = request.GET.copy()
    if len(page) > PER_PAGE:
        rest["before"] = str(page[PER_PAGE - 1].pk)
    entries = selectors.entries_of(page[:PER_PAGE], reader=request.user)
    context = {
        "form": form,
        "acts": presenters.acts(entries),
        "older": rest.urlencode() if len(page) > PER_PAGE else "",
    }
    return render(request, "monitoring/trail.html", context)


def participant_trail(request: StaffRequest, code: str) -> HttpResponse:
    """Everything that happened to one participant's data, newest first."""
    participant = find_participant(request, code)
    entries = selectors.participant_entries(participant, reader=request.user)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "participant": participant,
        "page": page,
        "acts": presenters.acts(list(page.object_list)),
    }
    return render(request, "monitoring/participant_trail.html", context)
