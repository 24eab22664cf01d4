"""Remembering who read a dataset: reading its rows takes them away as a download does."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from audit.events import record_event
from exports.models import DataCut
from exports.selectors import CutFile


def record_reading(*, cut: DataCut, file: CutFile, actor: User, at: datetime) -> None:
    """Log that a person's program reads the rows of a dataset; called for the first page."""
    record_event(
        name="cut.read",
        actor=actor,
        at=at,
        subject=cut,
        data={"cut": cut.code, "blinded": cut.blinded, "file": file.name, "sha256": file.sha256},
        reveals_arm=not cut.blinded,
    )
