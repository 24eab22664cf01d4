"""Request plumbing that belongs to no app."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.sessions import SessionStore


class ServerTime:
    """Takes the server's time once per request; every act of the request carries it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set ``request.at`` and keep pages of signed-in people out of shared caches."""
        request.at = timezone.now()  # type: ignore[attr-defined]  # HttpRequest has no field for it
        response = self.get_response(request)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


# What pages ask for without anybody there.
_BY_THEMSELVES = {"cut-progress"}


class SeenLately:
    """Starts a session's idle time again, and writes so no more often than it must.

    A write for each page would have every reader wait for the disk. A session lives as much
    longer than the idle time as it may go without being written, so nobody is signed out early.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Have the session of whoever is signed in written again, a minute after the last time."""
        response = self.get_response(request)
        session = cast("SessionStore", request.session)
        route = getattr(request.resolver_match, "url_name", None)
        if session.accessed and SESSION_KEY in session and route not in _BY_THEMSELVES:
            session.modified |= session.unwritten() >= settings.SESSION_UNWRITTEN
        return response
