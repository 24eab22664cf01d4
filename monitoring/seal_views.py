"""The page of the seals: which hash covers the trail up to when."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from audit.errors import Refused
from monitoring import seals
from trial.web import StaffRequest

_LARGEST = 10**15


def seal_list(request: StaffRequest) -> HttpResponse:
    """The newest seals, and when everything was last checked against them."""
    found = seals.shown(request.user, upto=_upto(request))
    context = {
        "seals": found[: seals.AT_ONCE],
        "older": found[seals.AT_ONCE].number if len(found) > seals.AT_ONCE else None,
        "counted": any(one.rows is not None for one in found),
        "verified": seals.last_verification(),
    }
    return render(request, "monitoring/seals.html", context)


def _upto(request: StaffRequest) -> int | None:
    asked = request.GET.get("upto", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or int(asked) > _LARGEST:
        raise Refused("There is no such seal.", code="bad-place", status=400)
    return int(asked)
