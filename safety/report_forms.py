"""What is typed about an event after its first report: a new grade, what is new."""

from __future__ import annotations

from typing import Any

from django import forms

from safety.forms import SiteTimeField
from safety.grading import GRADINGS
from safety.models import AdverseEvent
from safety.models.report import NEWS_LENGTH
from trial import protocol
from trial.forms.fields import PartialDateField, choose


def study_time(label: str, words: str, **options: Any) -> SiteTimeField:
    """A date and time in the study's time zone."""
    zone = protocol.current().safety.zone
    said = f"{words} Time zone of the study: {zone}."
    return SiteTimeField(zone=zone, label=label, help_text=said, **options)


def long_text(label: str, words: str, length: int, **options: Any) -> forms.CharField:
    """A box for some sentences."""
    box = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=words, max_length=length, widget=box, **options)


class FollowUpForm(forms.Form):
    """What is new; for the safety desk also when that reached it."""

    news = long_text("What is new", "No names, no initials.", NEWS_LENGTH)
    final = forms.BooleanField(label="This is the final report", required=False)

    def __init__(self, data: Any = None, *, desk: bool) -> None:
        super().__init__(data)
        if desk:
            words = "When it reached the sponsor: day 0 of what it makes due."
            self.fields["received_at"] = study_time("Received at", words)


class GradeForm(forms.Form):
    """The grade an event has from a day on."""

    def __init__(self, data: Any = None, *, event: AdverseEvent) -> None:
        super().__init__(data)
        grades = GRADINGS[event.scale].grades
        others = [(code, words) for code, words in grades.items() if code != event.severity]
        self.fields["grade"] = choose("New grade", others)
        self.fields["since"] = PartialDateField(label="Since")


class GradeVoidForm(forms.Form):
    """Why the newest grade was entered in error."""

    void_reason = forms.CharField(label="Why it was entered in error", max_length=200)

    def clean(self) -> dict[str, Any]:
        """As the service calls it."""
        data = super().clean() or self.cleaned_data
        return {"reason": data.get("void_reason", "")}
