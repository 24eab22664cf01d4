"""The trail of the trial, a site, a participant, a visit and a record, and reviews of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from audit.entries import Page
from audit.errors import Refused
from monitoring import presenters, selectors, taking
from monitoring.forms import ReviewForm, TrailFilter
from monitoring.models import TrailReview
from monitoring.pages import TrailPage, cursor_of
from monitoring.scopes import Scope
from monitoring.services import reviews
from trial import access
from trial.access import Permission
from trial.identifiers import is_valid
from trial.models import Participant
from trial.web import StaffRequest, attempt, find_visit, sent, show

PER_PAGE = 50


def trail(request: StaffRequest) -> HttpResponseBase:
    """Everything this person may read."""
    return _show(request, Scope())


def site_trail(request: StaffRequest, site: str) -> HttpResponseBase:
    """What happened at one site."""
    found = get_object_or_404(selectors.readable_sites(request.user), code=site)
    return _show(request, Scope(site=found))


def participant_trail(request: StaffRequest, code: str) -> HttpResponseBase:
    """What happened to one participant's data."""
    return _show(request, Scope(participant=_participant(request, code)))


def visit_trail(request: StaffRequest, code: str, visit: str, occurrence: int) -> HttpResponseBase:
    """What happened to one visit and its records."""
    participant = _participant(request, code)
    found = find_visit(request, code, visit, occurrence)
    return _show(request, Scope(participant=participant, visit=found))


def record_trail(
    request: StaffRequest, code: str, visit: str, occurrence: int, form: str
) -> HttpResponseBase:
    """What happened to one record."""
    participant = _participant(request, code)
    found = find_visit(request, code, visit, occurrence)
    record = get_object_or_404(found.records, form=form)
    return _show(request, Scope(participant=participant, visit=found, record=record))


def _participant(request: StaffRequest, code: str) -> Participant:
    # A code that cannot be one never reaches the database.
    known = code if is_valid(code) else ""
    return get_object_or_404(selectors.readable_participants(request.user), code=known)


def _show(request: StaffRequest, scope: Scope) -> HttpResponseBase:
    form = TrailFilter(request.GET, request.user, scope)
    shape = request.GET.get("as", "")
    if shape and form.is_valid():
        return _take(request, scope, form, shape)
    found, status = Page((), None), 400
    if form.is_valid():
        found, status = form.reading().page(cursor_of(request.GET)), 200
    page = TrailPage(request.user, scope, form, request.GET)
    context = {
        "page": page,
        "form": form,
        "groups": list(presenters.groups(found.entries, request.user, scope.place)),
        "more": page.further(found.older),
        "review": page.review_form(request.at),
    }
    return render(request, "monitoring/trail.html", context, status=status)


def _take(
    request: StaffRequest, scope: Scope, form: TrailFilter, shape: str
) -> StreamingHttpResponse:
    """The whole of what was asked for, up to this instant; taking it away is logged."""
    if shape not in taking.SHAPES:
        raise Refused("A trail is taken as CSV or JSON.", code="bad-shape", status=400)
    reading = selectors.until(form.reading(), request.at)
    page = TrailPage(request.user, scope, form, request.GET)
    lines: Iterator[str] = iter(())
    if request.method == "GET":
        reviews.record_export(
            scope=scope,
            shape=shape,
            entries=reading.count(),
            asked=page.asked(),
            actor=request.user,
            at=request.at,
        )
        groups = presenters.groups(reading.every(), request.user, scope.place)
        lines = taking.SHAPES[shape](groups, page.about(request.at))
    return StreamingHttpResponse(
        lines,
        content_type=taking.TYPES[shape],
        headers={"Content-Disposition": f'attachment; filename="{page.file_name(shape)}"'},
    )


def trail_reviews(request: StaffRequest) -> HttpResponse:
    """The reviews this person may know of; a new one, sent from the trail it is of."""
    form = ReviewForm(sent(request))
    if request.method == "POST" and (review := attempt(form, _review, request=request)):
        said = f"The review of {review.of} is recorded."
        messages.success(request, said, extra_tags=_trail_of(review))
        return redirect("trail-reviews")
    listed = selectors.reviews_for(request.user)
    context = {
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "of": form.data.get("participant") or form.data.get("site") or "the whole trial",
    }
    return show(request, "monitoring/reviews.html", context, form)


def _trail_of(review: TrailReview) -> str:
    """The address of the trail that was reviewed: the review was typed there."""
    if review.participant is not None:
        return reverse("participant-trail", args=[review.participant.code])
    return reverse("site-trail", args=[review.site.code]) if review.site else reverse("trail")


def _review(*, request: StaffRequest, site: str, participant: str, **said: object) -> TrailReview:
    """The review of the trail that a hidden field names, as far as this person may read it."""
    scope = Scope()
    if participant:
        scope = replace(scope, participant=_participant(request, participant))
    elif site:
        found = selectors.readable_sites(request.user).filter(code=site).first()
        if found is None:
            raise Http404
        scope = replace(scope, site=found)
    elif not access.may(request.user, Permission.REVIEW_TRAIL):
        raise Http404
    return reviews.record_review(scope=scope, actor=request.user, at=request.at, **said)  # type: ignore[arg-type]  # cleaned by the form
