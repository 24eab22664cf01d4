"""The list of participants, and the page of one."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from trial import access, margin, selectors, signatures
from trial.access import Permission
from trial.margin import Look
from trial.presenters import grid, participants
from trial.presenters.locks import bar
from trial.presenters.summary import summary
from trial.web import StaffRequest, find_participant, today
from trial.worklist import visible_visits

PER_PAGE = 50


def participant_list(request: StaffRequest) -> HttpResponse:
    """Everybody this person may read, whoever needs something first."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:20].upper()
    site = request.GET.get("site", "").replace("\x00", "")[:5]
    lines = participants.lines(request.user, request.at.date(), search=search, site=site)
    if search and len(lines) == 1:
        return redirect(lines[0].href)
    context = {
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
        "search": search,
        "site": site,
        "sites": access.sites_of(request.user, Permission.READ_CLINICAL),
    }
    return render(request, "trial/participants.html", context)


def participant(request: StaffRequest, code: str) -> HttpResponse:
    """The whole person on one page: the grid, the figures, where things stand."""
    found = find_participant(request, code)
    day = today(request, found.site)
    visits = list(visible_visits(request.user).filter(participant=found))
    for visit in visits:
        visit.participant = found
    # The head, the grid and the eligibility each ask for these.
    prefetch_related_objects([found], "consents", "criteria", "withdrawals")
    now = grid.course(found, visits, day)
    signature = selectors.eligibility_signature(found)
    look = Look(request.user, request.at)
    context = {
        "participant": found,
        "boxes": margin.boxes(look, found),
        "summary": summary(found, request.user, day, signature),
        "grid": grid.grid(now, look),
        "figures": grid.figures(found, visits),
        "signed": now.book.signed(signatures.of_casebook(found)),
        "lock": bar(request.user, found, standing=now.standing),
        "signature": signature,
        "crumbs": (("Participants", reverse("participants")),),
    }
    return render(request, "trial/participant.html", context)
