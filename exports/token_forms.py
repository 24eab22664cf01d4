"""The form for a new access token."""

from __future__ import annotations

from typing import cast

from django import forms

from exports.tokens import CREATE, MAXIMUM_DAYS, MAXIMUM_NAME, SCOPES
from trial.forms.session import password_input


class NewTokenForm(forms.Form):
    """What a token is for, what it may do, and for how long. Nothing is chosen beforehand."""

    name = forms.CharField(
        label="What is it for?",
        max_length=MAXIMUM_NAME,
        help_text="For example: R on my laptop. One token a program: it can be revoked alone.",
    )
    scopes = forms.MultipleChoiceField(
        label="It may", choices=[], widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label="Days it lives", min_value=1, max_value=MAXIMUM_DAYS, help_text="1 to 366."
    )
    password = forms.CharField(
        label="Your password",
        help_text="A token does in your name what you may do: so it takes your password.",
        strip=False,
        widget=password_input("current-password"),
    )

    def offer(self, *, may_make: bool) -> NewTokenForm:
        """Offer to make cuts to people who make cuts."""
        scopes = cast("forms.MultipleChoiceField", self.fields["scopes"])
        scopes.choices = [
            (scope, words) for scope, words in SCOPES.items() if may_make or scope != CREATE
        ]
        return self
