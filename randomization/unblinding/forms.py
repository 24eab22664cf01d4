"""What a person types to ask for an unblinding, to decide one, and to read the arm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from randomization.models.unblinding import REASONS
from trial.forms.session import password_input
from trial.models import Participant

LIMIT = 300


def _password() -> forms.CharField:
    return forms.CharField(
        label="Your password",
        help_text="So that it is you who reads or decides this, and nobody at your desk.",
        strip=False,
        max_length=256,
        widget=password_input("current-password"),
    )


class AskForm(forms.Form):
    """Whose arm, told to whom, and why; the reason is never chosen beforehand."""

    code = forms.CharField(label="Participant", max_length=20)
    person = forms.ModelChoiceField(
        User.objects.none(), label="Told to", empty_label="choose the person"
    )
    reason = forms.ChoiceField(label="Reason", choices=REASONS, widget=forms.RadioSelect)
    words = forms.CharField(
        label="In a few words",
        max_length=LIMIT,
        required=False,
        help_text="Needed for another reason. Others read this: never write an arm here.",
    )
    password = _password()

    def offer(
        self, participants: QuerySet[Participant], persons: QuerySet[User] | None, user: User
    ) -> AskForm:
        """Take these participants; without ``persons`` the asker is the one to be told."""
        self.participants, self.asker = participants, user
        field = self.fields["person"]
        if persons is None:
            del self.fields["person"]
        elif isinstance(field, forms.ModelChoiceField):
            field.queryset = persons
        return self

    def clean_code(self) -> Participant:
        """The participant with this code, among those the asker may ask about."""
        typed = str(self.cleaned_data["code"]).strip().upper()
        found = self.participants.filter(code=typed).first()
        if found is None:
            raise forms.ValidationError("You have no participant with this code.")
        return found

    def clean(self) -> dict[str, Any]:
        """What the service takes."""
        data = super().clean() or self.cleaned_data
        if "code" in data:
            data["participant"] = data.pop("code")
        data.setdefault("person", self.asker)
        return data


class DecideForm(forms.Form):
    """Approved or refused, and why not."""

    grant = forms.TypedChoiceField(
        label="Decision",
        choices=(("yes", "Approve: the person may read this participant's arm"), ("no", "Refuse")),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label="Why it is refused",
        max_length=LIMIT,
        required=False,
        help_text="The person who asked reads this.",
    )
    password = _password()


class ReadForm(forms.Form):
    """The password, to read the arm."""

    password = _password()
