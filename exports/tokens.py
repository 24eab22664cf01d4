"""API tokens: scoped, expiring, shown once, kept as a hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import ApiToken, User
from audit.errors import Refused
from audit.events import record_event
from trial import access
from trial.access import Permission
from trial.errors import WrongPassword
from trial.services.passwords import count_wrong_password
from trial.services.tokens import end_token

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
    # An account that is being closed at this moment ends the tokens it has: none comes after.
    if not User.objects.select_for_update().get(pk=user.pk).is_active:
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


@transaction.atomic
def make_token(
    *,
    name: str,
    scopes: Collection[str],
    days: int,
    password: str,
    actor: User,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token for one's own programs, by password; the second value is shown this once.

    Raises:
        NotDelegated: the actor reads no cuts, or asks for a scope beyond what they may do.
        WrongPassword: it is not the actor who asks; the view logs it (``record_wrong_password``).
        TokenRefused: as ``issue_token``.
    """
    access.require(actor, Permission.READ_CUTS, at=at)
    if CREATE in scopes:
        access.require(actor, Permission.MAKE_CUTS, at=at)
    if not actor.check_password(password):
        raise WrongPassword("The password is not right. No token was made.", field="password")
    return issue_token(user=actor, scopes=scopes, days=days, name=name, actor=actor, at=at)


def record_wrong_password(*, actor: User, at: datetime) -> bool:
    """Log that a token was refused for it; whether it was one too many."""
    return count_wrong_password(name="token.refused", actor=actor, at=at)


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User, at: datetime) -> None:
    """End a token at once: one's own, or anybody's for whoever manages the accounts.

    Raises:
        NotDelegated: it is somebody else's.
        TokenRefused: it is revoked already.
    """
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if row.user_id != actor.pk:
        access.require(actor, Permission.MANAGE_ACCOUNTS, at=at)
    if row.revoked_at is not None:
        raise TokenRefused("This token is revoked already.", status=409)
    end_token(token=row, actor=actor, at=at)


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's tokens, the newest first."""
    return user.api_tokens.select_related("user").order_by("-created_at", "-pk")


def all_tokens() -> QuerySet[ApiToken]:
    """Everybody's tokens, the newest first."""
    return ApiToken.objects.select_related("user").order_by("-created_at", "-pk")


def find_token(user: User, number: int) -> ApiToken | None:
    """A token of this person's, or anybody's for whoever manages the accounts."""
    manages = access.may(user, Permission.MANAGE_ACCOUNTS)
    return (all_tokens() if manages else tokens_of(user)).filter(pk=number).first()


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Remember that a token was used, to the minute."""
    if token.last_used_at is None or at - token.last_used_at >= _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
