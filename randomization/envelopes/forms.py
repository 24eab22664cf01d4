"""What is typed to print envelopes, and to enter one that was opened."""

from __future__ import annotations

from django import forms

from randomization.forms import day_field, time_field
from randomization.reveal_forms import ConfirmedForm
from randomization.services.envelopes import MOST
from trial import protocol


def strata() -> list[tuple[str, str]]:
    """The strata of the protocol, to choose from."""
    return [("", "choose a stratum"), *((code, code) for code in protocol.current().strata())]


class PrintForm(ConfirmedForm):
    """Of which stratum, how many, why; and the password again."""

    stratum = forms.ChoiceField(label="Stratum", choices=strata)
    count = forms.IntegerField(
        label="Envelopes", min_value=1, max_value=MOST, help_text="The next free places, in order."
    )
    field_order = ("stratum", "count", "reason", "password")


class OpenedForm(forms.Form):
    """Which envelope was opened, and when."""

    number = forms.IntegerField(
        label="Number of the envelope", min_value=1, help_text="As on its face and its sheet."
    )
    opened_on = day_field("Opened on")
    opened_time = time_field("At, by the clock of the site")
