"""API tokens: scoped, expiring, shown once, kept as a hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import ApiToken, User
from audit.errors import Refused
from audit.events import record_event

READ, CREATE = "cuts:read", "cuts:create"
SCOPES = {READ: "list and download data cuts", CREATE: "ask for a data cut"}
MAXIMUM_DAYS = 366
MAXIMUM_NAME = 80
# A token in use would otherwise write its row at every request.
_USE_NOTED_EVERY = timedelta(minutes=1)


class TokenRefused(Refused):
    """The token asked for cannot be made."""

    code = "token-refused"
    status = 422


@transaction.atomic
def issue_token(
    *,
    user: User,
    scopes: Collection[str],
    days: int,
    name: str,
    actor: User | None,
    at: datetime,
    system: str = "",
) -> tuple[ApiToken, str]:
    """Make a token for a person's programs; the second value is the token, shown this once.

    Raises:
        TokenRefused: a scope that does not exist or none at all, a life of less than a day or
            more than a year, a name that is empty or too long, or an account that is closed.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise TokenRefused(f"Choose among the scopes {', '.join(SCOPES)}.", field="scopes")
    if not 1 <= days <= MAXIMUM_DAYS:
        raise TokenRefused(f"A token lives 1 to {MAXIMUM_DAYS} days.", field="days")
    if not name.strip() or len(name) > MAXIMUM_NAME:
        raise TokenRefused("Name the token in 1 to 80 characters.", field="name")
    if not user.is_active:
        raise TokenRefused("This account is closed.", field="user")
    row, plain = ApiToken.objects.issue(
        user=user,
        name=name.strip(),
        scopes=sorted(set(scopes)),
        at=at,
        expires_at=at + timedelta(days=days),
    )
    record_event(
        name="token.issued",
        actor=actor,
        at=at,
        subject=row,
        data={"for": user.username, "scopes": row.scopes, "days": days},
        system=system,
    )
    return row, plain


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Remember that a token was used, to the minute."""
    if token.last_used_at is None or at - token.last_used_at >= _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
