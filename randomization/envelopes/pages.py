"""What the pages of the envelopes say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from randomization.models import EnvelopePrint

TRUTHS = (
    "The file holds arms of places nobody has yet: print it alone, and delete it afterwards.",
    "The trail says which numbers were printed, by whom and why; the file is not kept here.",
    "Numbers that are used meanwhile are destroyed unopened.",
)


@dataclass(frozen=True)
class Printed:
    """One printing, and how many of its numbers have been used since, on paper or not."""

    stratum: str
    first: int
    last: int
    used: int
    by: str
    at: datetime
    reason: str


def printed() -> list[Printed]:
    """Every printing, the newest first, in one query."""
    used = Count(
        "stratum__slots",
        filter=Q(
            stratum__slots__allocation__isnull=False,
            stratum__slots__position__gte=F("first"),
            stratum__slots__position__lte=F("last"),
        ),
    )
    rows = EnvelopePrint.objects.select_related("stratum", "printed_by").annotate(used=used)
    return [
        Printed(
            row.stratum.code, row.first, row.last, row.used, row.printed_by.full_name,
            row.printed_at, row.reason,
        )
        for row in rows.order_by("-printed_at", "-pk")
    ]  # fmt: skip
