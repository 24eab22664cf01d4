"""Forms about one's own session."""

from __future__ import annotations

from typing import Any

from django import forms


def password_input(autocomplete: str) -> forms.PasswordInput:
    """A password box that tells the browser which password it wants."""
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class SignInForm(forms.Form):
    """Who signs in."""

    username = forms.CharField(
        label="Name",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=256,
        widget=password_input("current-password"),
    )


class PasswordForm(forms.Form):
    """The present password, and the new one twice."""

    old = forms.CharField(
        label="Present password", strip=False, widget=password_input("current-password")
    )
    new = forms.CharField(label="New password", strip=False, widget=password_input("new-password"))
    again = forms.CharField(
        label="New password again", strip=False, widget=password_input("new-password")
    )

    def clean(self) -> dict[str, Any]:
        """The new password was typed twice the same."""
        data = super().clean() or self.cleaned_data
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "This is not the same as the new password.")
        return data


class SignatureForm(forms.Form):
    """The password, given again to sign."""

    password = forms.CharField(
        label="Your password",
        help_text="Signing is personal: your password stands for your handwritten signature.",
        strip=False,
        widget=password_input("current-password"),
    )


class SeenSignatureForm(SignatureForm):
    """The same, with the hash of what was shown: only that is signed."""

    seen = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        error_messages={"required": "Open this page again, read it, then sign."},
    )
