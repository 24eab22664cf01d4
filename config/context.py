"""What every page shows: trial, environment, who is signed in and what they may open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from trial import access, protocol


def page(request: HttpRequest) -> dict[str, Any]:
    """The band, the person's roles, and the navigation that person can use."""
    # An error page may be drawn before anybody was looked for.
    user: access.AnyUser = getattr(request, "user", AnonymousUser())
    signed_in = user.is_authenticated
    return {
        "protocol": protocol.current(),
        "environment": settings.HERMES_ENVIRONMENT,
        "version": settings.VERSION,
        "allowed": access.Allowed(user) if signed_in else access.Nothing(),
        "idle_minutes": settings.SESSION_IDLE // 60,
        "role_words": access.role_words(user) if signed_in else "",
    }
