"""The screening log, and the consent that makes an approached person a participant."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from trial import access, services
from trial.access import Permission
from trial.correcting import Correction, corrected_row
from trial.forms.enrolment import ConsentForm, OutcomeForm, ScreeningForm
from trial.models import ScreeningEntry
from trial.presenters import screening as pages
from trial.presenters.crumbs import crumbs
from trial.web import StaffRequest, attempt, find_participant, sent, show, today

PER_PAGE = 50


def log(request: StaffRequest) -> HttpResponse:
    """Everybody approached, newest first."""
    entries = pages.entries(request.user)
    outcome = request.GET.get("outcome", "")
    known = outcome in pages.WORDS
    shown = Paginator(entries.filter(outcome=outcome) if known else entries, PER_PAGE)
    page = shown.get_page(request.GET.get("page"))
    context = {
        "tallies": pages.tallies(entries),
        "page": page,
        "lines": pages.lines(page.object_list, request.user),
        "query": f"outcome={outcome}" if known else "",
        "only": pages.WORDS.get(outcome, ""),
    }
    return show(request, "trial/screening.html", context)


def new(request: StaffRequest) -> HttpResponse:
    """Note that someone was approached."""
    form = ScreeningForm(sent(request), user=request.user)
    if request.method == "POST":
        entry = attempt(form, services.log_screening, actor=request.user, at=request.at)
        if entry is not None:
            said = f"Logged as {pages.name_of(entry)}. Write this number in your file."
            messages.success(request, said)
            return redirect("screening")
    return show(request, "trial/screening_new.html", {"crumbs": pages.crumbs()}, form)


def outcome(request: StaffRequest, site: str, number: int) -> HttpResponse:
    """Close an entry: the person does not enter the trial."""
    entry = _find(request, site, number, Permission.SCREEN)
    form = OutcomeForm(sent(request))
    if request.method == "POST":
        who = {"entry": entry, "actor": request.user, "at": request.at}
        if attempt(form, services.close_screening, **who):
            messages.success(request, f"{pages.name_of(entry)} is closed.")
            return redirect("screening")
    return show(request, "trial/screening_outcome.html", pages.closing(entry), form)


def enrol(request: StaffRequest, site: str, number: int) -> HttpResponse:
    """Record the first consent: an approached person becomes a participant."""
    entry = _find(request, site, number, Permission.OBTAIN_CONSENT)
    form = ConsentForm(sent(request), today=today(request, entry.site))
    if request.method == "POST":
        who = {"entry": entry, "actor": request.user, "at": request.at}
        participant = attempt(form, services.enrol, **who)
        if participant is not None:
            said = f"Enrolled as {participant}. Write this code in your file; eligibility is next."
            messages.success(request, said)
            return redirect("participant", participant.code)
    return show(request, "trial/enrol.html", pages.enrolling(entry, request.user), form)


def consent(request: StaffRequest, code: str) -> HttpResponse:
    """Record a participant's consent to another version, or by another person."""
    participant = find_participant(request, code)
    row = corrected_row(request, participant.consents.all())
    correction = Correction.of(request, "consent", row)
    known = list(participant.consents.select_related("obtained_by"))
    saved = {} if row is None else model_to_dict(row, ["version", "given_by", "consented_on"])
    form = ConsentForm(
        sent(request),
        today=today(request, participant.site),
        known=[one for one in known if one != row],
        initial=saved,
    )
    if request.method == "POST":
        act = services.correct_consent if correction else services.add_consent
        given = correction.given if correction else {"participant": participant}
        if attempt(form, act, **given, actor=request.user, at=request.at):
            said = f"The consent is {'corrected' if correction else 'recorded'}."
            messages.success(request, said, extra_tags=request.get_full_path())
            return redirect("participant", participant.code)
    context = {
        "participant": participant,
        "consents": known,
        "crumbs": crumbs(participant),
        "correction": correction,
        "here": request.get_full_path(),
    }
    return show(request, "trial/consent.html", context, form)


def _find(request: StaffRequest, site: str, number: int, permission: Permission) -> ScreeningEntry:
    """An entry of a site where this person may do this; otherwise 404."""
    found = access.sites_of(request.user, permission)
    rows = ScreeningEntry.objects.filter(site__in=found).select_related("site", "participant")
    return get_object_or_404(rows, site__code=site, number=number)
