"""The board's pages: find -> form -> one service -> redirect."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from exports.packs import presenters, services
from exports.packs.forms import CancelForm, MeetingForm, RecommendationForm, VoteForm
from safety.dsmb import selectors
from safety.dsmb import services as board
from safety.dsmb.models import Meeting
from trial import access
from trial.access import Permission
from trial.by_password import by_password
from trial.web import StaffRequest, attempt, sent, show, tell_saved

TYPES = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _find(code: str) -> Meeting:
    found = selectors.meetings().prefetch_related("packs__cut")
    return get_object_or_404(found, code=code)


def meetings(request: StaffRequest) -> HttpResponse:
    """Every meeting with its cut, packs and recommendation."""
    found = selectors.meetings().prefetch_related("packs__cut")
    context = {
        "rows": [presenters.line(one, request.user) for one in found],
        "may_call": access.may(request.user, Permission.CALL_MEETINGS, at=request.at),
    }
    return show(request, "exports/packs/meetings.html", context)


def meeting_new(request: StaffRequest) -> HttpResponse:
    """Call a meeting."""
    form = MeetingForm(sent(request)).offer(at=request.at)
    if request.method == "POST":
        made = attempt(form, board.call_meeting, actor=request.user, at=request.at)
        if made is not None:
            tell_saved(request, f"{made} is called.")
            return redirect("dsmb-meeting", made.code)
    return show(request, "exports/packs/new.html", {}, form)


def meeting(request: StaffRequest, code: str) -> HttpResponse:
    """One meeting; a member votes here, and the one who called it cancels it here."""
    found = _find(code)
    cancels = "reason" in request.POST
    form = CancelForm(sent(request)) if cancels else VoteForm(sent(request))
    if request.method == "POST":
        act: Any = board.cancel_meeting if cancels else board.vote_on_masks
        if attempt(form, act, meeting=found, actor=request.user, at=request.at) is not None:
            tell_saved(request, f"{found} is cancelled." if cancels else "Your vote is recorded.")
            return redirect("dsmb-meeting", code)
    context = presenters.page(found, request.user, request.at)
    context |= {"vote": form if not cancels else VoteForm(), "cancel": CancelForm()}
    if cancels:
        context["cancel"] = form
    return show(request, "exports/packs/meeting.html", context, form)


def packs(request: StaffRequest, code: str) -> HttpResponse:
    """Make the packs of a meeting."""
    services.request_packs(meeting=_find(code), actor=request.user, at=request.at)
    return redirect("dsmb-meeting", code)


def pack_file(request: StaffRequest, code: str, number: int, name: str) -> HttpResponse:
    """One file of a set; a closed one is not there for whoever reads no closed packs."""
    found = get_object_or_404(_find(code).packs.select_related("meeting", "cut"), number=number)
    listed = {one["name"] for one in presenters.files(found, request.user)}
    if name not in listed:
        raise Http404
    content = services.take(packs=found, name=name, actor=request.user, at=request.at)
    return HttpResponse(
        content,
        content_type=TYPES[name.rpartition(".")[2]],
        headers={
            "Content-Disposition": f'attachment; filename="{found.folder}-{name}"',
            "Cache-Control": "no-store",
        },
    )


def recommend(request: StaffRequest, code: str) -> HttpResponse:
    """Sign what the board recommends."""
    found = _find(code)
    form = RecommendationForm(sent(request))
    if request.method == "POST":
        who: dict[str, Any] = {"actor": request.user, "at": request.at}
        wrong = partial(board.record_wrong_password, meeting=found, **who)
        made = by_password(request, form, services.recommend, wrong, meeting=found, **who)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            tell_saved(request, f"The recommendation of {found} is signed.")
            return redirect("dsmb-meeting", code)
    context = presenters.page(found, request.user, request.at)
    return show(request, "exports/packs/recommend.html", context, form)
