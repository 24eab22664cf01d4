"""Forms about a visit as such: when it was, or why it was not."""

from __future__ import annotations

from django import forms

from trial.forms.fields import DayField


class VisitDateForm(forms.Form):
    """When the visit took place."""

    actual_on = DayField(label="Took place on")


class MissedForm(forms.Form):
    """Why the visit did not take place."""

    reason = forms.CharField(
        label="Why it did not take place",
        max_length=200,
    )


class UnscheduledForm(forms.Form):
    """A visit the protocol did not plan."""

    actual_on = DayField(label="Took place on")
