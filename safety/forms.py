"""The form of an adverse event: wording and the shape of what is typed; the rules are elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from audit.errors import Refused
from safety import rules
from safety.grading import GRADINGS
from safety.models import NARRATIVE_LENGTH, AdverseEvent
from safety.models.event import PREGNANCY_LENGTH
from safety.services import Answers
from safety.wording import LABELS, words
from trial import protocol
from trial.forms.fields import PartialDateField
from trial.models import Site

OK, INVALID = 200, 422
TIMES = ("aware_at", "sponsor_informed_at")
_TIME = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_MINUTE = "%Y-%m-%dT%H:%M"


class SiteTimeField(forms.Field):
    """A date and time in the site's time zone."""

    def __init__(self, *, zone: str, **options: Any) -> None:
        self.zone = ZoneInfo(zone)
        box = forms.TextInput(attrs={"type": "datetime-local", "autocomplete": "off"})
        super().__init__(widget=box, **options)

    def prepare_value(self, value: Any) -> Any:
        """An instant as the site's clock shows it; typed text as it was typed."""
        return f"{value.astimezone(self.zone):{_MINUTE}}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """The instant; of an hour that a clock change repeats the first, so that no time is lost.

        Raises:
            ValidationError: no date and time, or one that the site's clock skipped.
        """
        if value in self.empty_values:
            return None
        text = str(value).strip().replace(" ", "T", 1)
        try:
            local = datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
        except ValueError:
            local = None
        if local is None:
            raise ValidationError("Write date and time as 2027-03-12 08:10.")
        there = local.replace(tzinfo=self.zone)
        utc = there.astimezone(ZoneInfo("UTC"))
        if utc.astimezone(self.zone).replace(tzinfo=None) != local:
            raise ValidationError("The clocks went forward: there was no such time.")
        return utc


def _choice(item: str, known: Mapping[str, str], *, cards: bool = True) -> forms.ChoiceField:
    choices = [*known.items()] if cards else [("", "choose"), *known.items()]
    return forms.ChoiceField(
        label=LABELS[item],
        choices=choices,
        widget=forms.RadioSelect if cards else forms.Select,
        error_messages={"required": "Choose one."},
    )


class RefusableForm(forms.Form):
    """A form that shows what a service refused beside its items, or at the top."""

    refusal: Refused | None = None

    def refuse(self, refused: Refused) -> None:
        """Take over the sentences; one about the reason is drawn beside the reason."""
        self.refusal = refused
        findings = refused.details.get("findings")
        for finding in findings if isinstance(findings, list) else ():
            item = "criteria" if finding.item.startswith("criterion_") else finding.item
            self.add_error(item if item in self.fields else None, finding.message)
        if not findings and refused.field != "reason":
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        if self.refusal is not None:
            return self.refusal.status
        return INVALID if self.is_bound and self.errors else OK


class AdverseEventForm(RefusableForm):
    """Everything about one event; nothing is chosen beforehand."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        site: Site,
        event: AdverseEvent | None = None,
    ) -> None:
        self.event = event
        self.zone = (event.aware_zone if event else "") or site.timezone
        super().__init__(data, initial=_initial(event) if event else {})
        self.fields.update(_what() | _how_bad() | _special() | _what_became() | self._when_known())
        if event is not None:
            self._remember(event)

    def _remember(self, event: AdverseEvent) -> None:
        """Show a saved answer beside another one that is typed."""
        # Not of what is long: the account would stand there twice.
        for name in LABELS.keys() & self.fields.keys() - {"criteria", "narrative"}:
            field = cast("Any", self.fields[name])
            value = self.get_initial_for_field(field, name)
            if value not in (None, ""):
                field.saved = str(field.prepare_value(value))
                field.saved_words = words(name, getattr(event, name), self.zone)

    def _when_known(self) -> dict[str, forms.Field]:
        zoned = f"Time zone of the site: {self.zone}."
        return {
            "aware_at": SiteTimeField(
                zone=self.zone,
                label=LABELS["aware_at"],
                required=False,
                help_text=f"When you learnt it: 24 hours from then. {zoned}",
            ),
            "sponsor_informed_at": SiteTimeField(
                zone=self.zone,
                label=LABELS["sponsor_informed_at"],
                required=False,
                help_text=f"It stops the 24 hours. {zoned}",
            ),
            "narrative": forms.CharField(
                label=LABELS["narrative"],
                required=False,
                max_length=NARRATIVE_LENGTH,
                widget=forms.Textarea(attrs={"rows": 5}),
                help_text="The course in your words, for a serious event. No names, no initials.",
            ),
        }

    def answers(self) -> Answers:
        """The cleaned answers; a time that still reads as saved stays the saved instant."""
        found = dict(self.cleaned_data)
        for item in TIMES:
            saved = getattr(self.event, item, None)
            field = self.fields[item]
            if saved is not None and field.prepare_value(found[item]) == field.prepare_value(saved):
                found[item] = saved
        return cast(Answers, found)


