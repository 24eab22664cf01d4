"""Request plumbing that belongs to no app."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


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
