"""The forms of the board's pages."""

from __future__ import annotations

from datetime import date, datetime

from django import forms

from accounts.models import User
from safety.dsmb import selectors
from safety.dsmb.models import DECISIONS, TEXT_LENGTH
from trial.forms.session import password_input


class MeetingForm(forms.Form):
    """When the board meets, on which data, and who is called."""

    held_on = forms.DateField(
        label="Day of the meeting", widget=forms.DateInput(attrs={"type": "date"})
    )
    cut_off = forms.DateField(
        label="Data up to",
        help_text="The packs can be made from this day on.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    members = forms.ModelMultipleChoiceField(
        User.objects.none(), label="Members called", widget=forms.CheckboxSelectMultiple
    )
    chair = forms.ModelChoiceField(
        User.objects.none(), label="Chair", empty_label="choose one of the members"
    )

    def offer(self, *, at: datetime) -> MeetingForm:
        """The people who sit on the board now."""
        board = User.objects.filter(pk__in=[one.pk for one in selectors.board(at=at)])
        for name in ("members", "chair"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = board.order_by("full_name")
        return self

    def clean(self) -> dict[str, date | object]:
        """The members as a list, as the service takes them."""
        found = super().clean() or {}
        if "members" in found:
            found["members"] = list(found["members"])
        return found


class CancelForm(forms.Form):
    """Why a meeting is called off."""

    reason = forms.CharField(label="Why it is cancelled", max_length=200)


class VoteForm(forms.Form):
    """Whether the closed pack names the arms. Nothing is chosen beforehand."""

    unmask = forms.TypedChoiceField(
        label="The closed pack calls the arms",
        choices=[("no", "A and B"), ("yes", "by their names")],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )


class RecommendationForm(forms.Form):
    """What the board recommends; nothing is chosen beforehand."""

    decision = forms.ChoiceField(
        label="The board recommends to", choices=DECISIONS, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="What shall change, or why",
        required=False,
        max_length=TEXT_LENGTH,
        help_text="Needed unless the trial continues unchanged. The sponsor and the sites read "
        "this: write nothing of the closed pack.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    password = forms.CharField(
        label="Your password",
        help_text="It signs the recommendation. Afterwards nothing of it changes.",
        strip=False,
        max_length=256,
        widget=password_input("current-password"),
    )
