"""Between a page and a service: what a view may find, and how a refusal returns to its form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from accounts.models import User
from audit.errors import Refused
from trial import access
from trial.clock import day_at
from trial.locks import refusal_of
from trial.models import Participant, Site, Visit

T = TypeVar("T")
INVALID = 422


class PageRequest(HttpRequest):
    """A request with the server's instant it arrived at (``config.middleware.ServerTime``)."""

    at: datetime


class StaffRequest(PageRequest):
    """A request of somebody signed in."""

    user: User


def find_participant(request: StaffRequest, code: str) -> Participant:
    """The participant with this code, if this person may read it; otherwise 404."""
    return get_object_or_404(access.visible_to(request.user), code=code)


def find_visit(request: StaffRequest, code: str, visit: str, occurrence: int) -> Visit:
    """A visit of a participant; one whose existence tells an arm is not found by the blinded."""
    participant = find_participant(request, code)
    found = get_object_or_404(
        participant.visits.select_related("participant__site"), code=visit, occurrence=occurrence
    )
    if found.hidden and not access.may_know_arms(request.user, site=participant.site):
        raise Http404
    return found


def today(request: StaffRequest, site: Site) -> date:
    """The site's calendar day as the request arrived."""
    return day_at(request.at, site)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, be it nothing; None on a first look at the page."""
    return request.POST if request.method == "POST" else None


def tell_saved(request: HttpRequest, words: str) -> None:
    """Say on the next page that this form is saved: the browser then forgets what it kept of it."""
    messages.success(request, words, extra_tags=request.path)


def attempt(form: BaseForm, act: Callable[..., T], **given: Any) -> T | None:
    """Do the act with the form's answers; None when the form, or the service, refuses.

    A refusal is put on the form beside its field, so that the page is drawn again with everything
    that was typed.
    """
    if not form.is_valid():
        return None
    try:
        return act(**given, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
    except ValidationError as error:
        _take_over(form, error)
    except IntegrityError as error:
        locked = refusal_of(error)
        if locked is None:
            raise
        refuse(form, locked)
    return None


def refuse(form: BaseForm, refused: Refused) -> None:
    """Put a refusal on the form, beside its field where it names one."""
    field = refused.field if refused.field in form.fields else None
    form.add_error(field, refused.message)
    form.refused_with = refused.status  # type: ignore[attr-defined]  # read back by ``show`` alone


def show(
    request: HttpRequest, template: str, context: dict[str, Any], form: BaseForm | None = None
) -> HttpResponse:
    """The page; with a refused form its status says so."""
    status = 200
    if form is not None:
        context["form"] = form
        if form.is_bound and form.errors:
            status = getattr(form, "refused_with", INVALID)
    return render(request, template, context, status=status)


def _take_over(form: BaseForm, error: ValidationError) -> None:
    """Sentences of a model's own checks; those about fields the page lacks go to the top."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error}
    for name, sentences in by_field.items():
        form.add_error(name if name in form.fields else None, ValidationError(sentences))
