"""The pages of the medical monitor."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from monitoring.medical import events, vitals
from monitoring.medical.asked import KINDS, Asked
from monitoring.medical.months import months
from trial import access
from trial.access import Permission
from trial.web import StaffRequest

PER_PAGE = 50
PEOPLE = 12


def safety_overview(request: StaffRequest) -> HttpResponse:
    """Events over time, and the list with clocks, both narrowed alike."""
    found = events.grouped(request.user)
    groups = sorted({group for _, group in found})
    asked = Asked.of(request.GET, sites=_sites(request), groups=groups)
    kept = [one for one in found if asked.keeps(*one)]
    listed = [one for one in kept if asked.lists(one[0])]
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "figure": months((event.onset_date, event.serious) for event, _ in kept),
        "page": page,
        "rows": events.rows(page.object_list, request.at),
        "asked": asked,
        "groups": groups,
        "kinds": KINDS.items(),
        "sites": _sites(request),
    }
    return render(request, "monitoring/safety.html", context)


def safety_vitals(request: StaffRequest) -> HttpResponse:
    """Vital signs outside their usual range."""
    asked = Asked.of(request.GET, sites=_sites(request))
    page = Paginator(vitals.unusual(request.user, asked), PEOPLE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "asked": asked, "sites": _sites(request)}
    return render(request, "monitoring/safety_vitals.html", context)


def _sites(request: StaffRequest) -> list[str]:
    """The sites whose participants this person reads."""
    found = access.sites_of(request.user, Permission.READ_CLINICAL)
    return [*found.order_by("code").values_list("code", flat=True)]
