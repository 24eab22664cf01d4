"""What the lists behind the overview are narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from monitoring.overview import deviations
from monitoring.overview.slots import KINDS, sites_read_by
from trial import access, protocol, registry
from trial.models import Site


class _Narrowed(forms.Form):
    """Site, visit and form; everything may stay empty."""

    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="code", required=False, empty_label="All sites"
    )
    visit = forms.ChoiceField(required=False)
    form = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        plan, knows = protocol.current(), access.may_know_arms(user)
        planned = plan.form_codes()
        visits = [(one.code, one.code) for one in plan.visits if knows or not one.reveals_arm]
        known = [(spec.code, spec.short) for spec in registry.forms() if spec.code in planned]
        self.fields["site"].queryset = sites_read_by(user)  # type: ignore[attr-defined]  # a model choice
        self.fields["visit"].choices = [("", "All visits"), *visits]  # type: ignore[attr-defined]  # a choice field
        self.fields["form"].choices = [("", "All forms"), *known]  # type: ignore[attr-defined]  # a choice field


class RecordFilter(_Narrowed):
    """Which forms: how far, where, which."""

    show = forms.ChoiceField(required=False, choices=[(kind, KINDS[kind][0]) for kind in KINDS])
    field_order = ("show", "site", "visit", "form")


class DeviationFilter(_Narrowed):
    """Which deviations: what kind, where, which."""

    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *deviations.KINDS.items()])
    field_order = ("kind", "site", "visit", "form")
