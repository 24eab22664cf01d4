"""Where a monitor verifies."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from audit.errors import Refused
from monitoring import sdv_pages, services
from monitoring.models.sdv import WHOLE
from monitoring.sdv import items_of
from trial import registry
from trial.forms.record import planned_forms
from trial.models import Record
from trial.presenters.grid import visit_address
from trial.web import StaffRequest, find_visit

_LONGEST_NUMBER = 9
PER_PAGE = 50


def _find(request: StaffRequest, code: str, visit: str, occurrence: int, form: str) -> Record:
    place = find_visit(request, code, visit, occurrence)
    rows = place.records.select_related("participant__site", "visit", "assessed_by")
    found = rows.filter(form=form).first() if form in planned_forms(place) else None
    if found is None:
        raise Http404
    return found


def verification(
    request: StaffRequest, code: str, visit: str, occurrence: int, form: str
) -> HttpResponse:
    """One record item by item: what the plan asks, what holds, what changed; the marks."""
    record = _find(request, code, visit, occurrence, form)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _act(request, record))
        except Refused as refused:
            refusal, status = refused.message, refused.status
        else:
            return redirect(sdv_pages.verification_address(code, record.visit, form))
    context = {**sdv_pages.record_page(record, request.user), "refusal": refusal}
    asked = request.GET.get("item", "")
    if request.headers.get("HX-Request") and asked in items_of(registry.form(form).columns):
        context["line"] = next(line for line in context["sheet"].lines if line.item == asked)
        return render(request, "monitoring/verification_item.html", context)
    return render(request, "monitoring/verification.html", context, status=status)


def _act(request: StaffRequest, record: Record) -> str:
    """Do what the button said; the words that tell it was done."""
    act = request.POST.get("act", "")
    if act == "withdraw":
        services.withdraw_verification(
            record=record,
            item=request.POST.get("item", ""),
            reason=request.POST.get("reason", "").replace("\0", ""),
            actor=request.user,
            at=request.at,
        )
        return "The verification is taken back."
    asked = {
        "whole": [WHOLE],
        "asked": request.POST.getlist("asked"),
    }.get(act, request.POST.getlist("item"))
    marks = services.verify(
        record=record,
        items=asked,
        version=_number(request.POST.get("version", "")),
        actor=request.user,
        at=request.at,
    )
    whole = any(mark.item == WHOLE for mark in marks)
    return "The whole form is verified." if whole else f"Verified: {_items(len(marks))}."


def visit_verification(
    request: StaffRequest, code: str, visit: str, occurrence: int
) -> HttpResponse:
    """Everything a visit still owes to the plan, to verify in one act."""
    place = find_visit(request, code, visit, occurrence)
    refusal, status = "", 200
    if request.method == "POST":
        seen = dict(map(_seen, request.POST.getlist("seen")))
        try:
            marks = services.verify_visit(visit=place, seen=seen, actor=request.user, at=request.at)
        except Refused as refused:
            refusal, status = refused.message, refused.status
        else:
            forms = len({mark.record_id for mark in marks})
            messages.success(request, f"Verified: {forms} form{'' if forms == 1 else 's'}.")
            return redirect(visit_address(place))
    context = {**sdv_pages.visit_page(place, request.user), "refusal": refusal}
    return render(request, "monitoring/visit_verification.html", context, status=status)


def changed(request: StaffRequest) -> HttpResponse:
    """Every verified item that differs from what was verified, the newest change first."""
    lines = sdv_pages.changed_lines(request.user)
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "monitoring/changed.html", {"page": page})


def _seen(text: str) -> tuple[str, int]:
    form, _, version = text.replace("\0", "").partition(":")
    return form[:20], _number(version)


def _number(text: str) -> int:
    """The version a page says it showed; one that cannot be read is nobody's version."""
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if known else 0


def _items(many: int) -> str:
    return f"{many} item{'' if many == 1 else 's'}"
