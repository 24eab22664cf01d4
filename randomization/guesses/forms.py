"""What a blinded assessor says of the arm."""

from __future__ import annotations

from typing import Any

from django import forms

from randomization.blinding_indices import CANNOT_TELL
from randomization.models import ArmGuess
from randomization.models.guess import CERTAINTIES, LEADS
from trial import protocol


def arms() -> list[tuple[str, str]]:
    """Each arm of the protocol, and that one cannot tell."""
    known = [(arm.code, arm.label) for arm in protocol.current().arms]
    return [*known, (CANNOT_TELL, "I cannot tell")]


class GuessForm(forms.Form):
    """The guess; nothing is chosen beforehand."""

    guess = forms.ChoiceField(
        label="Which arm do you think", choices=arms, widget=forms.RadioSelect
    )
    certainty = forms.ChoiceField(
        label="How sure are you",
        choices=CERTAINTIES,
        required=False,
        widget=forms.RadioSelect,
        help_text="Leave it empty if you cannot tell.",
    )
    led_by = forms.ChoiceField(label="What led you to it", choices=LEADS, widget=forms.RadioSelect)
    words = forms.CharField(label="In a few words", max_length=200, required=False)
    reason = forms.CharField(label="Why the guess changes", max_length=200, required=False)

    def about(self, known: ArmGuess | None) -> GuessForm:
        """Show what was guessed before; without one there is nothing to explain."""
        if known is None:
            del self.fields["reason"]
        else:
            names = ("guess", "certainty", "led_by", "words")
            self.initial = {name: getattr(known, name) for name in names}
        return self

    def clean(self) -> dict[str, Any]:
        """What the service takes."""
        data = super().clean() or self.cleaned_data
        data.setdefault("reason", "")
        return data
