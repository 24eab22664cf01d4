"""Forms from the screening log to the consent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from trial import access, protocol
from trial.forms.fields import DayField, choose
from trial.models import Consent, Site
from trial.models.participant import SEXES

NO_IDENTITY = "Nothing that could tell who the person is: no name, initials or hospital number."


class ScreeningForm(forms.Form):
    """Someone was approached. There is no box for a name, and none may be written anywhere.

    Whoever screens at one site only is not asked for the site: ``only_site`` says which it is.
    """

    site = forms.ModelChoiceField(queryset=Site.objects.none(), empty_label="choose a site")
    screened_on = DayField(label="Screened on")
    sex = choose("Sex", SEXES)
    year_of_birth = forms.IntegerField(
        label="Year of birth",
        help_text="The year only: the full date would tell who it is.",
        min_value=1900,
        max_value=2100,
    )
    index_on = DayField()

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        sites = list(access.sites_of(user, access.Permission.SCREEN))
        self.only_site = sites[0] if len(sites) == 1 else None
        if self.only_site is not None:
            del self.fields["site"]
        else:
            self.fields["site"] = forms.ModelChoiceField(
                queryset=access.sites_of(user, access.Permission.SCREEN),
                empty_label="choose a site",
            )
        self.fields["index_on"].label = f"Date of {protocol.current().index_event}"
        self.order_fields(["site", "screened_on", "sex", "year_of_birth", "index_on"])

    def clean(self) -> dict[str, Any]:
        """The site of somebody who has only one."""
        data = super().clean() or self.cleaned_data
        return data if self.only_site is None else {**data, "site": self.only_site}


class OutcomeForm(forms.Form):
    """Why an approached person does not enter the trial: one question gives outcome and reason.

    A protocol's reasons called ``declined`` and ``other`` are outcomes of their own in the CONSORT
    flow; every other reason is about eligibility.
    """

    OWN_OUTCOME = frozenset({"declined", "other"})
    reason = forms.ChoiceField()
    note = forms.CharField(label="Note", max_length=200, required=False, help_text=NO_IDENTITY)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reasons = list(protocol.current().screen_failures.items())
        self.fields["reason"] = choose("Why the person does not enter the trial", reasons)
        self.order_fields(["reason", "note"])

    def clean(self) -> dict[str, Any]:
        """The outcome that goes with the reason; "other" says nothing without a note."""
        data = super().clean() or self.cleaned_data
        reason = data.get("reason")
        if reason == "other" and not data.get("note"):
            self.add_error("note", "Say in a few words what the reason was.")
        return {**data, "outcome": reason if reason in self.OWN_OUTCOME else "not_eligible"}


class ConsentForm(forms.Form):
    """Consent to one version of the information sheet.

    ``today`` marks the version in force, which is not chosen beforehand; ``known`` holds the
    consents there are: the same version by the same person is not recorded twice.
    """

    version = forms.ChoiceField()
    given_by = choose("Given by", Consent.BY)
    consented_on = DayField(label="Date of consent", help_text="The day on the signed sheet.")

    def __init__(
        self, *args: Any, today: date, known: Collection[Consent] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.known = {(row.version, row.given_by) for row in known}
        plan = protocol.current()
        versions = [
            (version.code, _words(version, in_force=version == plan.consent_on(today)))
            for version in plan.consents
        ]
        self.fields["version"] = choose("Version of the signed sheet", versions)
        self.order_fields(["version", "given_by", "consented_on"])

    def clean(self) -> dict[str, Any]:
        """The consent is not recorded yet."""
        data = super().clean() or self.cleaned_data
        if (data.get("version"), data.get("given_by")) in self.known:
            self.add_error("version", "This consent is recorded already.")
        return data


def _words(version: protocol.ConsentVersion, *, in_force: bool) -> str:
    since = f"{version.code}, from {version.in_force_from:%-d %b %Y}"
    return f"{since}: in force today" if in_force else since
