"""The one permission table: route x method -> what a person must be allowed to do.

``trial.access`` says which role holds which permission; the middleware below enforces the table
before any view runs, and the tests walk the same table for every role. A URL that is not here
fails at start-up. What the table cannot say, the views' scoped queries do: an object of another
site is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, get_resolver

from audit.errors import Refused
from config.errors import refusal, wants_json
from trial.access import may
from trial.roles import P

ANYONE = "anyone"
SIGNED_IN = "signed in"
TOKEN = "token"  # noqa: S105 - the kind of access, not a secret; DRF checks scope and permission

Rule = P | str
_READ: Mapping[str, Rule] = {"GET": P.READ_CLINICAL}


def _page(read: Rule, write: Rule | None = None) -> Mapping[str, Rule]:
    return {"GET": read} if write is None else {"GET": read, "POST": write}


ROUTES: dict[str, Mapping[str, Rule]] = {
    # Everybody
    "healthz": _page(ANYONE),
    "sign-in": _page(ANYONE, ANYONE),
    "sign-out": {"POST": SIGNED_IN},
    "home": _page(SIGNED_IN),
    "protocol": _page(SIGNED_IN),
    "components": _page(SIGNED_IN),
    "password": _page(SIGNED_IN, SIGNED_IN),
    "draft-key": _page(SIGNED_IN),
    # Participants
    "participants": _READ,
    "participant": _READ,
    "screening": _page(P.READ_CLINICAL),
    "screening-new": _page(P.SCREEN, P.SCREEN),
    "screening-outcome": _page(P.SCREEN, P.SCREEN),
    "consent-new": _page(P.OBTAIN_CONSENT, P.OBTAIN_CONSENT),
    "eligibility": _page(P.READ_CLINICAL, P.ENTER_DATA),
    "eligibility-sign": _page(P.SIGN, P.SIGN),
    "withdrawal": _page(P.ENTER_DATA, P.ENTER_DATA),
    "death": _page(P.ENTER_DATA, P.ENTER_DATA),
    "lost": _page(P.ENTER_DATA, P.ENTER_DATA),
    "visit": _page(P.READ_CLINICAL, P.ENTER_OUTCOMES),
    "visit-new": _page(P.ENTER_OUTCOMES, P.ENTER_OUTCOMES),
    "record": _page(P.READ_CLINICAL, P.ENTER_OUTCOMES),
    "record-sign": _page(P.SIGN, P.SIGN),
    "visit-sign": _page(P.SIGN, P.SIGN),
    "casebook-sign": _page(P.SIGN, P.SIGN),
    "visit-book": _READ,
    "casebook": _READ,
    # Locks
    "locks": _READ,
    "lock": _READ,
    "lock-ask": _page(P.ASK_UNLOCK, P.ASK_UNLOCK),
    "lock-lift": _page(P.UNLOCK, P.UNLOCK),
    "lock-decline": _page(P.UNLOCK, P.UNLOCK),
    **dict.fromkeys(
        ("record-lock", "visit-lock", "participant-lock", "trial-lock"), _page(P.LOCK, P.LOCK)
    ),
    # Randomization and treatment
    "randomize": _page(P.RANDOMIZE, P.RANDOMIZE),
    "envelope-opened": _page(P.RANDOMIZE, P.RANDOMIZE),
    "allocation-envelopes": _page(P.MANAGE_LIST, P.MANAGE_LIST),
    "treatment": _page(P.KNOW_ARMS),
    "aspiration": _page(P.HANDLE_PRODUCT, P.HANDLE_PRODUCT),
    "aspiration-correction": _page(P.HANDLE_PRODUCT, P.HANDLE_PRODUCT),
    "product": _page(P.HANDLE_PRODUCT, P.HANDLE_PRODUCT),
    **{
        f"product-{step}": _page(P.HANDLE_PRODUCT, P.HANDLE_PRODUCT)
        for step in ("passage", "harvest", "tests", "release", "exception", "fail", "disposal")
    },
    "product-correction": _page(P.HANDLE_PRODUCT, P.HANDLE_PRODUCT),
    "product-agreement": _page(P.SIGN, P.SIGN),
    "product-label": {"POST": P.HANDLE_PRODUCT},
    "infusion": _page(P.INFUSE, P.INFUSE),
    "infusion-vitals": _page(P.INFUSE, P.INFUSE),
    "infusion-correction": _page(P.INFUSE, P.INFUSE),
    "cells": _page(P.KNOW_ARMS),
    "not-treated": _page(P.INFUSE, P.INFUSE),
    "allocation-list": _page(P.MANAGE_LIST, P.MANAGE_LIST),
    "record-guess": _page(P.ENTER_OUTCOMES, P.ENTER_OUTCOMES),
    "blinding-indices": _page(P.MANAGE_LIST),
    "unblindings": _page(P.READ_UNBLINDING),
    "unblinding-new": _page(P.ASK_UNBLINDING, P.ASK_UNBLINDING),
    "unblinding": _page(P.READ_UNBLINDING, P.ASK_UNBLINDING),
    "unblinding-decide": _page(P.DECIDE_UNBLINDING, P.DECIDE_UNBLINDING),
    "allocation-list-import": _page(P.MANAGE_LIST, P.MANAGE_LIST),
    "allocation-balance": _page(P.MANAGE_LIST),
    "allocation-list-reveal": _page(P.MANAGE_LIST, P.MANAGE_LIST),
    "allocation-list-file": _page(SIGNED_IN),
    # Safety
    "adverse-events": _READ,
    "adverse-event-new": _page(P.ENTER_SAFETY, P.ENTER_SAFETY),
    "adverse-event": _page(P.READ_CLINICAL, P.ENTER_SAFETY),
    "alerts": _page(SIGNED_IN),
    "alert": _page(SIGNED_IN, SIGNED_IN),
    "alerts-told": _page(P.READ_DESK),
    "adverse-event-grade": _page(P.ENTER_SAFETY, P.ENTER_SAFETY),
    "adverse-event-follow-up": _page(P.ENTER_SAFETY, P.ENTER_SAFETY),
    # The safety desk
    "safety-desk": _page(P.READ_DESK),
    "safety-overview": _page(P.READ_DESK),
    "safety-vitals": _page(P.READ_DESK),
    "safety-report": _page(P.READ_DESK),
    "safety-report-cioms": _page(P.READ_DESK),
    "safety-report-narrative": _page(P.READ_DESK),
    "safety-report-icsr": _page(P.READ_DESK),
    "safety-annual": _page(P.READ_DESK),
    "safety-annual-file": _page(P.READ_DESK),
    "safety-report-assess": _page(P.ASSESS_SAFETY, P.ASSESS_SAFETY),
    "safety-report-submit": _page(P.ASSESS_SAFETY, P.ASSESS_SAFETY),
    "safety-report-follow-up": _page(P.ASSESS_SAFETY, P.ASSESS_SAFETY),
    "submission": _page(P.READ_DESK, P.ASSESS_SAFETY),
    "submission-proof": _page(P.READ_DESK),
    "measure-new": _page(P.ASSESS_SAFETY, P.ASSESS_SAFETY),
    "measure": _page(P.READ_DESK, P.ASSESS_SAFETY),
    "measure-submit": _page(P.ASSESS_SAFETY, P.ASSESS_SAFETY),
    "reference-information": _page(P.READ_DESK, P.ASSESS_SAFETY),
    # Coding
    "coding": _page(P.CODE_EVENTS),
    "coding-event": _page(P.CODE_EVENTS, P.CODE_EVENTS),
    "coding-versions": _page(P.CODE_EVENTS, P.CODE_EVENTS),
    # The board
    "dsmb": _page(P.READ_OPEN_PACKS),
    "dsmb-new": _page(P.CALL_MEETINGS, P.CALL_MEETINGS),
    "dsmb-meeting": _page(P.READ_OPEN_PACKS, P.READ_CLOSED_PACKS),
    "dsmb-packs": {"POST": P.CALL_MEETINGS},
    "dsmb-recommend": _page(P.RECOMMEND, P.RECOMMEND),
    "dsmb-file": _page(P.READ_OPEN_PACKS),
    "dsmb-stopping-rules": _page(P.READ_OPEN_PACKS),
    # The trail
    "trail": _page(P.READ_TRAIL),
    "site-trail": _page(P.READ_TRAIL),
    "participant-trail": _page(P.READ_TRAIL),
    "seals": _page(P.READ_TRAIL),
    "item-history": _page(P.READ_TRAIL),
    "record-as-of": _page(P.READ_TRAIL),
    "record-compare": _page(P.READ_TRAIL),
    "record-restore": _page(P.ENTER_OUTCOMES, P.ENTER_OUTCOMES),
    "visit-as-of": _page(P.READ_TRAIL),
    "visit-compare": _page(P.READ_TRAIL),
    "participant-as-of": _page(P.READ_TRAIL),
    "participant-compare": _page(P.READ_TRAIL),
    "visit-trail": _page(P.READ_TRAIL),
    "record-trail": _page(P.READ_TRAIL),
    "unusual": _page(P.READ_TRAIL),
    "unusual-one": _page(P.READ_TRAIL),
    "trail-reviews": _page(P.READ_TRAIL, P.REVIEW_TRAIL),
    # Verification
    "verification": _page(P.READ_TRAIL, P.VERIFY),
    "visit-verification": _page(P.READ_TRAIL, P.VERIFY),
    "changed-after-verification": _page(P.READ_TRAIL),
    "overview": _page(P.READ_TRAIL),
    "site-overview": _page(P.READ_TRAIL),
    "overview-records": _page(P.READ_TRAIL),
    "deviations": _page(P.READ_TRAIL),
    "certificates": _page(SIGNED_IN),
    "certificate-new": _page(P.CERTIFY, P.CERTIFY),
    # Queries
    "queries": _READ,
    "queries-close": {"POST": P.QUERY},
    "query": _READ,
    "query-answer": {"POST": P.ENTER_OUTCOMES},
    "query-close": {"POST": P.QUERY},
    "query-reopen": {"POST": P.QUERY},
    "query-new": _page(P.QUERY, P.QUERY),
    "edit-checks": _page(P.RUN_CHECKS, P.RUN_CHECKS),
    # Out
    "cuts": _page(P.READ_CUTS, P.MAKE_CUTS),
    "cut": _page(P.READ_CUTS),
    "cut-progress": _page(P.READ_CUTS),
    "cut-compare": _page(P.READ_CUTS),
    "cut-cancel": {"POST": P.MAKE_CUTS},
    "cut-file": _page(P.READ_CUTS),
    "cut-zip": _page(P.READ_CUTS),
    "tokens": _page(P.READ_CUTS, P.READ_CUTS),
    # Its owner's, and whoever's manages accounts; to everybody else it is not there.
    "token": _page(SIGNED_IN, SIGNED_IN),
    # People
    "people-tokens": _page(P.MANAGE_ACCOUNTS),
    "people": _page(P.MANAGE_ACCOUNTS),
    "person-new": _page(P.MANAGE_ACCOUNTS, P.MANAGE_ACCOUNTS),
    "person": _page(P.MANAGE_ACCOUNTS, P.MANAGE_ACCOUNTS),
    "delegation-new": _page(P.MANAGE_ACCOUNTS, P.MANAGE_ACCOUNTS),
    "delegation-end": _page(P.MANAGE_ACCOUNTS, P.MANAGE_ACCOUNTS),
    # REST
    "api-cuts": {"GET": TOKEN, "POST": TOKEN},
    "api-cut": {"GET": TOKEN},
    "api-cut-file": {"GET": TOKEN},
    "api-datasets": {"GET": TOKEN},
    "api-dataset": {"GET": TOKEN},
    "api-codebook": {"GET": TOKEN},
    "api-problems": {"GET": ANYONE},
    "api-schema": {"GET": ANYONE},
}


def named_routes(patterns: list[Any] | None = None) -> set[str]:
    """The names of all URL patterns; a pattern without a name shows as its expression."""
    names: set[str] = set()
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            names |= named_routes(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            names.add(entry.name or str(entry.pattern))
    return names


# Addresses that only take what a page sends, and that page: whoever opens one, or comes back to it
# after signing in again, goes there. What may be seen there is the page's own line of the table.
SENT_FROM = {
    "queries-close": "queries",
    "query-answer": "query",
    "query-close": "query",
    "query-reopen": "query",
    "cut-cancel": "cut",
    "dsmb-packs": "dsmb-meeting",
}


def unknown_routes(table: Mapping[str, Any]) -> list[str]:
    """Routes without a line in the table, and lines without a route."""
    return sorted(named_routes() ^ set(table))


class PermissionMiddleware:
    """Asks the table before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the decision is made once the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """None lets the view run; anything else is the answer."""
        name = request.resolver_match.url_name if request.resolver_match else None
        rules = ROUTES.get(name or "", {})
        match = request.resolver_match
        if match and name in SENT_FROM and request.method in {"GET", "HEAD"}:
            there: HttpResponse = redirect(SENT_FROM[name], **match.kwargs)
            return there
        rule = rules.get("GET" if request.method in {"HEAD", "OPTIONS"} else str(request.method))
        if rule is None:
            return _wrong_method(request, rules)
        if rule in (ANYONE, TOKEN):
            return None
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        if rule == SIGNED_IN or (isinstance(rule, P) and may(request.user, rule)):
            return None
        refused = Refused("Your role does not cover this.", code="not-your-role", status=403)
        return refusal(request, refused)


def _wrong_method(request: HttpRequest, rules: Mapping[str, Rule]) -> HttpResponse:
    if not rules:
        return refusal(request, Refused("Nothing here.", code="not-found", status=404))
    refused = Refused("This page cannot be used this way.", code="wrong-method", status=405)
    answer = refusal(request, refused)
    answer["Allow"] = ", ".join(sorted(rules))
    return answer


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return refusal(request, Refused("Sign in first.", code="sign-in", status=401))
    return redirect_to_login(request.get_full_path())
