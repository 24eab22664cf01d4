"""People who log in, and the tokens their programs use."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q


class UserManager(BaseUserManager["User"]):
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this sign-in name, whatever its capitals."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A named person. Never deleted and never given to somebody else (21 CFR 11.100(a)).

    What a person may do follows from dated delegations, not from this row.
    """

    username = models.CharField(
        max_length=64, unique=True, validators=[UnicodeUsernameValidator(), MinLengthValidator(3)]
    )
    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    # Sign-ins are events in the trail; a column rewritten at each one would be an unexplained
    # change.
    last_login = None

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("full_name",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(full_name=""),
                name="user_has_a_name",
                violation_error_message="Give the person's full name: accounts are personal.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the person's password.

        Django would also store a fresh hash here when its cost has changed: a row rewritten at a
        sign-in by nobody's act. The new cost comes with the next password instead.
        """
        return raw_password is not None and check_password(raw_password, self.password)


def digest_of(token: str) -> str:
    """SHA-256 of a token in hex: tokens are long and random, so no salt or stretching is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiTokenManager(models.Manager["ApiToken"]):
    """Makes tokens and finds the live ones."""

    def issue(
        self, *, user: User, name: str, scopes: list[str], at: datetime, expires_at: datetime
    ) -> tuple[ApiToken, str]:
        """Make a token; the second value is the token itself, shown once and never stored."""
        plain = f"hermes_{secrets.token_urlsafe(32)}"
        row = self.create(
            user=user,
            name=name,
            scopes=sorted(scopes),
            digest=digest_of(plain),
            created_at=at,
            expires_at=expires_at,
        )
        return row, plain

    def live(self, plain: str, *, at: datetime) -> ApiToken | None:
        """The token's row if it is known, not expired, not revoked, and its owner is active."""
        return (
            self.select_related("user")
            .filter(digest=digest_of(plain), expires_at__gt=at, revoked_at__isnull=True)
            .filter(user__is_active=True)
            .first()
        )


class ApiToken(models.Model):
    """A scoped, expiring key for one person's programs; only its hash is stored."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ApiTokenManager] = ApiTokenManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="token_expires_after_it_is_made",
                violation_error_message="A token must expire after it is made.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"
