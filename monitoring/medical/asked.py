"""What the medical monitor narrowed a page to; nonsense in the address narrows nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from safety.models import AdverseEvent
from trial.forms.fields import EARLIEST, LATEST

SERIOUS, OTHER, ALL = "serious", "other", "all"
KINDS: Mapping[str, str] = {SERIOUS: "Serious", OTHER: "Not serious", ALL: "All events"}


@dataclass(frozen=True)
class Asked:
    """The filters of a page; ``first`` and ``last`` are days, both within the period."""

    site: str = ""
    group: str = ""
    kind: str = SERIOUS
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(
        cls, asked: Mapping[str, str], *, sites: Collection[str], groups: Collection[str] = ()
    ) -> Asked:
        """Read the address."""
        site, group, kind = (asked.get(name, "") for name in ("site", "group", "kind"))
        return cls(
            site=site if site in sites else "",
            group=group if group in groups else "",
            kind=kind if kind in KINDS else SERIOUS,
            first=_day(asked.get("first", "")),
            last=_day(asked.get("last", "")),
        )

    @property
    def query(self) -> str:
        """The address again, for the next page."""
        named = {"site": self.site, "group": self.group, "kind": self.kind}
        days = {"first": self.first or "", "last": self.last or ""}
        return urlencode({**named, **days})

    def within(self, earliest: date, latest: date) -> bool:
        """Whether something that was on one of these days may lie in the period."""
        ended = self.first is not None and latest < self.first
        begun = self.last is None or earliest <= self.last
        return begun and not ended

    def keeps(self, event: AdverseEvent, group: str) -> bool:
        """Whether an event is of this site, group and period, serious or not."""
        onset = event.onset_date
        here = self.site in {"", event.participant.site.code}
        return here and self.group in {"", group} and self.within(onset.earliest, onset.latest)

    def lists(self, event: AdverseEvent) -> bool:
        """Whether an event stands in the list, by its seriousness."""
        return self.kind == ALL or event.serious == (self.kind == SERIOUS)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
