"""Kinds of box that several forms share."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from trial.partial_dates import FORM_WORDS, PartialDate

_SHAPE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)


class DayField(forms.DateField):
    """A calendar day, typed or picked; sent as 2027-03-12."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault("input_formats", ["%Y-%m-%d"])
        options.setdefault("validators", [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)])
        super().__init__(**options)


class PartialDateField(forms.CharField):
    """A date known to the day, the month or the year; nothing completes it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "2027-03-12, or 2027-03 or 2027 as far as it is known.")
        super().__init__(max_length=10, validators=[possible], **options)


def possible(value: str) -> None:
    """Refuse, in one sentence, what is no partial date or not in the calendar."""
    try:
        PartialDate.parse(value)
    except ValueError as error:
        missing = "There is no such date. " if _SHAPE.fullmatch(value) else ""
        raise forms.ValidationError(f"{missing}{FORM_WORDS}") from error


def choose(label: str, choices: Any, **options: Any) -> forms.ChoiceField:
    """One of a few, as cards; nothing is chosen beforehand."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


def pick(label: str, choices: Any, **options: Any) -> forms.ChoiceField:
    """One of many, as a list that starts empty."""
    return forms.ChoiceField(label=label, choices=[("", "choose"), *choices], **options)
