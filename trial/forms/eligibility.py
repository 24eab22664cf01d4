"""The eligibility criteria as items with two answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from trial import protocol
from trial.forms.reason import Reason

YES_NO = (("yes", "Yes"), ("no", "No"))
WORDS = dict(YES_NO)
STORED = {None: "", True: "yes", False: "no"}


class EligibilityForm(forms.Form):
    """Every criterion a person answers; those the system computes are not in it.

    ``saved`` holds the answers there are. A criterion may stay open; a saved answer may be
    changed, with a reason, and not be taken away.
    """

    reason = forms.CharField(label="Reason for the change", required=False)

    def __init__(self, data: QueryDict | None = None, *, saved: Mapping[str, bool]) -> None:
        super().__init__(data)
        self.saved = saved
        self.why = Reason(data)
        for criterion in protocol.current().criteria:
            if criterion.computed is None:
                self.fields[criterion.code] = forms.ChoiceField(
                    label=criterion.text, choices=YES_NO, required=False
                )

    def clean(self) -> dict[str, Any]:
        """The answers by criterion, and the reason, as the service takes them."""
        data = super().clean() or self.cleaned_data
        answers = {code: value == "yes" for code, value in data.items() if value in WORDS}
        for code in set(self.saved) & set(self.fields) - set(answers) - set(self.errors):
            self.add_error(code, "This answer is saved: it can be changed, not taken away.")
        return {"answers": answers, "reason": self.why.text}

    def item(self, code: str) -> dict[str, Any]:
        """One criterion as ``components/radio_cards.html`` draws it."""
        stored = STORED[self.saved.get(code)]
        value = self.data.get(code, "") if self.is_bound else stored
        return {
            "name": code,
            "code": code,
            "label": self.fields[code].label,
            "options": YES_NO,
            "by_place": True,
            "value": value,
            "saved": stored,
            "saved_words": WORDS[stored] if stored else "",
            "was": WORDS[stored] if stored and value != stored else "",
            "errors": self.errors.get(code, ()),
        }

    def problems(self) -> list[dict[str, str]]:
        """The lines of the error summary, in the order of the page."""
        return [
            {
                "target": "field-reason" if name == "reason" else f"item-{name}" * bool(label),
                "label": label,
                "message": str(sentence),
            }
            for name, sentences in self.errors.items()
            for label in [self._label(name)]
            for sentence in sentences
        ]

    def _label(self, name: str) -> str:
        if name == "reason":
            return str(self.fields[name].label)
        return name if name in self.fields else ""

    @property
    def reason_error(self) -> str:
        """What is wrong with the reason; empty when nothing is."""
        return " ".join(str(sentence) for sentence in self.errors.get("reason", ()))
