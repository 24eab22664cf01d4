"""Errors are for people: a refusal becomes a sentence, the unexpected a reference number."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from audit.errors import Refused
from config.logs import route_of
from exports.problems import MEDIA_TYPE, problem
from trial.locks import refusal_of

log = logging.getLogger("hermes.errors")


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer goes to a program."""
    return request.path.startswith("/api/")


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page, or the JSON, that says what was refused and why."""
    if wants_json(request):
        return _problem(request, refused.code, refused.status, refused.message)
    context = {"code": refused.code, "message": refused.message}
    return render(request, "errors/refused.html", context, status=refused.status)


def _problem(
    request: HttpRequest, code: str, status: int, detail: str, reference: str = ""
) -> JsonResponse:
    body = problem(
        code=code, status=status, detail=detail, instance=request.path, reference=reference
    )
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


class RefusalMiddleware:
    """Turns a ``Refused`` that no view caught into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal, be it the database's own; leave everything else to the 500 page."""
        refused = exception if isinstance(exception, Refused) else refusal_of(exception)
        return None if refused is None else refusal(request, refused)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by this name
    """400: what was sent makes no sense."""
    return refusal(
        request,
        Refused(
            "The browser sent something this page cannot read.", code="bad-request", status=400
        ),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by this name
    """403: this person may not."""
    return refusal(
        request,
        Refused("Your role does not cover this page.", code="not-your-role", status=403),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by this name
    """404: nothing here, or nothing this person may know of."""
    return refusal(
        request,
        Refused(
            "There is nothing here, or nothing that you have access to.",
            code="not-found",
            status=404,
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 after a form outlived its session."""
    return refusal(
        request,
        Refused(
            "This page was open for too long and could not be checked. Go back, reload and send "
            "it again.",
            code="page-too-old",
            status=403,
        ),
    )


def unexpected(request: HttpRequest) -> HttpResponse:
    """500: a reference number the help desk can find in the log, never a trace."""
    reference = secrets.token_hex(4)
    log.error("unexpected error, reference %s, at %s", reference, route_of(request))
    if wants_json(request):
        sentence = f"Something failed. The server's log has it under reference {reference}."
        return _problem(request, "unexpected", 500, sentence, reference)
    # Drawn without the request: who is signed in is in the database, which may be what failed.
    page = render_to_string("errors/unexpected.html", {"reference": reference})
    return HttpResponse(page, status=500)
