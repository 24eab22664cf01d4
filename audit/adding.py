"""Many new rows of one kind at once: two statements instead of two for each row."""

from __future__ import annotations

from collections.abc import Sequence

from audit.acts import current_act
from audit.models import AuditedModel


def add_all(rows: Sequence[AuditedModel]) -> None:
    """Add new rows of one model, and the first version of each with the stamp of the act.

    The database's own checks and triggers hold for each row; ``full_clean`` is the caller's.

    Raises:
        NoActor: outside any act.
    """
    stamp = current_act()
    if not rows:
        return
    model = type(rows[0])
    model._default_manager.bulk_create(rows)
    model.history.bulk_history_create(
        rows,
        default_user=stamp.actor,
        default_change_reason=stamp.reason,
        default_date=stamp.at,
        custom_historical_attrs={"history_role": stamp.role, "history_act": stamp.id},
    )
