"""When an entry is unusual, as a protocol says it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """When an entry or an edit is unusual enough for a monitor to look at; a marker, no verdict.

    Attributes:
        late_entry_days: from the assessment to the first entry, more than so many days.
        night: from this hour of the site's clock until that one.
        burst_saves: at least so many saves by one person within ``burst_minutes``.
        recorded_minutes: taken down so many minutes after the act, or later.
        ours: whether these are this product's defaults, not the protocol's.
    """

    late_entry_days: int = 5
    night: tuple[int, int] = (22, 6)
    burst_saves: int = 15
    burst_minutes: int = 10
    recorded_minutes: int = 5
    ours: bool = True
