"""What a reader of the trail may ask for."""

from __future__ import annotations

from django import forms

from accounts.models import User
from monitoring.presenters import kinds
from monitoring.selectors import Filters


def _people() -> list[tuple[str, str]]:
    names = User.objects.values_list("pk", "full_name")
    return [("", "everybody"), *((str(pk), name) for pk, name in names)]


def _kinds() -> list[tuple[str, str]]:
    return [("", "everything"), *kinds()]


class TrailFilter(forms.Form):
    """Person, participant, kind of act, and days."""

    person = forms.ChoiceField(choices=_people, required=False, label="Person")
    participant = forms.CharField(max_length=12, required=False, label="Participant")
    kind = forms.ChoiceField(choices=_kinds, required=False, label="Act")
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def asked(self) -> Filters:
        """What was asked; a field that makes no sense asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return Filters(
            person=int(given["person"]) if given.get("person") else None,
            participant=given.get("participant", "").upper(),
            kind=given.get("kind", ""),
            since=given.get("since"),
            until=given.get("until"),
        )

    def cursor(self) -> int | None:
        """The event before which this page starts; None for the newest."""
        self.is_valid()
        found: int | None = self.cleaned_data.get("before")
        return found
