"""Below a record: the ways into its past."""

from __future__ import annotations

from django.template.loader import render_to_string

from monitoring.past.items import reads_trail
from monitoring.past.scopes import of_record
from trial.margin import Look
from trial.models import Record


def panel(look: Look, record: Record) -> str:
    """Links to the record as it stood; nothing for who does not read its trail."""
    if not reads_trail(look, record):
        return ""
    return render_to_string("monitoring/past/panel.html", {"scope": of_record(record)})
