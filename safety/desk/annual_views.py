"""The annual report of the safety desk: choose the days, look, take the annexes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from safety.desk.forms import PeriodForm
from safety.documents import annual_files
from safety.documents.annual import Period, annual
from safety.documents.printing import take_annual
from trial.web import StaffRequest, attempt, show

FORMS = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


def annual_report(request: StaffRequest) -> HttpResponse:
    """The days, and what the annexes will say."""
    form = PeriodForm(request.GET or None)
    context: dict[str, Any] = {"crumbs": [("Safety desk", reverse("safety-desk"))]}
    if form.is_bound:
        found = attempt(form, lambda **days: annual(Period(**days), at=request.at))
        if found is not None:
            context |= {**annual_files.page(found), "files": _files(found.period)}
    return show(request, "safety/desk/annual.html", context, form)


def annual_file(request: StaffRequest, name: str, form: str, **days: date) -> HttpResponse:
    """One annex, to be saved."""
    if name not in annual_files.TITLES or form not in FORMS:
        raise Http404
    period = Period(**days)
    made = take_annual(name=name, form=form, period=period, actor=request.user, at=request.at)
    answer = HttpResponse(made, content_type=FORMS[form])
    answer["Content-Disposition"] = (
        f'attachment; filename="{name}-{period.first}-{period.last}.{form}"'
    )
    return answer


def _files(period: Period) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each annex, and where its files are."""
    days = (period.birth, period.first, period.last)
    return [
        (
            title,
            [
                (form.upper(), reverse("safety-annual-file", args=[*days, name, form]))
                for form in FORMS
            ],
        )
        for name, title in annual_files.TITLES.items()
    ]
