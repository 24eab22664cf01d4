"""What every answer of the REST API has: an ETag, and refusals described the same everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, cast

from django.conf import settings
from django.http import HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from exports.authentication import TokenAuthentication, TokenMay
from exports.problems import KINDS, MEDIA_TYPE, problem
from exports.serializers import ProblemSerializer
from exports.tokens import READ
from trial.access import Permission
from trial.web import PageRequest

READS = (READ, Permission.READ_CUTS)
BY_TOKEN: list[type[BaseAuthentication]] = [TokenAuthentication]
GUARDED: list[type[BasePermission]] = [IsAuthenticated, TokenMay]
# Whoever asked may keep the answer and ask whether it still stands; nobody between may.
KEEPING = "private, no-cache"

Responses: TypeAlias = dict[Any, Any]

ETAG = [
    OpenApiParameter(
        "If-None-Match",
        str,
        OpenApiParameter.HEADER,
        description="The ETag of an earlier answer: 304 if nothing has changed.",
    ),
    OpenApiParameter(
        "ETag",
        str,
        OpenApiParameter.HEADER,
        response=[200, 304],
        description="Names this very content.",
    ),
]
UNCHANGED: Responses = {
    304: OpenApiResponse(description="Nothing has changed since the answer named (If-None-Match).")
}


def refusals(*codes: str, address: str = "/api/v1/cuts/CUT-0001/") -> Responses:
    """The refusals an operation can answer with, each described by an example."""
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(KINDS[code].status, []).append(code)
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            ProblemSerializer,
            " ".join(f"{KINDS[code].title}." for code in alike),
            examples=[_example(code, address) for code in alike],
        )
        for status, alike in found.items()
    }


def _example(code: str, address: str) -> OpenApiExample:
    kind = KINDS[code]
    value = problem(code=code, status=kind.status, detail=f"{kind.title}.", instance=address)
    return OpenApiExample(code, value, media_type=MEDIA_TYPE, response_only=True)


BY_EVERYBODY = (
    "not-authenticated",
    "authentication-failed",
    "permission-denied",
    "not-acceptable",
    "unexpected",
)
GUARDED_BY_TOKEN = refusals(*BY_EVERYBODY)
NOT_THERE = refusals("not-found")


def owner(request: Request) -> User:
    """Whose token it is."""
    # IsAuthenticated let the request pass, so it is somebody.
    return cast("User", request.user)


def arrived(request: Request) -> datetime:
    """The server's time of the request (``config.middleware.ServerTime``)."""
    return cast("PageRequest", request._request).at


def etag_of(*parts: object) -> str:
    """A tag for the content that these parts, and this version of the product, lead to."""
    return quote_etag(hashlib.sha256(repr((settings.VERSION, *parts)).encode()).hexdigest())


def unchanged(request: Request, etag: str) -> HttpResponseNotModified | None:
    """304, if the caller has what this tag names."""
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    # A proxy that compresses makes the tag a weak one (RFC 9110, 13.1.2).
    if not {etag, "*"} & {tag.removeprefix("W/") for tag in sent}:
        return None
    found = HttpResponseNotModified()
    _tag(found, etag)
    return found


def answer(data: Any, etag: str) -> Response:
    """The content under its tag."""
    found = Response(data)
    _tag(found, etag)
    return found


def answer_tagged(request: Request, data: Mapping[str, Any]) -> Response | HttpResponseNotModified:
    """The content under a tag of itself; 304 where the caller has it."""
    etag = etag_of(JSONRenderer().render(data))
    return unchanged(request, etag) or answer(data, etag)


def _tag(found: HttpResponseBase, etag: str) -> None:
    found["ETag"], found["Cache-Control"] = etag, KEEPING
    patch_vary_headers(found, ["Authorization"])
