"""What a person types about lists and treatment; the services judge it."""

from __future__ import annotations

from typing import TypeVar

from django import forms
from django.db.models import QuerySet

from randomization.list_files import MAXIMUM_BYTES
from randomization.models import Aspiration, Infusion, NotTreated, Product
from randomization.models.allocation import PURPOSES
from randomization.models.treatment import ANAESTHESIA, SIDES
from trial import protocol

AnyField = TypeVar("AnyField", bound=forms.Field)
YES_NO = (("yes", "Yes"), ("no", "No"))


def _unit(unit: str, field: AnyField) -> AnyField:
    """The field with its unit written behind the input."""
    field.unit = unit  # type: ignore[attr-defined]  # read by components/field.html
    return field


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, required=required, help_text=help_text)


def _time(label: str) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, widget=widget, required=False)


def _amount(label: str, unit: str, *, digits: int = 6, required: bool = True) -> forms.DecimalField:
    field = forms.DecimalField(
        label=label, max_digits=digits, decimal_places=1, min_value=0, required=required
    )
    return _unit(unit, field)


def _yes_no(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


def _reasons() -> list[tuple[str, str]]:
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


class AspirationForm(forms.Form):
    """Marrow taken."""

    aspirated_on = _day("Aspirated on")
    side = forms.ChoiceField(label="Side", choices=SIDES, widget=forms.RadioSelect)
    anaesthesia = forms.ChoiceField(
        label="Anaesthesia", choices=ANAESTHESIA, widget=forms.RadioSelect
    )
    volume_ml = _amount("Volume", "mL", digits=5)
    sample = forms.CharField(
        label="Sample number", max_length=30, help_text="Capitals, digits and hyphens."
    )
    sufficient = _yes_no("Enough to start a culture")
    complications = forms.CharField(label="Complications", max_length=200, required=False)


class ProductForm(forms.Form):
    """A batch grown from an aspiration of this participant."""

    aspiration = forms.ModelChoiceField(
        Aspiration.objects.none(), label="Grown from", empty_label="choose the aspiration"
    )
    batch = forms.CharField(
        label="Batch number", max_length=30, help_text="Capitals, digits and hyphens."
    )
    dose_millions = forms.TypedChoiceField(
        label="Dose ordered", coerce=int, widget=forms.RadioSelect
    )
    culture_started_on = _day("Culture started on")
    passages = forms.IntegerField(label="Passages", min_value=0, max_value=30)
    harvested_on = _day(
        "Harvested on",
        required=False,
        help_text="Leave the harvest empty for a culture that failed before it.",
    )
    cells_millions = _amount("Cells harvested", "× 10⁶", required=False)
    viability_percent = _amount("Viability", "%", digits=4, required=False)

    def offer(self, aspirations: QuerySet[Aspiration]) -> ProductForm:
        """Offer these aspirations and the protocol's doses."""
        field = self.fields["aspiration"]
        doses = self.fields["dose_millions"]
        plan = protocol.current().product
        if isinstance(field, forms.ModelChoiceField) and isinstance(doses, forms.ChoiceField):
            field.queryset = aspirations
            doses.choices = [
                (dose, f"{dose} × 10⁶ cells") for dose in (plan.doses_millions if plan else ())
            ]
        return self


class DecisionForm(forms.Form):
    """A batch released, or failed with its reason."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=(("released", "Release it for the participant"), ("failed", "Fail it")),
        widget=forms.RadioSelect,
    )
    decided_on = _day("Decided on")
    reason = forms.ChoiceField(
        label="Reason", choices=_reasons, required=False, help_text="For a failed batch only."
    )

    def clean_reason(self) -> str:
        """A released batch has no reason to fail."""
        reason: str = self.cleaned_data["reason"]
        decision = self.cleaned_data.get("decision")
        if decision == "released" and reason:
            raise forms.ValidationError("A released batch has no reason: empty it, or fail it.")
        if decision == "failed" and not reason:
            raise forms.ValidationError("Say why the batch failed.")
        return reason


class InfusionForm(forms.Form):
    """The cells given."""

    product = forms.ModelChoiceField(
        Product.objects.none(), label="Batch", empty_label="choose the released batch"
    )
    infused_on = _day("Infused on")
    started_at = _time("Started at")
    ended_at = _time("Ended at")
    cells_millions = _amount("Cells given", "× 10⁶")
    viability_percent = _amount("Viability", "%", digits=4)
    volume_ml = _amount("Volume", "mL", digits=5)
    complete = _yes_no("The whole dose was given")
    interruption = forms.CharField(
        label="Why not the whole dose",
        max_length=Infusion._meta.get_field("interruption").max_length,
        required=False,
    )

    def offer(self, products: QuerySet[Product]) -> InfusionForm:
        """Offer these batches."""
        field = self.fields["product"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = products
        return self


class NotTreatedForm(forms.Form):
    """Why no cells are given."""

    reason = forms.ChoiceField(label="Reason", choices=_reasons)
    note = forms.CharField(
        label="In a few words",
        max_length=NotTreated._meta.get_field("note").max_length,
        required=False,
        help_text="Needed for another reason.",
    )
    decided_on = _day("Decided on")
