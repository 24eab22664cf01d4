"""Locking, asking for a lock to be lifted, lifting it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from trial import services
from trial.forms.locking import LockForm, UnlockReasonForm
from trial.models import Lock, Participant, Record, Visit
from trial.objections import Extent
from trial.presenters import locks as pages
from trial.web import StaffRequest, attempt, find_participant, find_visit, sent, show


def lock_list(request: StaffRequest) -> HttpResponse:
    """What is locked, and who asks for something to be unlocked."""
    return render(request, "trial/locks.html", pages.list_page(request.user))


def lock(request: StaffRequest, code: str) -> HttpResponse:
    """One lock: what, who, when, why, and what may be done about it."""
    found = _find(request, code)
    return render(request, "trial/lock.html", pages.lock_page(found, request.user))


def lock_trial(request: StaffRequest) -> HttpResponse:
    """Lock the whole trial, before the analysis."""
    return _lock(request)


def lock_participant(request: StaffRequest, code: str) -> HttpResponse:
    """Lock everything of one participant."""
    return _lock(request, participant=find_participant(request, code))


def lock_visit(request: StaffRequest, code: str, visit: str, occurrence: int) -> HttpResponse:
    """Lock one visit with its records."""
    found = find_visit(request, code, visit, occurrence)
    return _lock(request, participant=found.participant, visit=found)


def lock_record(
    request: StaffRequest, code: str, visit: str, occurrence: int, form: str
) -> HttpResponse:
    """Lock one record."""
    place = find_visit(request, code, visit, occurrence)
    found = place.records.select_related("participant__site", "visit").filter(form=form).first()
    if found is None:
        raise Http404
    return _lock(request, participant=place.participant, visit=place, record=found)


def _lock(
    request: StaffRequest,
    *,
    participant: Participant | None = None,
    visit: Visit | None = None,
    record: Record | None = None,
) -> HttpResponse:
    form = LockForm(sent(request))
    extent = Extent(request.user, participant, visit, record)
    act = partial(
        services.lock,
        participant=participant,
        visit=visit,
        record=record,
        actor=request.user,
        at=request.at,
    )
    if request.method == "POST" and (made := attempt(form, act)) is not None:
        messages.success(request, f"{pages.what(made)}: locked.")
        return redirect("lock", made.code)
    return show(request, "trial/lock_act.html", pages.locking(extent), form)


def ask(request: StaffRequest, code: str) -> HttpResponse:
    """Ask for a lock to be lifted."""
    form = UnlockReasonForm(sent(request))
    return _act(request, code, form, services.ask_unlock, pages.asking, "asked to unlock.")


def lift(request: StaffRequest, code: str) -> HttpResponse:
    """Lift a lock that somebody else asked to be lifted."""
    form = forms.Form(sent(request))
    return _act(request, code, form, services.lift, pages.lifting, "unlocked.")


def decline(request: StaffRequest, code: str) -> HttpResponse:
    """Leave a lock in place although somebody asked for it to be lifted."""
    form = UnlockReasonForm(sent(request))
    return _act(request, code, form, services.decline_unlock, pages.declining, "stays locked.")


def _act(  # noqa: PLR0917 - the three pages above differ in nothing else
    request: StaffRequest,
    code: str,
    form: forms.Form,
    service: Callable[..., Lock],
    page: Callable[[Lock], Mapping[str, Any]],
    done: str,
) -> HttpResponse:
    found = _find(request, code)
    act = partial(service, lock=found, actor=request.user, at=request.at)
    if request.method == "POST" and attempt(form, act) is not None:
        messages.success(request, f"{pages.what(found)}: {done}")
        return redirect("lock", found.code)
    return show(request, "trial/lock_act.html", dict(page(found)), form)


def _find(request: StaffRequest, code: str) -> Lock:
    return get_object_or_404(pages.visible_locks(request.user), code=code)
