"""Who calls the REST API: a bearer token, its scopes, and its owner's own rights."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiToken, User
from exports.tokens import note_use
from trial import access
from trial.access import Permission

SCHEME = b"bearer"
WRONG = "The token is not known, has expired or was revoked."


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer hermes_…``; one answer for every token that does not work."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner and the token; None where no bearer token was sent."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != SCHEME:
            return None
        if len(words) != 2 or not words[1].isascii():
            raise AuthenticationFailed(WRONG)
        now = timezone.now()
        token = ApiToken.objects.live(words[1].decode("ascii"), at=now)
        if token is None:
            raise AuthenticationFailed(WRONG)
        note_use(token=token, at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """What the answer 401 asks for."""
        return 'Bearer realm="Hermes"'


class TokenMay(BasePermission):
    """The token has the scope, and its owner the permission, that the view names per method."""

    message = "This token, or the role of its owner, does not cover this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether both allow the method."""
        needs: dict[str, tuple[str, Permission]] = getattr(view, "needs", {})
        method = "GET" if request.method in {"HEAD", "OPTIONS"} else request.method
        if method not in needs:
            return False
        scope, permission = needs[method]
        return (
            isinstance(request.auth, ApiToken)
            and scope in request.auth.scopes
            and access.may(request.user, permission)
        )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    """How the OpenAPI description names the bearer token."""

    target_class = "exports.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002 - the framework's signature
        """The security scheme object."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Made by `manage.py api_token`, shown once.",
        }
