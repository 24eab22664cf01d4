"""What a person types about lists and treatment; the services judge it."""

from __future__ import annotations

from typing import TypeVar

from django import forms

from randomization.list_files import MAXIMUM_BYTES
from randomization.models import NotTreated
from randomization.models.allocation import PURPOSES
from trial import protocol

AnyField = TypeVar("AnyField", bound=forms.Field)
YES_NO = (("yes", "Yes"), ("no", "No"))


def unit(words: str, field: AnyField) -> AnyField:
    """The field with its unit written behind the input."""
    field.unit = words  # type: ignore[attr-defined]  # Django's Field has no unit; field.html shows it
    return field


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A calendar day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, required=required, help_text=help_text)


def time_field(label: str) -> forms.TimeField:
    """A time of day at the site."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, widget=widget)


def amount(label: str, words: str, *, digits: int = 6, required: bool = True) -> forms.DecimalField:
    """A number with one decimal and its unit."""
    field = forms.DecimalField(
        label=label, max_digits=digits, decimal_places=1, min_value=0, required=required
    )
    return unit(words, field)


def yes_no(label: str) -> forms.TypedChoiceField:
    """Yes or no, with neither chosen."""
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


def reasons() -> list[tuple[str, str]]:
    """The reasons of the protocol, to choose from."""
    return [("", "choose a reason"), *protocol.current().not_treated_reasons.items()]


class SealForm(forms.Form):
    """How long the list is, and the seed it is made from."""

    length = forms.IntegerField(
        label="Places per stratum",
        min_value=1,
        max_value=10_000,
        help_text="At least this many; the last block is always whole. Leave room to spare.",
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        # Nineteen digits fit no number box, and a browser may round them.
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="Leave it empty and the system draws one that nobody knows.",
    )


class ListFileForm(forms.Form):
    """A list in a file, and what it is for."""

    purpose = forms.ChoiceField(
        label="This list is for", choices=PURPOSES, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label="CSV file",
        help_text="At most 2 MB. It is read here and not kept.",
        error_messages={
            "required": "Choose the file, of at most 2 MB.",
            "empty": "The file is empty.",
        },
    )

    def clean_file(self) -> bytes:
        """Its bytes; one past the limit is read no further than to see that it is."""
        content: bytes = self.cleaned_data["file"].read(MAXIMUM_BYTES + 1)
        return content


class CheckedFileForm(ListFileForm):
    """The same file again, with the mark of its check."""

    checked = forms.CharField(widget=forms.HiddenInput, max_length=64)


class NotTreatedForm(forms.Form):
    """Why no cells are given."""

    reason = forms.ChoiceField(label="Reason", choices=reasons)
    note = forms.CharField(
        label="In a few words",
        max_length=NotTreated._meta.get_field("note").max_length,
        required=False,
        help_text="Needed for another reason.",
    )
    decided_on = day_field("Decided on")
