"""What a reader narrows the trail to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django import forms

from accounts.models import User
from audit.entries import ACT, CHANGED, CREATED, Search

KINDS = [("", "Everything"), (CHANGED, "Changes"), (CREATED, "First entries"), (ACT, "Acts")]


def _calendar() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailFilter(forms.Form):
    """Person, participant, kind and days (UTC); everything may stay empty."""

    participant = forms.CharField(label="Participant", max_length=12, required=False)
    person = forms.ModelChoiceField(User.objects.all(), required=False, empty_label="Everybody")
    kind = forms.ChoiceField(label="Kind", choices=KINDS, required=False)
    since = forms.DateField(label="From", required=False, widget=_calendar())
    until = forms.DateField(label="To", required=False, widget=_calendar())

    def search(self) -> Search:
        """What was asked for; only after ``is_valid``."""
        asked = self.cleaned_data
        person: User | None = asked["person"]
        return Search(
            participant=asked["participant"].strip().upper(),
            actor=person.pk if person else None,
            kind=asked["kind"],
            since=_midnight(asked["since"], 0),
            until=_midnight(asked["until"], 1),
        )


def _midnight(day: date | None, after: int) -> datetime | None:
    if day is None or day.year > 9998:
        return None
    return datetime.combine(day + timedelta(days=after), time.min, UTC)
