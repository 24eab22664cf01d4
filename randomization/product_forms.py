"""What a person types about a batch: culture, tests, signatures, destruction, vital signs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from randomization.forms import amount, day_field, reasons, time_field, unit, yes_no
from randomization.models import Aspiration, Infusion, Product
from randomization.models.batch import HOW, WHAT
from randomization.models.treatment import ANAESTHESIA, SIDES
from randomization.release_tests import Finding
from trial import protocol
from trial.forms.session import SeenSignatureForm
from trial.protocol import PENDING


class Corrected(forms.Form):
    """A form that may be filled with what is saved, and then asks why it changes."""

    def correcting(self, row: Any) -> Corrected:
        """Show what is saved, and ask for the reason."""
        self.fields["reason"] = forms.CharField(
            label="Reason for the correction",
            max_length=200,
            help_text="It is kept in the trail with the old and the new value.",
        )
        for name in self.fields:
            value = getattr(row, name, None)
            self.initial[name] = ("no", "yes")[value] if isinstance(value, bool) else value
        return self


class AspirationForm(Corrected):
    """Marrow taken."""

    aspirated_on = day_field("Aspirated on")
    side = forms.ChoiceField(label="Side", choices=SIDES, widget=forms.RadioSelect)
    anaesthesia = forms.ChoiceField(
        label="Anaesthesia", choices=ANAESTHESIA, widget=forms.RadioSelect
    )
    volume_ml = amount("Volume", "mL", digits=5)
    sample = forms.CharField(
        label="Sample number", max_length=30, help_text="Capitals, digits and hyphens."
    )
    sufficient = yes_no("Enough to start a culture")
    complications = forms.CharField(label="Complications", max_length=200, required=False)


class _Batch(Corrected):
    batch = forms.CharField(
        label="Batch number", max_length=30, help_text="Capitals, digits and hyphens."
    )
    dose_millions = forms.TypedChoiceField(
        label="Dose ordered", coerce=int, widget=forms.RadioSelect
    )
    culture_started_on = day_field("Culture started on")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        plan = protocol.current().product
        doses = self.fields["dose_millions"]
        if isinstance(doses, forms.ChoiceField):
            doses.choices = [
                (dose, f"{dose} × 10⁶ cells") for dose in (plan.doses_millions if plan else ())
            ]


class ProductForm(_Batch):
    """The start of a culture from an aspiration of this participant."""

    aspiration = forms.ModelChoiceField(
        Aspiration.objects.none(), label="Grown from", empty_label="choose the aspiration"
    )
    field_order = ("aspiration", "batch", "dose_millions", "culture_started_on")

    def offer(self, aspirations: QuerySet[Aspiration]) -> ProductForm:
        """Offer these aspirations."""
        field = self.fields["aspiration"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = aspirations
        return self


class HarvestForm(forms.Form):
    """The end of a culture."""

    harvested_on = day_field("Harvested on")
    cells_millions = amount("Cells harvested", "× 10⁶")
    viability_percent = amount("Viability at the harvest", "%", digits=4)


class ProductCorrectionForm(_Batch):
    """What is recorded of a batch, its harvest included where there was one."""

    harvested_on = day_field("Harvested on", required=False)
    cells_millions = amount("Cells harvested", "× 10⁶", required=False)
    viability_percent = amount("Viability at the harvest", "%", digits=4, required=False)


class PassageForm(forms.Form):
    """Cells moved to fresh flasks."""

    passed_on = day_field("Passage on")
    cells_millions = amount("Cells counted", "× 10⁶", required=False)
    note = forms.CharField(label="Note", max_length=200, required=False)


class ResultsForm(forms.Form):
    """Results of the release tests; what is left empty has no result yet."""

    def __init__(self, data: Any, *, judged: list[Finding]) -> None:
        super().__init__(data)
        self.judged = judged
        for one in judged:
            self.fields[one.test.code] = self._field(one)
        self.fields["tested_on"] = day_field("Results of")
        self.fields["reason"] = forms.CharField(
            label="Reason for a correction",
            max_length=200,
            required=False,
            help_text="Needed where a result that was there changes.",
        )

    @staticmethod
    def _field(one: Finding) -> forms.Field:
        test, row = one.test, one.row
        asked = f"The protocol asks for {one.limits}."
        if test.measured:
            return unit(
                test.unit,
                forms.DecimalField(
                    label=test.label,
                    max_digits=8,
                    decimal_places=2,
                    min_value=0,
                    required=False,
                    help_text=asked,
                    initial=row.number if row else None,
                ),
            )
        return forms.ChoiceField(
            label=test.label,
            choices=[*test.readings, (PENDING, "Pending")],
            widget=forms.RadioSelect,
            required=False,
            help_text=asked,
            initial=row.reading if row else None,
        )

    def clean(self) -> dict[str, Any]:
        """The results by the code of their test."""
        typed = super().clean() or self.cleaned_data
        codes = [one.test.code for one in self.judged]
        results = {code: typed[code] for code in codes if typed.get(code) not in (None, "")}
        return {
            "results": results,
            "reason": typed.get("reason", ""),
            **({"tested_on": typed["tested_on"]} if "tested_on" in typed else {}),
        }


class ReleaseForm(SeenSignatureForm):
    """When the cells were ready, and the password."""

    ready_on = day_field("Cells ready on", help_text="The shelf life runs from here.")
    ready_at = time_field("Cells ready at")
    field_order = ("ready_on", "ready_at", "justification", "password")


class OutOfSpecificationForm(ReleaseForm):
    """The same, and why it is released all the same."""

    justification = forms.CharField(
        label="Why it is released all the same",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FailForm(forms.Form):
    """A batch that will not be given."""

    decided_on = day_field("Decided on")
    reason = forms.ChoiceField(label="Reason", choices=reasons)


class DisposalForm(forms.Form):
    """What became of a batch, or of the rest of it."""

    what = forms.ChoiceField(label="What", choices=WHAT, widget=forms.RadioSelect)
    how = forms.ChoiceField(label="What became of it", choices=HOW, widget=forms.RadioSelect)
    disposed_on = day_field("On")
    reason = forms.CharField(label="Why", max_length=200)


class InfusionForm(Corrected):
    """The cells given."""

    product = forms.ModelChoiceField(
        Product.objects.none(), label="Batch", empty_label="choose the released batch"
    )
    infused_on = day_field("Infused on")
    started_at = time_field("Started at")
    ended_at = time_field("Stopped at")
    cells_millions = amount("Cells given", "× 10⁶")
    viability_percent = amount("Viability", "%", digits=4)
    volume_ml = amount("Volume", "mL", digits=5)
    complete = yes_no("The whole dose was given")
    interruption = forms.CharField(
        label="Why not the whole dose",
        max_length=Infusion._meta.get_field("interruption").max_length,
        required=False,
    )
    justification = forms.CharField(
        label="Why outside the limits",
        max_length=Infusion._meta.get_field("justification").max_length,
        required=False,
        help_text="Only where a limit above was not kept: what really happened is recorded.",
    )

    def offer(self, products: QuerySet[Product]) -> InfusionForm:
        """Offer these batches."""
        field = self.fields["product"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = products
        return self

    def correcting(self, row: Any) -> InfusionForm:
        """What is saved, of the batch that was given."""
        del self.fields["product"]
        super().correcting(row)
        return self


class VitalsForm(forms.Form):
    """Vital signs of one time."""

    taken_at = time_field("Taken at")
    pulse = unit("per minute", forms.IntegerField(label="Pulse", min_value=0, max_value=999))
    systolic = unit(
        "mmHg", forms.IntegerField(label="Systolic pressure", min_value=0, max_value=999)
    )
    diastolic = unit(
        "mmHg", forms.IntegerField(label="Diastolic pressure", min_value=0, max_value=999)
    )
    temperature = amount("Temperature", "°C", digits=3)
    saturation = unit(
        "%", forms.IntegerField(label="Oxygen saturation", min_value=0, max_value=100)
    )
