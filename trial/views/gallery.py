"""The component gallery: every component with example arguments, for whoever builds a page."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trial.curves import curve
from trial.templatetags.hermes import STATES

ITEM = {
    "name": "arm_right",
    "code": "5b",
    "label": "Motor arm, right",
    "hint": "Arm at 90 degrees when sitting, 45 when lying.",
    "options": (
        (0, "Holds the position for the full 10 s"),
        (1, "Drifts but does not reach the bed"),
        (2, "Some lift against gravity"),
        (3, "No lift against gravity"),
        (4, "No movement at all"),
    ),
    "value": None,
    "untestable": (("amputation", "Amputation"), ("joint fusion", "Joint fusion")),
    "previous": "2 at M4",
}
ITEMS = (
    ITEM,
    {
        "name": "gaze",
        "code": "2",
        "label": "Horizontal gaze",
        "options": ((0, "Normal"), (1, "Partial palsy"), (2, "Forced deviation")),
        "value": 2,
        "saved": "1",
        "saved_words": "1 Partial palsy",
        "was": "1 Partial palsy",
        "errors": ("Say why this saved answer changes.",),
    },
    {
        "name": "leg_right",
        "code": "6b",
        "label": "Motor leg, right",
        "options": ((0, "Holds"), (1, "Drifts")),
        "value": 1,
        "readonly": True,
    },
)
SCORES = (
    {"name": "total", "label": "Total", "of": "arm_right gaze", "value": None, "maximum": 42},
    {"name": "motor", "label": "Motor", "of": "arm_right", "value": None, "maximum": 16},
)
FIGURE = curve(
    name="nihss",
    title="NIHSS",
    points=(("V0", 14), ("M1", 11), ("M2", 9), ("M4", None), ("M6", 6), ("M12", 5), ("M24", None)),
    minimum=0,
    maximum=42,
    better="lower",
)
TALLIES = (
    {"state": "late", "words": "Late", "count": 2, "href": "#tallies"},
    {"state": "due", "words": "Due this week", "count": 5, "href": "#tallies"},
    {"state": "query", "words": "Queries to answer", "count": 0, "href": "#tallies"},
)
FACTS = (("Consent", "version 2.0, 1 Feb 2027"), ("Age", "61 years"), ("NIHSS", None))
ERRORS = ({"target": "item-gaze", "label": "2 Horizontal gaze", "message": "needs a reason."},)
TRUTHS = (
    "The participant has an allocation that nobody can change.",
    "The cell-therapy unit has been told.",
)


class ExampleForm(forms.Form):
    """One field of each kind."""

    assessed_on = forms.DateField(
        label="Assessed on",
        help_text="The day of the assessment, not of the entry.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    given_by = forms.ChoiceField(
        label="Consent given by",
        choices=(("participant", "The participant"), ("proxy", "A legal representative")),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Note", required=False)
    told = forms.BooleanField(label="The family doctor has been told", required=False)


def components(request: HttpRequest) -> HttpResponse:
    """Every component once; the forms lead nowhere."""
    refused = ExampleForm(data={"note": "typed before the refusal"})
    context = {
        "states": tuple(STATES),
        "items": ITEMS,
        "scores": SCORES,
        "figure": FIGURE,
        "tallies": TALLIES,
        "facts": FACTS,
        "errors": ERRORS,
        "truths": TRUTHS,
        "crumbs": (("Participants", "#crumbs"), ("GRE-014-7", "#crumbs")),
        "page": Paginator(range(300), 50).page(2),
        "reasons": ("Transcription error", "New source document"),
        "form": refused,
    }
    return render(request, "components/gallery.html", context)
