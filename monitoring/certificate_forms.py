"""The form of a rater's certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from accounts.models import User
from monitoring.certificates import form_title
from trial import protocol
from trial.forms.fields import DayField

LONGEST = timedelta(days=10 * 366)


class CertificateForm(forms.Form):
    """Who, for which form, from when to when, issued by whom."""

    person = forms.ModelChoiceField(User.objects.none(), label="Rater", empty_label="choose")
    form = forms.ChoiceField(label="Form")
    valid_from = DayField(label="Valid from")
    valid_to = DayField(label="Last valid day")
    issued_by = forms.CharField(label="Issued by", max_length=120)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = User.objects.filter(is_active=True).order_by("full_name")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField, as declared
        forms_asked = sorted(protocol.current().certified_forms)
        self.fields["form"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, as declared
            ("", "choose"),
            *((code, form_title(code)) for code in forms_asked),
        ]

    def clean(self) -> dict[str, Any]:
        """The last day comes after the first, and not ten years later."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "The last day comes before the first.")
        elif first and last and last - first > LONGEST:
            self.add_error("valid_to", "A certificate is valid for ten years at most.")
        return data
