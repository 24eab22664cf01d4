"""The pages of alerts: what I was told, one alert, and who was told and who has read it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from safety.alerts import presenters, selectors, services
from trial.web import StaffRequest

PER_PAGE = 50


def own(request: StaffRequest) -> HttpResponse:
    """What was told to the person signed in, what waits for them first."""
    page = Paginator(selectors.own_alerts(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "safety/alerts/own.html", {"page": page})


def one(request: StaffRequest, code: str) -> HttpResponse:
    """One alert, for whoever was told of it or reads the desk; acknowledged with one press."""
    alert = get_object_or_404(selectors.readable(request.user), code=code)
    mine = selectors.own_alerts(request.user).filter(pk=alert.pk).first()
    if request.method == "POST":
        if mine is None:
            raise Http404
        if services.acknowledge(alert=alert, actor=request.user, at=request.at):
            messages.success(request, f"Acknowledged: {alert.title}.")
        return redirect("alerts")
    context = {"alert": alert, "mine": mine, "lines": presenters.lines(selectors.told_of(alert))}
    return render(request, "safety/alerts/one.html", context)


def told(request: StaffRequest) -> HttpResponse:
    """Who was told and who has read it."""
    choice = presenters.choice_of(request.GET)
    found = selectors.deliveries(request.user, choice)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": presenters.lines(page.object_list),
        "page": page,
        "choice": choice,
        "choices": presenters.CHOICE_WORDS,
        "query": presenters.query_of(choice),
    }
    return render(request, "safety/alerts/told.html", context)
