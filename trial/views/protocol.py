"""The protocol as this deployment runs it, read from its declaration."""

from __future__ import annotations

from django.http import HttpResponse

from trial.presenters import protocol as pages
from trial.web import StaffRequest, show


def protocol(request: StaffRequest) -> HttpResponse:
    """Arms, criteria, visits, forms, outcomes: what everybody in the trial may know."""
    return show(request, "trial/protocol.html", {"plan": pages.plan()})
