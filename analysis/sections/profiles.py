"""Every participant on one panel."""

from __future__ import annotations

from analysis.document import Section
from analysis.profiles import profiles
from analysis.study import Study


def section(study: Study) -> Section | None:
    """The profiles, where there is an outcome with a published range."""
    figures = profiles(study)
    if not figures:
        return None
    return Section("profiles", "Participant profiles", tuple(figures))
