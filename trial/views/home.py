"""Home: in five seconds I know what I owe this trial."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trial import access
from trial.access import Permission
from trial.presenters import home as presenter
from trial.web import StaffRequest


def home(request: StaffRequest) -> HttpResponse:
    """Counts, the work behind them, and how recruitment stands."""
    day = request.at.date()
    show = request.GET.get("show", "")
    clinical = access.may(request.user, Permission.READ_CLINICAL)
    context = {
        "board": presenter.board(request.user, day, show),
        "show": show,
        "today": day,
        "figure": presenter.recruitment(request.user) if clinical else None,
    }
    return render(request, "trial/home.html", context)
