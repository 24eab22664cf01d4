"""One form at one visit: entry, not done, signature."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from audit.errors import Refused
from trial import access, locks, margin, services
from trial.access import Permission
from trial.errors import WrongState
from trial.forms.record import COMPLETE, NOT_DONE, RecordEntry, planned_forms
from trial.forms.session import SignatureForm
from trial.margin import Look
from trial.models import Record, Visit
from trial.presenters.grid import record_address, visit_address
from trial.presenters.record import record_page, saved_words, signing_page
from trial.views.signing import attempt_signing
from trial.web import StaffRequest, find_visit, sent, show


def _place(request: StaffRequest, code: str, visit: str, occurrence: int, form: str) -> Visit:
    """The visit, if the protocol plans this form there; otherwise 404."""
    found = find_visit(request, code, visit, occurrence)
    if form not in planned_forms(found):
        raise Http404
    return found


def record(
    request: StaffRequest, code: str, visit: str, occurrence: int, form: str
) -> HttpResponse:
    """Open the form, or save what was typed; a refusal keeps everything."""
    place = _place(request, code, visit, occurrence, form)
    may_enter = access.may(request.user, Permission.ENTER_OUTCOMES, site=place.participant.site)
    existing = place.records.filter(form=form).values_list("pk", flat=True).first()
    locked = locks.standing(place.participant).covering(place.pk, existing)
    look = Look(request.user, request.at)
    entry = RecordEntry(
        place,
        form,
        sent(request),
        readonly=not may_enter or locked is not None,
        marks=partial(margin.marks, look),
    )
    if request.method == "POST" and entry.is_valid():
        try:
            saved = _save(request, entry)
        except Refused as refused:
            entry.refuse(refused)
        else:
            return _onward(request, entry, saved)
    context = record_page(entry, look, may_enter=may_enter)
    return render(request, "trial/record.html", context, status=entry.status)


def _save(request: StaffRequest, entry: RecordEntry) -> Record:
    if entry.act == NOT_DONE:
        return services.mark_not_done(
            visit=entry.visit,
            form=entry.spec.code,
            not_done_reason=entry.not_done_reason,
            version=entry.seen,
            actor=request.user,
            at=request.at,
        )
    return services.save_record(
        visit=entry.visit,
        form=entry.spec.code,
        answers=entry.form.answers(),
        assessed_on=entry.assessed_on,
        version=entry.seen,
        complete=entry.act == COMPLETE,
        reason=entry.reason.text,
        confirmed=entry.confirmed,
        actor=request.user,
        at=request.at,
    )


def _onward(request: StaffRequest, entry: RecordEntry, saved: Record) -> HttpResponse:
    """A draft stays open; what is finished leads back to the visit and its next form."""
    messages.success(request, saved_words(entry, saved))
    if saved.status == "draft":
        return redirect(record_address(entry.visit, saved.form))
    return redirect(visit_address(entry.visit))


def sign(request: StaffRequest, code: str, visit: str, occurrence: int, form: str) -> HttpResponse:
    """The investigator signs the record by password."""
    place = _place(request, code, visit, occurrence, form)
    found = place.records.select_related("participant__site", "visit").filter(form=form).first()
    if found is None:
        raise WrongState("There is nothing to sign yet.")
    sign_form = SignatureForm(sent(request))
    if request.method == "POST":
        act = partial(services.sign_record, record=found, seen=request.POST.get("seen", ""))
        made = attempt_signing(request, sign_form, act, place.participant)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, "The record is signed.")
            return redirect(visit_address(place))
    entry = RecordEntry(place, form, readonly=True)
    return show(request, "trial/record_sign.html", signing_page(entry), sign_form)
