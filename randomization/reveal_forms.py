"""What the keeper of the list types when it takes a reason and the password."""

from __future__ import annotations

from django import forms

from trial.forms.session import password_input


class ConfirmedForm(forms.Form):
    """A reason, and the password again."""

    reason = forms.CharField(label="Reason", max_length=200)
    password = forms.CharField(label="Your password", widget=password_input("current-password"))
