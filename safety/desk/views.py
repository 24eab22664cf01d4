"""The pages of the safety desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from safety import reports, sponsor
from safety.desk import forms, presenters, selectors
from safety.documents.printing import make_icsr, print_cioms, print_narrative
from safety.models import (
    AdverseEvent,
    ReferenceSafetyInformation,
    SafetyReport,
    Submission,
    UrgentMeasure,
)
from safety.report_forms import FollowUpForm
from trial import access
from trial.access import Permission
from trial.web import StaffRequest, attempt, sent, show


def safety_desk(request: StaffRequest) -> HttpResponse:
    """Every report by time left."""
    known = {code for code, _ in presenters.CHOICES}
    choice = request.GET.get("show", "")
    choice = choice if choice in known else "open"
    lines = presenters.lines(selectors.reported_events(), request.at)
    context = {
        "tallies": presenters.tallies(lines),
        "lines": presenters.narrowed(lines, choice),
        "choice": choice,
        "choices": presenters.CHOICES,
        "measures": presenters.measure_lines(selectors.measures(), request.at),
    }
    return render(request, "safety/desk/list.html", context)


def safety_report(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """One version of a report, both opinions, the clocks, and what was sent."""
    report = _report(request, of, number, version)
    context = presenters.report_page(report.event, report, request.at)
    may = access.may(request.user, Permission.ASSESS_SAFETY, at=request.at)
    return render(request, "safety/desk/report.html", {**context, "may_assess": may})


def report_assess(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """The sponsor's opinion of a version."""
    report = _report(request, of, number, version)
    first = sponsor.reference_for(report.event.onset_date.latest)
    form = forms.AssessForm(sent(request), report=report, first=first)
    if request.method == "POST":
        made = attempt(form, sponsor.assess, report=report, actor=request.user, at=request.at)
        if made is not None:
            found = "It is a SUSAR." if made.susar else "It is no SUSAR."
            messages.success(request, f"The assessment is recorded. {found}")
            return redirect(presenters.desk_address(report))
    context = {
        **presenters.report_page(report.event, report, request.at),
        "crumbs": _crumbs(report),
        "listed": [] if first is None else first.listed(),
    }
    return show(request, "safety/desk/assess.html", context, form)


