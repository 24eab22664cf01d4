"""The form in which an event is coded; the service says whether the term will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from safety.coding.models import Dictionary, Term
from safety.coding.suggesting import Suggestion
from trial.forms.fields import choose

_CODE = 10


class CodeForm(forms.Form):
    """A term, and the reason where a coding is put right; the words and the coding that were seen.

    ``offered`` are suggestions and ``found`` what a search found; a term that was sent and is
    neither is looked up in the dictionary.
    """

    verbatim = forms.CharField(widget=forms.HiddenInput, max_length=200, strip=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        dictionary: Dictionary,
        offered: Iterable[Suggestion],
        found: Iterable[Term],
        corrects: bool,
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.found = list(found)
        choices = {one.term.code: f"{path(one.term)} ({one.words})" for one in offered}
        for one in self.found:
            choices.setdefault(one.code, path(one))
        asked = (data or {}).get("llt", "")
        if asked.isascii() and asked.isdecimal() and len(asked) < _CODE:
            for one in dictionary.lines.filter(code=int(asked)):
                choices.setdefault(one.code, path(one))
        self.fields["llt"] = choose(
            "Term",
            [*choices.items()],
            error_messages={
                "required": "Choose a term; search for it where it is not here.",
                "invalid_choice": "The version in use has no such term.",
            },
        )
        self.offers = len(choices)
        if corrects:
            self.fields["reason"] = forms.CharField(
                label="Why it is coded otherwise", required=False, max_length=200
            )

    def clean_llt(self) -> int:
        """As a number."""
        return int(self.cleaned_data["llt"])


def path(term: Term) -> str:
    """A term with the levels that matter: LLT, PT where it is another, primary SOC."""
    words = [term.name, *([] if term.pt == term.name else [f"PT {term.pt}"]), term.soc]
    return " · ".join(words)
