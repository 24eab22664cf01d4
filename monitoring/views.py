"""The trail: of one participant, and of the whole trial as far as a person may read it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit.entries import BadCursor, Cursor, Page, Search
from audit.errors import Refused
from monitoring import presenters, selectors
from monitoring.forms import TrailFilter
from trial.identifiers import is_valid
from trial.models import Participant
from trial.web import StaffRequest

NOTHING = Page((), None)


def trail(request: StaffRequest) -> HttpResponse:
    """Everything this person may read, the newest first."""
    return _show(request, None)


def participant_trail(request: StaffRequest, code: str) -> HttpResponse:
    """What happened to one participant's data."""
    readable = selectors.readable_participants(request.user)
    # A code that cannot be one never reaches the database.
    known = code if is_valid(code) else ""
    return _show(request, get_object_or_404(readable, code=known))


def _show(request: StaffRequest, participant: Participant | None) -> HttpResponse:
    form = TrailFilter(request.GET)
    found, status = NOTHING, 400
    if form.is_valid():
        found, status = _read(request, form.search(), participant), 200
    context = {
        "form": form,
        "participant": participant,
        "zone": participant.site if participant else None,
        "groups": presenters.groups(found),
        "older": _older(request, found),
        "asked": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "monitoring/trail.html", context, status=status)


def _read(request: StaffRequest, search: Search, participant: Participant | None) -> Page:
    if participant is not None:
        search = replace(search, participant=participant.code)
    try:
        before = Cursor.parse(request.GET["before"]) if request.GET.get("before") else None
    except BadCursor as error:
        raise Refused(
            "There is no such place in the trail.", code="bad-place", status=400
        ) from error
    return selectors.trail(request.user, search, before=before)


def _older(request: StaffRequest, found: Page) -> str:
    """The query string of the next page; empty where there is none."""
    if found.older is None:
        return ""
    query = request.GET.copy()
    query["before"] = str(found.older)
    return query.urlencode()
