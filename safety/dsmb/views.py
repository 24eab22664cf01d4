"""The page of the stopping rules."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from safety.dsmb import presenters
from trial import protocol
from trial.web import StaffRequest


def stopping_rules(request: StaffRequest) -> HttpResponse:
    """The boundaries for everybody who reads packs; where the trial stands for two people."""
    context = {
        "planned": protocol.current().planned,
        "rules": list(presenters.rule_pages(request.user, request.at)),
    }
    return render(request, "safety/stopping_rules.html", context)
