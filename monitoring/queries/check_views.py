"""The page of the edit checks: each check, what it has asked, what a run would ask now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from monitoring.checks import CHECKS, Check, fingerprint
from monitoring.models import CheckRun
from monitoring.models.queries import CLOSED, LIVE
from monitoring.queries.selectors import visible_queries
from monitoring.services.checks import Preview, last_run, preview, request_run
from trial.web import StaffRequest


@dataclass(frozen=True)
class Row:
    """One check: the queries it has open and closed, and those a run would open and close."""

    check: Check
    live: int
    closed: int
    would_open: int
    would_close: int


def edit_checks(request: StaffRequest) -> HttpResponse:
    """Every check with its counts; a preview on request; a run on the button."""
    if request.method == "POST":
        request_run(actor=request.user, at=request.at)
        messages.success(request, "The checks are being run. Reload this page to see how far.")
        return redirect("edit-checks")
    asked = "preview" in request.GET
    last = last_run()
    context = {
        "rows": sorted(
            _rows(request.user, preview(at=request.at) if asked else None),
            key=lambda row: (-row.would_open, -row.live, -row.closed),
        ),
        "previewed": asked,
        "last": last,
        "running": CheckRun.objects.filter(finished_at__isnull=True).first(),
        "changed": last is not None and last.fingerprint != fingerprint(),
    }
    return render(request, "monitoring/queries/checks.html", context)


def _rows(user: User, found: Preview | None) -> Iterator[Row]:
    counted = {
        row["check_code"]: row
        for row in visible_queries(user)
        .exclude(check_code="")
        .order_by()
        .values("check_code")
        .annotate(open=Count("pk", filter=Q(status__in=LIVE)),
                  closed=Count("pk", filter=Q(status=CLOSED)))
    }  # fmt: skip
    for check in CHECKS:
        row = counted.get(check.code, {"open": 0, "closed": 0})
        would = (found.opened[check.code], found.closed[check.code]) if found else (0, 0)
        yield Row(check, row["open"], row["closed"], *would)
