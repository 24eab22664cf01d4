"""Forms about locks: why all the same, why it must open, why it stays."""

from __future__ import annotations

from django import forms


class LockForm(forms.Form):
    """Why something is locked although something is open; not asked when nothing is."""

    override_reason = forms.CharField(
        label="Why it is locked all the same",
        max_length=200,
        required=False,
    )


class UnlockReasonForm(forms.Form):
    """The reason of whoever asks for a lock to be lifted, or leaves it in place."""

    reason = forms.CharField(label="Reason", max_length=200)
