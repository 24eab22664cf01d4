"""The one form of the cuts page."""

from __future__ import annotations

from typing import Any

from django import forms

from exports import catalogue
from exports.choosing import Choice
from exports.formats import registry
from exports.models import PURPOSE_LENGTH, DataCut
from trial.models import Site

BLINDED = ("yes", "Blinded: nothing in it tells an arm")
UNBLINDED = ("no", "Unblinded: with allocation and treatment received")


class NewCutForm(forms.Form):
    """What the cut is for, whether it tells the arms, what it holds. Nothing is chosen beforehand
    but the whole of the trial."""

    purpose = forms.CharField(
        label="What is it for?",
        max_length=PURPOSE_LENGTH,
        help_text="Kept with the cut and in the trail, for example: interim safety review, March.",
    )
    blinded = forms.TypedChoiceField(
        label="Arms",
        choices=[BLINDED],
        coerce=lambda word: word == BLINDED[0],
        widget=forms.RadioSelect,
    )
    population = forms.ChoiceField(
        label="Whose data",
        required=False,
        choices=DataCut.POPULATIONS,
        help_text="The screening log is in it; of the randomized, their own entries.",
    )
    sites = forms.MultipleChoiceField(
        label="Sites",
        required=False,
        help_text="None ticked: all.",
        widget=forms.CheckboxSelectMultiple,
    )
    cut_off = forms.DateField(
        label="Up to and including",
        required=False,
        help_text="The last day, at each site. Empty: everything up to the instant it is made.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    formats = forms.MultipleChoiceField(
        label="Formats besides CSV",
        required=False,
        help_text="CSV files with a codebook are always in it. What a format cannot hold, such as "
        "accents in SAS transport, fails the cut and is named.",
        choices=[(one.code, one.title) for one in registry.FORMATS],
        widget=forms.CheckboxSelectMultiple,
    )
    final = forms.BooleanField(
        label="Final: the one cut of the locked trial that is analysed",
        required=False,
        help_text="It holds everything, and there is one for each lock of the trial.",
    )

    # The last one: it hides the module of that name from what comes after it.
    forms = forms.MultipleChoiceField(
        label="Forms",
        required=False,
        help_text="None ticked: all. The other tables are always in it.",
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = (
        "purpose",
        "blinded",
        "population",
        "sites",
        "forms",
        "cut_off",
        "formats",
        "final",
    )

    def offer(self, *, may_know_arms: bool, locked: bool) -> NewCutForm:
        """Offer what this person may ask for, and a final cut of a locked trial only."""
        if may_know_arms:
            _offer(self.fields["blinded"], [BLINDED, UNBLINDED])
        specs = catalogue.forms(blinded=not may_know_arms)
        _offer(self.fields["forms"], [(spec.code, spec.title) for spec in specs])
        sites = Site.objects.order_by("code").values_list("code", "name")
        _offer(self.fields["sites"], [(code, f"{code}, {name}") for code, name in sites])
        if not locked:
            del self.fields["final"]
        return self

    def clean(self) -> dict[str, Any]:
        """The answers as ``services.request_cut`` takes them."""
        given = dict(self.cleaned_data)
        names = ("forms", "population", "sites", "cut_off", "final")
        held = {name: given.pop(name) for name in names if name in given}
        held["population"] = held.get("population") or DataCut.CONSENTED
        return {**given, "choice": Choice(**held)}


def _offer(field: Any, choices: list[tuple[str, str]]) -> None:
    field.choices = choices
