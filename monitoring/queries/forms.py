"""What is typed into a query, and what a list of them is narrowed to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from monitoring import points
from monitoring.models.queries import ANSWERED, CLOSED, LIVE, OPEN, TEXT_LENGTH
from monitoring.queries import selectors
from trial import access, protocol, registry
from trial.access import AnyUser, Permission
from trial.models import Participant, Site
from trial.presenters.grid import form_title

STATES = [
    ("", "Open and answered"),
    (OPEN, "Open"),
    (ANSWERED, "Answered"),
    (CLOSED, "Closed"),
    ("all", "All"),
]
ASKED_BY = [("", "Anybody"), ("check", "An edit check"), ("person", "A person")]


def _words(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AskForm(forms.Form):
    """A question, and the item it is about where a form is asked about."""

    item = forms.ChoiceField(label="About", required=False)
    text = _words("Question", "Say what does not agree, and with what.")

    def __init__(self, *args: Any, form: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not form:
            del self.fields["item"]
            return
        items = [("", "The form as a whole"), *points.items_of(form).items()]
        self.fields["item"].choices = items  # type: ignore[attr-defined]  # it is a choice field


class AnswerForm(forms.Form):
    """What the site says."""

    text = _words(
        "Answer", "The monitor does not know the treatment: do not mention it in the answer."
    )


class CloseForm(forms.Form):
    """Why it is closed; without words it is in order."""

    text = _words("Remark", required=False)


class ReopenForm(forms.Form):
    """Why it is asked again."""

    text = _words("Why it is asked again")


class BulkForm(forms.Form):
    """One reason for many."""

    reason = forms.CharField(label="Reason", max_length=TEXT_LENGTH)


class AboutForm(forms.Form):
    """What a new query is about, as the address says."""

    visit = forms.CharField(max_length=10, required=False)
    occurrence = forms.IntegerField(min_value=1, max_value=32767, required=False)
    form = forms.CharField(max_length=20, required=False)
    item = forms.CharField(max_length=60, required=False)
    event = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class QueryFilter(forms.Form):
    """State, site, participant, form, age and who asked; everything may stay empty."""

    state = forms.ChoiceField(label="State", choices=STATES, required=False)
    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="code", required=False, empty_label="All sites"
    )
    participant = forms.CharField(label="Participant", max_length=12, required=False)
    form = forms.ChoiceField(label="Form", required=False)
    age = forms.ChoiceField(
        label="Open for",
        choices=[("", "Any time"), *((code, words) for code, words, *_ in selectors.AGES)],
        required=False,
    )
    by = forms.ChoiceField(label="Asked by", choices=ASKED_BY, required=False)

    def __init__(self, *args: Any, user: AnyUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = access.sites_of(user, Permission.READ_CLINICAL)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]  # it is a model choice
        codes = [code for code in registry.codes() if code in protocol.current().form_codes()]
        choices = [("", "All forms"), *((code, form_title(code)) for code in codes)]
        self.fields["form"].choices = choices  # type: ignore[attr-defined]  # it is a choice field

    def condition(self, today: date) -> Q:
        """What was asked for; only after ``is_valid``."""
        asked = self.cleaned_data
        found = selectors.of_age(asked["age"], today)
        found &= _in_state(asked["state"])
        if asked["site"]:
            found &= Q(participant__site=asked["site"])
        if asked["participant"]:
            found &= Q(participant__code__icontains=asked["participant"].strip())
        if asked["form"]:
            found &= Q(form=asked["form"])
        if asked["by"]:
            found &= Q(check_code="") if asked["by"] == "person" else ~Q(check_code="")
        return found


def _in_state(state: str) -> Q:
    if state == "all":
        return Q()
    return Q(status=state) if state else Q(status__in=LIVE)


def about(data: Any, participant: Participant) -> dict[str, Any] | None:
    """What the address asks about, as columns of a query; None where there is no such thing."""
    form = AboutForm(data)
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    point: dict[str, Any] = {"form": asked["form"], "item": asked["item"]}
    if asked["visit"]:
        visits = participant.visits.select_related("participant__site")
        point["visit"] = visits.filter(
            code=asked["visit"], occurrence=asked["occurrence"] or 1
        ).first()
        if point["visit"] is None:
            return None
    if asked["event"]:
        point["adverse_event"] = participant.adverse_events.filter(number=asked["event"]).first()
        if point["adverse_event"] is None:
            return None
    return point if _planned(point) else None


def _planned(point: dict[str, Any]) -> bool:
    if not point["form"]:
        return not point["item"]
    if point.get("visit") is None:
        return False
    planned = {form.form for form in protocol.current().visit(point["visit"].code).forms}
    known = point["form"] in planned
    return known and (not point["item"] or point["item"] in points.items_of(point["form"]))
