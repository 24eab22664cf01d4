"""Forms about accounts and delegations."""

from __future__ import annotations

from typing import Any

from django import forms

from trial.access import WORDS, Role, blinded
from trial.forms.fields import DayField, choose
from trial.forms.session import password_input
from trial.models import Site

WHOLE_TRIAL = "all"


class PersonForm(forms.Form):
    """A named account; it holds no right until it is delegated one."""

    full_name = forms.CharField(label="Full name", max_length=120)
    username = forms.CharField(
        label="Sign-in name",
        min_length=3,
        max_length=64,
        help_text="Never given to somebody else later.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    password = forms.CharField(
        label="First password",
        strip=False,
        max_length=256,
        help_text="At least 12 characters. Hand it over in person; it is changed after signing in.",
        widget=password_input("new-password"),
    )
    again = forms.CharField(
        label="First password again",
        strip=False,
        max_length=256,
        widget=password_input("new-password"),
    )

    def clean(self) -> dict[str, Any]:
        """The password was typed twice the same."""
        data = super().clean() or self.cleaned_data
        again = data.pop("again", None)
        if again and data.get("password") and data["password"] != again:
            self.add_error("again", "This is not the same as the first password.")
        return data


class DelegationForm(forms.Form):
    """A role, at a site or in the whole trial, from one day to another."""

    role = forms.ChoiceField()
    site = forms.ChoiceField()
    trained_on = DayField(
        label="Trained on", help_text="Training comes before the delegation (ICH E6(R3))."
    )
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day", required=False, help_text="Empty: until it is ended.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sites = {site.code: site for site in Site.objects.all()}
        places = [(code, str(site)) for code, site in self.sites.items()]
        self.fields["role"] = choose("Role", [(role.value, _words(role)) for role in Role])
        self.fields["site"] = choose("Where", [*places, (WHOLE_TRIAL, "The whole trial")])
        self.order_fields(["role", "site", "trained_on", "starts_on", "ends_on"])

    def clean_role(self) -> Role:
        """The role itself, not its code."""
        return Role(self.cleaned_data["role"])

    def clean_site(self) -> Site | None:
        """The site itself; None for the whole trial."""
        return self.sites.get(self.cleaned_data["site"])


def _words(role: Role) -> str:
    name, does = WORDS[role]
    arms = "blinded" if blinded(role) else "may know the arms"
    told = name if arms in name else f"{name} ({arms})"
    return f"{told[0].upper()}{told[1:]}: {does[0].lower()}{does[1:]}"


class EndDelegationForm(forms.Form):
    """The last day of a delegation, and why it ends."""

    ends_on = DayField(label="Last day", help_text="The delegation still holds on this day.")
    reason = forms.CharField(label="Why it ends", max_length=200)


class AccountStateForm(forms.Form):
    """Close an account, or open it again.

    The form says which: the same form sent twice does not undo itself.
    """

    active = forms.TypedChoiceField(
        choices=(("yes", "open"), ("no", "closed")),
        coerce=lambda value: value == "yes",
        widget=forms.HiddenInput,
    )
    reason = forms.CharField(label="Reason", max_length=200)
