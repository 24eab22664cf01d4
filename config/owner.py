"""Be the role that owns the tables, for as long as a migration takes.

The application's role owns nothing and could not migrate. One process at a time may be the owner:
`manage.py migrate`, which alone is given the owner's address (HERMES_OWNER_URL; embedded: known).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections

_WHO = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@contextmanager
def as_owner(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Until the end, this process connects as the owner; may be nested, not in a transaction.

    Raises ImproperlyConfigured where nobody told this process who the owner is.
    """
    if not settings.DATABASE_OWNER:
        raise ImproperlyConfigured(
            "Set HERMES_OWNER_URL (or HERMES_OWNER_URL_FILE): the role of DATABASE_URL owns no "
            "table and cannot migrate. See .env.example."
        )
    connection = connections[alias]
    before = {key: connection.settings_dict[key] for key in _WHO}
    owner = {key: settings.DATABASE_OWNER[key] for key in _WHO if key in settings.DATABASE_OWNER}
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
