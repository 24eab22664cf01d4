"""The one form of the cuts page."""

from __future__ import annotations

from django import forms

from exports.formats import registry
from exports.models import PURPOSE_LENGTH

BLINDED = ("yes", "Blinded: nothing in it tells an arm")
UNBLINDED = ("no", "Unblinded: with allocation and treatment received")


class NewCutForm(forms.Form):
    """What the cut is for, whether it tells the arms, its formats. Nothing is chosen beforehand."""

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

    formats = forms.MultipleChoiceField(
        label="Formats besides CSV",
        required=False,
        help_text="CSV files with a codebook are always in it. What a format cannot hold, such as "
        "accents in SAS transport, fails the cut and is named.",
        choices=[(one.code, one.title) for one in registry.FORMATS],
        widget=forms.CheckboxSelectMultiple,
    )

    def offer(self, *, may_know_arms: bool) -> NewCutForm:
        """Offer an unblinded cut to people who may know the arms, and to nobody else."""
        if may_know_arms:
            self.fields["blinded"].choices = [BLINDED, UNBLINDED]  # type: ignore[attr-defined]  # a choice field has them
        return self
