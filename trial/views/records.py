"""One form at one visit: entry, not done, signature."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from audit.errors import Refused
from trial import access, locks, margin, services
from trial.access import Permission
from trial.errors import Stale, WrongState
from trial.forms.merge import Merging
from trial.forms.record import COMPLETE, EDIT, NOT_DONE, RecordEntry, planned_forms
from trial.forms.session import SeenSignatureForm
from trial.margin import Look
from trial.models import Record, Visit
from trial.presenters.grid import record_address, visit_address
from trial.presenters.record import merge_page, record_page, saved_words, signing_page
from trial.views.signing import attempt_signing
from trial.web import StaffRequest, find_visit, sent, show, tell_saved


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
    readonly = not may_enter or locked is not None
    enter = partial(RecordEntry, place, form, readonly=readonly, marks=partial(margin.marks, look))
    entry = enter(sent(request))
    if request.method == "POST" and entry.is_valid():
        merging = Merging.chosen(entry)
        if merging is not None and not merging.settled:
            return _both(request, merging)
        answer = _attempt(request, enter(merging.resolved()) if merging else entry)
        if isinstance(answer, HttpResponse):
            return answer
        entry = answer
    context = record_page(entry, look, may_enter=may_enter)
    return render(request, "trial/record.html", context, status=entry.status)


def _attempt(request: StaffRequest, entry: RecordEntry) -> HttpResponse | RecordEntry:
    """Save, and go on; the entry where its page has to be shown again."""
    if entry.act == EDIT or not entry.is_valid():
        return entry
    try:
        return _onward(request, entry, _save(request, entry))
    except Stale as stale:
        return _meet(request, entry, stale)
    except Refused as refused:
        entry.refuse(refused)
    return entry


def _meet(request: StaffRequest, entry: RecordEntry, stale: Stale) -> HttpResponse | RecordEntry:
    """Somebody saved meanwhile: both versions, unless there is nothing to bring together."""
    if entry.act != NOT_DONE:
        merging = Merging(entry, base=entry.seen)
        if merging.repeated is not None:
            return _onward(request, entry, merging.repeated)
        if merging.record is not None and not merging.found.agreed:
            return _both(request, merging)
    entry.refuse(stale)
    return entry


def _both(request: StaffRequest, merging: Merging) -> HttpResponse:
    context = merge_page(merging)
    return render(request, "trial/record_merge.html", context, status=merging.status)


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
    tell_saved(request, saved_words(entry, saved))
    if saved.status == "draft":
        return redirect(record_address(entry.visit, saved.form))
    return redirect(visit_address(entry.visit))


def sign(request: StaffRequest, code: str, visit: str, occurrence: int, form: str) -> HttpResponse:
    """The investigator signs the record by password."""
    place = _place(request, code, visit, occurrence, form)
    found = place.records.select_related("participant__site", "visit").filter(form=form).first()
    if found is None:
        raise WrongState("There is nothing to sign yet.")
    sign_form = SeenSignatureForm(sent(request))
    if request.method == "POST":
        act = partial(services.sign_record, record=found)
        made = attempt_signing(request, sign_form, act, place.participant)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, "The record is signed.")
            return redirect(visit_address(place))
    entry = RecordEntry(place, form, readonly=True)
    return show(request, "trial/record_sign.html", signing_page(entry), sign_form)
