"""Pages of the access tokens: one's own, and for whoever manages accounts everybody's."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import ApiToken
from exports import tokens
from exports.token_forms import NewTokenForm
from trial import access
from trial.access import Permission
from trial.by_password import by_password
from trial.web import StaffRequest, attempt, sent, show

PER_PAGE = 50


def own_tokens(request: StaffRequest) -> HttpResponse:
    """One's own tokens, and the form for a new one; what it makes is shown this once."""
    form = NewTokenForm(sent(request)).offer(
        may_make=access.may(request.user, Permission.MAKE_CUTS)
    )
    context: dict[str, object] = {}
    if request.method == "POST":
        made = _make(request, form)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            context["made"], context["plain"] = made
            form = NewTokenForm().offer(may_make=access.may(request.user, Permission.MAKE_CUTS))
    context |= _listed(request, tokens.tokens_of(request.user))
    answer = show(request, "exports/tokens.html", context, form)
    # The token stands on this page: no cache may hold it.
    answer["Cache-Control"] = "no-store"
    return answer


def all_tokens(request: StaffRequest) -> HttpResponse:
    """Everybody's tokens: whose, what for, until when. Not what they read."""
    context = _listed(request, tokens.all_tokens())
    return render(request, "exports/tokens_all.html", context)


def token(request: StaffRequest, number: int) -> HttpResponse:
    """One token, and the form that ends it."""
    found = tokens.find_token(request.user, number)
    if found is None:
        raise Http404
    form = Form(sent(request))
    own = found.user_id == request.user.pk
    back = "tokens" if own else "people-tokens"
    if request.method == "POST":
        attempt(form, tokens.revoke_token, token=found, actor=request.user, at=request.at)
        if form.is_valid():
            messages.success(request, f"The token “{found.name}” is revoked.")
            return redirect(back)
    context = {"row": _row(found, request.at), "back": back, "own": own}
    return show(request, "exports/token.html", context, form)


def _make(request: StaffRequest, form: NewTokenForm) -> tuple[ApiToken, str] | HttpResponse | None:
    """Make the token, or put the refusal on the form; too many wrong passwords end the session."""
    who: dict[str, Any] = {"actor": request.user, "at": request.at}
    wrong = partial(tokens.record_wrong_password, **who)
    return by_password(request, form, tokens.make_token, wrong, **who)


def _listed(request: StaffRequest, found: QuerySet[ApiToken]) -> dict[str, object]:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "rows": [_row(one, request.at) for one in page]}


def _row(found: ApiToken, at: datetime) -> dict[str, object]:
    """How a token reads: its state as a shape and a word, its scopes in words."""
    if found.revoked_at is not None:
        shape, state = "missed", "Revoked"
    elif found.expires_at <= at:
        shape, state = "not_done", "Expired"
    else:
        shape, state = "complete", "Works"
    return {
        "token": found,
        "shape": shape,
        "state": state,
        "works": state == "Works",
        "scopes": [tokens.SCOPES.get(scope, scope) for scope in found.scopes],
    }
