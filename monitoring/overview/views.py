"""How the trial and a site stand, and the lists behind the numbers."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from monitoring.overview import deviations as deviating
from monitoring.overview import pages
from monitoring.overview.forms import DeviationFilter, RecordFilter
from monitoring.overview.slots import sites_read_by
from trial.web import StaffRequest

PER_PAGE = 50


def overview(request: StaffRequest) -> HttpResponse:
    """Everything this person may read."""
    context = pages.overview(request.user, request.at.date(), None)
    return render(request, "monitoring/overview.html", context)


def site_overview(request: StaffRequest, site: str) -> HttpResponse:
    """One site; one that is not theirs is not found."""
    found = get_object_or_404(sites_read_by(request.user), code=site)
    context = pages.overview(request.user, request.at.date(), found)
    return render(request, "monitoring/overview.html", context)


def records(request: StaffRequest) -> HttpResponse:
    """The forms behind a number of the overview."""
    form = RecordFilter(request.GET, user=request.user)
    day, valid = request.at.date(), form.is_valid()
    found = pages.listed(request.user, day, form.cleaned_data) if valid else []
    return _list(request, "monitoring/overview_records.html", form, found)


def deviations(request: StaffRequest) -> HttpResponse:
    """Visits outside their window or missed, forms not done or typed in late; with reasons."""
    form = DeviationFilter(request.GET, user=request.user)
    found: list[deviating.Deviation] = []
    if form.is_valid():
        found = deviating.narrowed(request.user, form.cleaned_data)
    return _list(request, "monitoring/deviations.html", form, found)


def _list(request: HttpRequest, template: str, form: Any, found: list[Any]) -> HttpResponse:
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "asked": any(query.values()),
    }
    return render(request, template, context, status=200 if form.is_valid() else 400)
