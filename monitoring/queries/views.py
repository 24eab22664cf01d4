"""The pages of queries: the list, one thread, a new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.errors import Refused
from monitoring import services
from monitoring.models import Query
from monitoring.queries import presenters, selectors
from monitoring.queries.forms import (
    AnswerForm,
    AskForm,
    BulkForm,
    CloseForm,
    QueryFilter,
    ReopenForm,
    about,
)
from trial import access
from trial.access import Permission
from trial.presenters.crumbs import crumbs
from trial.web import INVALID, StaffRequest, attempt, find_participant, sent, show

PER_PAGE = 50


def queries(request: StaffRequest) -> HttpResponse:
    """Every query this person may read, what waits for them first."""
    form = QueryFilter(request.GET, user=request.user)
    found = selectors.visible_queries(request.user)
    counted = selectors.ageing(found, request.at.date())
    asked = form.is_valid()
    chosen = found.filter(form.condition(request.at.date())) if asked else found.none()
    ordered = selectors.by_need(chosen, request.user)
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "lines": presenters.lines(list(page.object_list), request.at),
        "counted": counted,
        "ages": zip((words for _, words, *_ in selectors.AGES), counted.by_age, strict=True),
        "asked": any(form.data.get(name) for name in form.fields),
        "rest": rest.urlencode(),
        "may_close": access.may(request.user, Permission.QUERY),
    }
    return render(request, "monitoring/queries/list.html", context, status=200 if asked else 400)


@require_POST
def queries_close(request: StaffRequest) -> HttpResponse:
    """Close those that were ticked, with one reason."""
    form = BulkForm(request.POST)
    ticked = [code for code in request.POST.getlist("query") if code.isdecimal() and len(code) < 9]
    found = selectors.visible_queries(request.user).filter(hidden=False, number__in=ticked)
    if not form.is_valid() or not found:
        raise Refused("Tick the queries and say why they are closed.", status=INVALID)
    closed = services.bulk_close(
        queries=found, reason=form.cleaned_data["reason"], actor=request.user, at=request.at
    )
    messages.success(request, f"{len(closed)} {'query' if len(closed) == 1 else 'queries'} closed.")
    return redirect("queries")


def _find(request: StaffRequest, code: str) -> Query:
    """A query this person may read; otherwise 404."""
    number = code.removeprefix("T")
    if not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise Http404
    found = selectors.visible_queries(request.user)
    return get_object_or_404(found, number=number, hidden=code.startswith("T"))


def query(request: StaffRequest, code: str) -> HttpResponse:
    """One query: the value then and now, everything said, and what may be done."""
    return _page(request, _find(request, code))


def _page(request: StaffRequest, found: Query, form: Form | None = None) -> HttpResponse:
    thread = presenters.threads([found], request.user, request.at)[0]
    context = {
        "thread": thread,
        "zone": found.participant.site,
        "participant": found.participant,
        "crumbs": crumbs(found.participant),
        "answer_form": form if isinstance(form, AnswerForm) else AnswerForm(),
        "close_form": form if isinstance(form, CloseForm) else CloseForm(),
        "reopen_form": form if isinstance(form, ReopenForm) else ReopenForm(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "monitoring/queries/inline.html", context)
    return show(request, "monitoring/queries/query.html", context, form)


def _act(
    request: StaffRequest, code: str, form: Form, service: Callable[..., Query], said: str
) -> HttpResponse:
    found = _find(request, code)
    act = partial(service, query=found, actor=request.user, at=request.at)
    if attempt(form, act) is None:
        return _page(request, found, form)
    messages.success(request, f"{found} {said}.", extra_tags=reverse("query", args=[code]))
    return redirect(presenters.address(found))


@require_POST
def query_answer(request: StaffRequest, code: str) -> HttpResponse:
    """The site answers."""
    return _act(request, code, AnswerForm(request.POST), services.answer_query, "is answered")


@require_POST
def query_close(request: StaffRequest, code: str) -> HttpResponse:
    """A monitor or data manager closes it."""
    return _act(request, code, CloseForm(request.POST), services.close_query, "is closed")


@require_POST
def query_reopen(request: StaffRequest, code: str) -> HttpResponse:
    """A monitor or data manager asks again."""
    return _act(request, code, ReopenForm(request.POST), services.reopen_query, "is open again")


def query_new(request: StaffRequest, code: str) -> HttpResponse:
    """Ask about what the address names: an item, a form, a visit, an event, the participant."""
    participant = find_participant(request, code)
    point = about(request.GET, participant)
    visit = point.get("visit") if point else None
    hidden = visit is not None and visit.hidden
    knows = access.may(request.user, Permission.KNOW_ARMS, site=participant.site)
    if point is None or (hidden and not knows):
        raise Http404
    form = AskForm(sent(request), form=point["form"], initial={"item": point["item"]})
    given: dict[str, Any] = {name: value for name, value in point.items() if name != "item"}
    act = partial(
        services.open_query, participant=participant, actor=request.user, at=request.at, **given
    )
    asked = attempt(form, act) if request.method == "POST" else None
    if asked is not None:
        messages.success(request, f"{asked} is asked.", extra_tags=request.get_full_path())
        return redirect(presenters.point_address(asked))
    context = {
        "participant": participant,
        "crumbs": crumbs(participant),
        "action": request.get_full_path(),
        **presenters.asking(participant, point),
    }
    template = "ask_inline" if request.headers.get("HX-Request") else "ask"
    return show(request, f"monitoring/queries/{template}.html", context, form)
