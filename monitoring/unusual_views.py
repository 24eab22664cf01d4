"""Pages of what is unusual in the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from audit.entries import Search
from monitoring import presenters, unusual
from monitoring.forms import PeriodForm, midnight
from monitoring.pages import cursor_of
from trial import protocol
from trial.web import StaffRequest

PER_PAGE = 50
LOOK_BACK = timedelta(days=90)


def overview(request: StaffRequest) -> HttpResponse:
    """What there is to look at, one line each."""
    return render(request, "monitoring/unusual.html", {"kinds": unusual.KINDS.items()})


def one(request: StaffRequest, name: str) -> HttpResponse:
    """One kind: its list, over the last three months or the days asked for."""
    kind = unusual.KINDS.get(name)
    if kind is None:
        raise Http404
    form = PeriodForm(request.GET)
    context: dict[str, Any] = {
        "kind": kind,
        "form": form,
        "kinds": [(code, each.title, code == name) for code, each in unusual.KINDS.items()],
        "limits": presenters.limits(name, protocol.current().watch),
    }
    if not form.is_valid():
        return render(request, "monitoring/unusual_one.html", context, status=400)
    since = midnight(form.cleaned_data["since"], 0) or request.at - LOOK_BACK
    until = midnight(form.cleaned_data["until"], 1) or request.at
    search = Search(since=since, until=until)
    context |= {"since": since, "until": until}
    if kind.reading is not None:
        found = kind.reading(request.user, search).page(cursor_of(request.GET))
        context["groups"] = list(presenters.groups(found.entries, request.user))
        context["more"] = form.further(found.older)
    else:
        rows = unusual.late_entries if name == "late-entry" else unusual.bursts
        listed = rows(request.user, since, until)
        context["page"] = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
        context["template"] = f"monitoring/unusual_{name.replace('-', '_')}.html"
    return render(request, "monitoring/unusual_one.html", context)