def report_submit(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """What was sent, and the proof."""
    report = _report(request, of, number, version)
    return _submit(
        request,
        title=f"Submission of version {version}",
        crumbs=_crumbs(report),
        back=presenters.desk_address(report),
        report=report,
    )


def report_follow_up(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """A version of what reached the desk otherwise than through the site's pages."""
    report = _report(request, of, number, version)
    form = FollowUpForm(sent(request), desk=True)
    if request.method == "POST":
        made = attempt(
            form, reports.file_report, ae=report.event, actor=request.user, at=request.at
        )
        if made is not None:
            messages.success(request, f"Version {made.number} is filed.")
            return redirect(presenters.desk_address(made))
    context = {"title": "Follow-up", "crumbs": _crumbs(report), "button": "File the version"}
    return show(request, "safety/desk/act.html", context, form)


def report_cioms(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """The CIOMS I form of a version."""
    report = _report(request, of, number, version)
    return _file(report, "cioms", print_cioms(report=report, actor=request.user, at=request.at))


def report_narrative(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """The narrative of a version."""
    report = _report(request, of, number, version)
    pdf = print_narrative(report=report, actor=request.user, at=request.at)
    return _file(report, "narrative", pdf)


def report_icsr(request: StaffRequest, of: str, number: int, version: int) -> HttpResponse:
    """The electronic report of a version."""
    report = _report(request, of, number, version)
    made = make_icsr(report=report, actor=request.user, at=request.at)
    return _file(report, "icsr", made, "application/xml")


def submission(request: StaffRequest, key: int) -> HttpResponse:
    """One submission; the desk may mark it as entered in error."""
    row = _submission(request, key)
    form = forms.VoidForm(sent(request))
    if request.method == "POST":
        attempt(form, sponsor.void_submission, submission=row, actor=request.user, at=request.at)
        if not form.errors:
            messages.success(request, "The submission is marked as entered in error.")
            return redirect("submission", row.pk)
    back = reverse("safety-desk") if row.report is None else presenters.desk_address(row.report)
    may = access.may(request.user, Permission.ASSESS_SAFETY, at=request.at)
    context = {"row": row, "back": back, "may_void": may and not row.voided}
    return show(request, "safety/desk/submission.html", context, form)


def submission_proof(request: StaffRequest, key: int) -> HttpResponse:
    """The stored proof, to be saved and never shown inside our pages."""
    row = _submission(request, key)
    answer = HttpResponse(bytes(row.proof.content), content_type="application/octet-stream")
    name = "".join(one if one.isalnum() or one in "-_." else "_" for one in row.proof.name)
    answer["Content-Disposition"] = f'attachment; filename="{name or "proof"}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def measure_new(request: StaffRequest) -> HttpResponse:
    """Record an urgent safety measure."""
    form = forms.MeasureForm(sent(request))
    if request.method == "POST":
        made = attempt(form, sponsor.record_measure, actor=request.user, at=request.at)
        if made is not None:
            messages.success(request, f"{made} is recorded: notify it in time.")
            return redirect("safety-desk")
    context = {
        "title": "Urgent safety measure",
        "lead": "What was done at once to protect participants, before anybody was asked.",
        "crumbs": [("Safety desk", reverse("safety-desk"))],
        "button": "Record the measure",
    }
    return show(request, "safety/desk/act.html", context, form)


def measure(request: StaffRequest, measure: int) -> HttpResponse:
    """One urgent measure; the desk may mark it as entered in error."""
    row = get_object_or_404(selectors.measures(), number=measure)
    form = forms.VoidForm(sent(request))
    if request.method == "POST":
        attempt(form, sponsor.void_measure, measure=row, actor=request.user, at=request.at)
        if not form.errors:
            messages.success(request, f"{row} is marked as entered in error.")
            return redirect("measure", row.number)
    may = access.may(request.user, Permission.ASSESS_SAFETY, at=request.at)
    (line,) = presenters.measure_lines([row], request.at)
    context = {"one": line, "may_act": may and not row.voided}
    return show(request, "safety/desk/measure.html", context, form)


def measure_submit(request: StaffRequest, measure: int) -> HttpResponse:
    """That an urgent measure was notified, and the proof."""
    row = get_object_or_404(UrgentMeasure, number=measure)
    return _submit(
        request,
        title=f"Notification of urgent safety measure {measure}",
        crumbs=[("Safety desk", reverse("safety-desk"))],
        back=reverse("safety-desk"),
        measure=row,
    )


def references(request: StaffRequest) -> HttpResponse:
    """The versions of the reference safety information; the desk adds one."""
    may = access.may(request.user, Permission.ASSESS_SAFETY, at=request.at)
    form = forms.ReferenceForm(sent(request))
    if request.method == "POST":
        made = attempt(form, sponsor.record_reference, actor=request.user, at=request.at)
        if made is not None:
            messages.success(request, f"Version {made.version} is recorded.")
            return redirect("reference-information")
    rows = ReferenceSafetyInformation.objects.all()
    context = {"rows": rows, "may_add": may}
    return show(request, "safety/desk/references.html", context, form)


def _submit(
    request: StaffRequest,
    *,
    title: str,
    crumbs: list[tuple[str, str]],
    back: str,
    **about: Any,
) -> HttpResponse:
    posted = request.method == "POST"
    form = forms.SubmitForm(sent(request), request.FILES if posted else None)
    if posted:
        made = attempt(form, sponsor.submit, actor=request.user, at=request.at, **about)
        if made is not None:
            messages.success(request, f"The submission to {made.recipient} is recorded.")
            return redirect(back)
    context = {"title": title, "crumbs": crumbs, "button": "Record the submission", "files": True}
    return show(request, "safety/desk/act.html", context, form)


def _file(
    report: SafetyReport, what: str, content: bytes, kind: str = "application/pdf"
) -> HttpResponse:
    """A document of a version, to be saved."""
    answer = HttpResponse(content, content_type=kind)
    event, ending = report.event, kind.rpartition("/")[2]
    name = f"{what}-{event.participant.code}-{event.number}-{report.number}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _submission(request: StaffRequest, key: int) -> Submission:
    seen = access.visible_to(request.user).select_related(None)
    mine = Q(report__isnull=True) | Q(report__event__participant__in=seen)
    rows = Submission.objects.select_related("proof", "measure", "report__event__participant")
    return get_object_or_404(rows.filter(mine), pk=key)


def _report(request: StaffRequest, of: str, number: int, version: int) -> SafetyReport:
    seen = access.visible_to(request.user).select_related(None)
    rows = selectors.reported_events().filter(participant__in=seen)
    event: AdverseEvent = get_object_or_404(rows, participant__code=of, number=number)
    found = get_object_or_404(event.reports, number=version)
    found.event = event
    return found


def _crumbs(report: SafetyReport) -> list[tuple[str, str]]:
    event = report.event
    here = f"{event.participant.code} · {event.number}, version {report.number}"
    return [("Safety desk", reverse("safety-desk")), (here, presenters.desk_address(report))]
