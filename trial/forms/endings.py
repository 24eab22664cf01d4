"""Forms for how a participant leaves the trial."""

from __future__ import annotations

from django import forms

from trial.forms.fields import DayField, PartialDateField

SCOPES = (
    ("treatment", "The treatment"),
    ("follow_up", "The follow-up visits"),
    ("data_use", "The use of their data"),
    ("samples", "The keeping of their samples"),
)


class WithdrawalForm(forms.Form):
    """What the participant withdrew from. Giving a reason is the participant's free choice."""

    withdrawn_on = DayField(label="Withdrawn on")
    scopes = forms.MultipleChoiceField(
        label="Withdrawn from",
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        help_text="Everything the participant said no to.",
        error_messages={"required": "Say what the participant withdrew from."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        required=False,
        help_text="Only if the participant gave one: nobody has to.",
    )


class DeathForm(forms.Form):
    """When the participant died, as far as it is known."""

    died_on = PartialDateField(label="Died on")
    cause = forms.CharField(label="Cause of death", max_length=200, help_text="As far as known.")


class LossForm(forms.Form):
    """The participant cannot be reached any more."""

    last_contact_on = DayField(label="Last contact on")
    attempts = forms.CharField(
        label="How you tried to reach the participant",
        max_length=200,
        help_text="Calls, letters, the family doctor; no name and no number.",
    )
