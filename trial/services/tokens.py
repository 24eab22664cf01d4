"""The end of an API token: by its owner, by an administrator, or with the account."""

from __future__ import annotations

from datetime import datetime

from accounts.models import ApiToken, User
from audit.events import record_event


def end_token(*, token: ApiToken, actor: User, at: datetime) -> None:
    """Revoke a token whose row the caller has locked, and log it. There is no way back."""
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    record_event(
        name="token.revoked",
        actor=actor,
        at=at,
        subject=token,
        data={"for": token.user.username, "scopes": token.scopes},
    )
