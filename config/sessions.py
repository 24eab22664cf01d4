"""Sessions in the database that know when they were written."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

WRITTEN = "written"


class SessionStore(db.SessionStore):
    """Django's own, with the instant of the last write among what is kept (a Unix time)."""

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row to be written."""
        return super().create_model_instance({**data, WRITTEN: timezone.now().timestamp()})

    def unwritten(self) -> float:
        """The seconds since the session was written."""
        return float(timezone.now().timestamp() - self.get(WRITTEN, 0))
