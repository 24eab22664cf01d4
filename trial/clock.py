"""Instants and days: the server's instant in UTC, the site's calendar day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from trial.models import Site


def day_at(at: datetime, site: Site) -> date:
    """The calendar day at the site at an instant."""
    return at.astimezone(ZoneInfo(site.timezone)).date()


def age_on(year_of_birth: int, day: date) -> int:
    """Age in years when only the year of birth is known: what the person turns that year."""
    return day.year - year_of_birth
