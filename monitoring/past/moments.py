"""The moment a reader asks for: one at which something changed, or any date and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dateformat import format as written

from audit.as_of import Moment, moments
from monitoring.past.scopes import Scope
from trial.models import Site

MOST = 100
_FIRST, _LAST = 1900, 9998
_MINUTE = timedelta(minutes=1) - timedelta(microseconds=1)


class InstantForm(forms.Form):
    """A moment, in the site's zone.

    A typed minute means its end, and a typed day likewise: what the trail shows at 10:14 stood
    at 10:14.
    """

    at = forms.CharField(label="A moment of change", required=False, max_length=40)
    day = forms.DateField(
        label="or any date", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    clock = forms.TimeField(
        label="and time", required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, known: Sequence[Moment], site: Site, now: datetime,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **options)
        self.zone, self.now = ZoneInfo(site.timezone), now
        self.fields["clock"].help_text = f"Time at the site, {site.timezone}."
        self.fields["at"].widget = forms.Select(choices=_choices(known, self.zone))

    def clean(self) -> dict[str, Any]:
        """Adds ``instant``, None where nothing was asked; refuses what is no moment of the past."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        if asked.get("clock") and not asked.get("day") and "day" not in self.errors:
            self.add_error("day", "Give the date as well.")
        asked["instant"] = self._typed(asked) if asked.get("day") else self._picked(asked.get("at"))
        if asked["instant"] and asked["instant"] > self.now:
            self.add_error("day" if asked.get("day") else "at", "That moment has not come yet.")
        return asked

    def _typed(self, asked: Mapping[str, Any]) -> datetime | None:
        day, clock = asked["day"], asked.get("clock")
        if not _FIRST <= day.year <= _LAST:
            self.add_error("day", "The calendar does not reach that far.")
            return None
        begins = datetime.combine(day, clock or time.min, self.zone).astimezone(UTC)
        last = datetime.combine(day, clock or time(23, 59), self.zone).astimezone(UTC)
        ends = last + _MINUTE
        return min(ends, self.now) if begins <= self.now else ends

    def _picked(self, text: str | None) -> datetime | None:
        if not text:
            return None
        try:
            return read_moment(text)
        except ValueError:
            self.add_error("at", "There is no such moment.")
            return None


def read_moment(text: str) -> datetime:
    """A moment as an address carries it, in UTC.

    Raises:
        ValueError: it is none, has no zone, or lies outside what the calendar of a trial holds.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not _FIRST <= found.year <= _LAST:
        raise ValueError(text)
    return found.astimezone(UTC)


@dataclass(frozen=True)
class Chosen:
    """What was asked for, and the changes around it.

    ``at`` is None where the question made no sense, or nothing ever changed; ``now`` is true of
    the instant of the request.
    """

    form: InstantForm
    at: datetime | None
    known: tuple[Moment, ...]
    now: bool = False

    @property
    def earlier(self) -> str:
        """The change that made what stood a moment before; empty where there is none."""
        before = [one.at for one in self.known if self.at and one.at < self.at]
        return before[0].isoformat() if before else ""

    @property
    def later(self) -> str:
        """The next change; empty where there is none."""
        after = [one.at for one in self.known if self.at and one.at > self.at]
        return after[-1].isoformat() if after else ""

    @property
    def value(self) -> str:
        """The moment as an address carries it; empty for now, which passes."""
        return self.at.isoformat() if self.at and not self.now else ""


def known_moments(scope: Scope) -> tuple[Moment, ...]:
    """The newest moments at which something changed."""
    return tuple(moments(scope.sources, most=MOST))


def chosen(
    asked: Mapping[str, Any], scope: Scope, now: datetime, known: tuple[Moment, ...],
    *, prefix: str = "", otherwise: datetime | None = None,
) -> Chosen:  # fmt: skip
    """Read the question; without one it is the newest change, or ``otherwise``."""
    names = {f"{prefix}-{name}" if prefix else name for name in InstantForm.base_fields}
    data = asked if names & set(asked) else None
    form = InstantForm(data, known=known, site=scope.site, now=now, prefix=prefix or None)
    at = None
    if data is None or form.is_valid():
        found = form.cleaned_data["instant"] if data is not None else None
        at = found or otherwise or (known[0].at if known else None)
    if data is None and at not in (None, now):
        form.initial["at"] = at.isoformat()
    return Chosen(form, at, known, now=at == now)


def _choices(known: Sequence[Moment], zone: ZoneInfo) -> list[tuple[str, str]]:
    local = [one.at.astimezone(zone) for one in known]
    minutes = {f"{at:%Y-%m-%d %H:%M}" for at in local}
    shape = "j M Y H:i" if len(minutes) == len(local) else "j M Y H:i:s"
    listed = [
        (one.at.isoformat(), f"{written(at, shape)} · {one.who}")
        for one, at in zip(known, local, strict=True)
    ]
    return [("", "choose"), *listed]