class VoidForm(RefusableForm):
    """Why an event was entered in error."""

    void_reason = forms.CharField(label="Why it was entered in error", max_length=200)

    def answers(self) -> dict[str, str]:
        """The reason, as the service calls it."""
        return {"reason": self.cleaned_data["void_reason"]}


def _what() -> dict[str, forms.Field]:
    return {
        "term": forms.CharField(
            label=LABELS["term"],
            max_length=200,
            help_text="In the reporter's words. Blinded people read it: name no study treatment.",
        ),
        "category": _choice("category", protocol.current().ae_categories, cards=False),
        "onset": PartialDateField(
            label=LABELS["onset"],
            help_text="As far as known: 2027, 2027-03 or 2027-03-12.",
        ),
        "end": PartialDateField(
            label=LABELS["end"],
            required=False,
            help_text="As far as known; empty while the event goes on.",
        ),
    }


def _how_bad() -> dict[str, forms.Field]:
    serious = forms.TypedChoiceField(
        label=LABELS["serious"],
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the event is serious."},
        help_text="Serious is what the event did; how intense it was is the severity.",
    )
    criteria = forms.MultipleChoiceField(
        label=LABELS["criteria"],
        choices=[*rules.CRITERIA.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick all that hold; a serious event meets at least one.",
    )
    grades = GRADINGS[protocol.current().safety.grading].grades
    serious_on = PartialDateField(
        label=LABELS["serious_on"],
        required=False,
        help_text="Where it became serious later than it began; as far as known.",
    )
    return {
        "severity": _choice("severity", grades),
        "serious": serious,
        "criteria": criteria,
        "serious_on": serious_on,
    }


def _special() -> dict[str, forms.Field]:
    special = forms.TypedChoiceField(
        label=LABELS["special"],
        choices=[*rules.SPECIALS.items()],
        required=False,
        empty_value=rules.NO_SPECIAL,
        help_text="It is told to the sponsor within 24 hours even where the event is not serious.",
    )
    ended = PartialDateField(
        label=LABELS["pregnancy_ended"],
        required=False,
        help_text="Once it is known; until then the pregnancy is followed.",
    )
    outcome = forms.CharField(
        label=LABELS["pregnancy_outcome"],
        required=False,
        max_length=PREGNANCY_LENGTH,
        help_text="The birth and the child's health, or how it ended else. No names.",
    )
    return {"special": special, "pregnancy_ended": ended, "pregnancy_outcome": outcome}


def _what_became() -> dict[str, forms.Field]:
    return {
        "causality": _choice("causality", rules.CAUSALITIES),
        "action": _choice("action", rules.ACTIONS),
        "outcome": _choice("outcome", rules.OUTCOMES),
    }


def _initial(event: AdverseEvent) -> dict[str, Any]:
    values = {name: getattr(event, name) for name in LABELS if name != "criteria"}
    return {
        **values,
        "serious": "yes" if event.serious else "no",
        "criteria": [*event.criteria],
    }
