"""The entry form of an instrument, built from its declaration.

Nothing is preselected and nothing is required while typing: a draft may hold any part. The form
reads what was posted; whether the answers are possible is the instrument's own check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from outcomes.scales.base import (
    Branch,
    Choice,
    DateItem,
    Instrument,
    Item,
    Number,
    Question,
    Scale,
    Score,
    TextItem,
    Tree,
    Value,
    YesNo,
    is_blank,
)
from outcomes.wording import words_of
from trial.margin import Mark
from trial.registry import Finding

UNTESTABLE = "UN"
YES, NO = "yes", "no"
_LONGEST = 200
_POINTS = re.compile(r"[0-9]{1,4}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{0,12})?")


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


class PointsField(forms.Field):
    """Points, or UN for an item that could not be tested."""

    def to_python(self, value: Any) -> int | str | None:
        """The points; raises ValidationError for anything that is no whole number."""
        text = _text(value)
        if text in ("", UNTESTABLE):
            return text or None
        if not _POINTS.fullmatch(text):
            raise ValidationError("Choose one of the answers.")
        return int(text)


class YesNoField(forms.Field):
    """Yes, no, or no answer."""

    def to_python(self, value: Any) -> bool | None:
        """True, False or None; raises ValidationError for anything else."""
        known = {"": None, YES: True, NO: False}
        text = _text(value)
        if text not in known:
            raise ValidationError("Choose yes or no.")
        return known[text]


class NumberField(forms.Field):
    """A number as people write it: with a point or a comma."""

    def to_python(self, value: Any) -> Decimal | int | None:
        """A whole number when it is one, else a decimal; raises ValidationError."""
        text = _text(value).replace(",", ".")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValidationError("Enter a number.")
        number = Decimal(text)
        return int(number) if number == int(number) else number


@dataclass(frozen=True)
class Entry:
    """One item as a page draws it: ``cards`` or ``typed``, and the component's arguments."""

    kind: str
    item: Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """Items under one heading, which may be empty."""

    heading: str
    entries: tuple[Entry, ...]


class InstrumentForm(forms.Form):
    """The form of one instrument; ``instrument_form`` makes a class of it.

    Args:
        data: what was posted.
        initial: the saved answers, by column.
        previous: words shown small beside an item, such as "2 at M4".
        readonly: answers as text, nothing to press.
        marks: links beside an item, by column.
    """

    instrument: ClassVar[Instrument]
    template_name = "outcomes/form.html"
    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        previous: Mapping[str, str] | None = None,
        readonly: bool = False,
        marks: Mapping[str, Sequence[Mark]] | None = None,
        **options: Any,
    ) -> None:
        self.saved = dict(initial or {})
        self.previous = previous or {}
        self.readonly = readonly
        self.marks = marks or {}
        super().__init__(data, initial=self.as_posted(self.saved), **options)

    def as_posted(self, answers: Mapping[str, Any]) -> dict[str, str | None]:
        """Answers by column as the fields of the page post them; None for one not answered."""
        posted = {item.name: _posted(item, answers) for item in self.instrument.items}
        reasons = {
            item.reason_column: answers.get(item.reason_column)
            for item in self.instrument.items
            if isinstance(item, Item) and item.untestable
        }
        return {**posted, **reasons}

    def answers(self) -> dict[str, Value]:
        """The answers by column: as typed where the form is bound, else as saved."""
        if not self.is_bound:
            return {name: self.saved.get(name) for name in self._columns()}
        return dict(self._read)

    @cached_property
    def _read(self) -> dict[str, Value]:
        # Read once: refusing an answer afterwards takes it out of ``cleaned_data``.
        self.is_valid()
        found: dict[str, Value] = dict.fromkeys(self._columns())
        for item in self.instrument.items:
            value = self.cleaned_data.get(item.name)
            if not isinstance(item, Item) or not item.untestable:
                found[item.name] = value or None if isinstance(value, str) else value
                continue
            found[item.name] = None if value == UNTESTABLE else value
            found[item.untestable_column] = value == UNTESTABLE
            # A reason left over from before points were chosen says nothing.
            if not isinstance(value, int):
                found[item.reason_column] = self.cleaned_data.get(item.reason_column) or None
        return found

    def refuse(self, findings: Sequence[Finding], missing: Sequence[str] = ()) -> None:
        """Show the findings and the missing answers beside their items; for a bound form."""
        for finding in findings:
            self.add_error(finding.item if finding.item in self.fields else None, finding.message)
        for name in missing:
            self.add_error(name, "Not answered.")

    def get_context(self) -> dict[str, Any]:
        """What ``outcomes/form.html`` draws."""
        return {"form": self, "sections": self.sections()}

    def sections(self) -> tuple[Section, ...]:
        """The items to draw, under their headings."""
        answers = self.answers()
        return tuple(
            Section(heading, tuple(self._entry(item, answers) for item in items))
            for heading, items in self.instrument.sections()
        )

    def scores(self) -> tuple[dict[str, Any], ...]:
        """The running scores, as ``components/scores.html`` takes them.

        Those drawn over the visits come first: a telephone has room for two.
        """
        if not isinstance(self.instrument, Scale):
            return ()
        values, drawn = self.instrument.score(self.answers()), self.instrument.drawn
        found = zip(self.instrument.scores, self.instrument.score_columns(), strict=True)
        return tuple(
            {
                "name": score.name,
                "label": column.label,
                "of": " ".join(item.name for item in self.instrument.items_of(score.name)),
                "tree": _tree(score),
                "value": values[score.name],
                "maximum": column.maximum,
            }
            for score, column in sorted(found, key=lambda one: one[0].name not in drawn)
        )

    def _columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.instrument.columns())

    def _entry(self, item: Question, answers: Mapping[str, Value]) -> Entry:
        shown = {
            "name": item.name,
            "code": item.code,
            "label": item.label,
            "hint": item.hint,
            "value": self[item.name].value(),
            "previous": self.previous.get(item.name, ""),
            "was": self._was(item, answers),
            "saved": _posted(item, self.saved) or "",
            "saved_words": self._saved_words(item),
            "errors": tuple(
                error for column in item.columns() for error in self.errors.get(column.name, ())
            ),
            "ask_if": _ask_if(item, self.instrument),
            "readonly": self.readonly,
            "marks": tuple(
                mark for column in item.columns() for mark in self.marks.get(column.name, ())
            ),
        }
        if isinstance(item, Number | DateItem | TextItem):
            return Entry("typed", {**shown, **_typed(item)})
        return Entry("cards", {**shown, **self._cards(item)})

    def _cards(self, item: Question) -> dict[str, Any]:
        if isinstance(item, Item):
            cards: dict[str, Any] = {
                "options": tuple((option.value, option.label) for option in item.options)
            }
            if item.untestable:
                cards["untestable"] = tuple((why, why.capitalize()) for why in item.untestable)
                cards["reason"] = self[item.reason_column].value()
            return cards
        if isinstance(item, Choice):
            options = tuple((option.value, option.label) for option in item.options)
            return {"by_place": True, "options": options}
        return {"by_place": True, "options": ((YES, "Yes"), (NO, "No"))}

    def _was(self, item: Question, answers: Mapping[str, Value]) -> str:
        """Words of the saved answer that the typed one would replace; empty when none does."""
        same = _answer(item, self.saved) == _answer(item, answers)
        return "" if same or not self.is_bound else self._saved_words(item)

    def _saved_words(self, item: Question) -> str:
        """Words of the saved answer; empty when there is none."""
        saved = _answer(item, self.saved)
        if all(value is None for value in saved):
            return ""
        return words_of(self.instrument, item.name, saved[0]) or "untestable"


def instrument_form(instrument: Instrument) -> type[InstrumentForm]:
    """The form class of an instrument."""
    fields: dict[str, forms.Field] = {}
    for item in instrument.items:
        fields[item.name] = _field(item)
        if isinstance(item, Item) and item.untestable:
            fields[item.reason_column] = forms.CharField(required=False, max_length=_LONGEST)
    name = f"{instrument.code.title()}Form"
    return type(name, (InstrumentForm,), {"instrument": instrument, **fields})


def _field(item: Question) -> forms.Field:
    match item:
        case Item():
            return PointsField(required=False, label=item.label)
        case YesNo():
            return YesNoField(required=False, label=item.label)
        case Number():
            return NumberField(required=False, label=item.label)
        case DateItem():
            return forms.DateField(required=False, label=item.label, input_formats=["%Y-%m-%d"])
        case _:
            return forms.CharField(required=False, label=item.label, max_length=_LONGEST)


def _posted(item: Question, answers: Mapping[str, Any]) -> str | None:
    """A saved answer as the form posts it."""
    if isinstance(item, Item) and answers.get(item.untestable_column):
        return UNTESTABLE
    value = answers.get(item.name)
    if is_blank(value):
        return None
    if isinstance(item, YesNo):
        return YES if value else NO
    return str(value)


def _answer(item: Question, answers: Mapping[str, Any]) -> tuple[Any, ...]:
    """The answer in all its columns; a blank and a mark that is not set are None."""
    return tuple(
        None if is_blank(value) or (column.role == "untestable" and not value) else value
        for column in item.columns()
        for value in (answers.get(column.name),)
    )


def _typed(item: Question) -> dict[str, Any]:
    if isinstance(item, Number):
        mode = "decimal" if item.decimals or item.minimum < 0 else "numeric"
        return {"type": "text", "mode": mode, "unit": item.unit, "size": 8}
    if isinstance(item, TextItem):
        return {"type": "text", "size": 40, "maxlength": item.max_length}
    return {"type": "date"}


def _ask_if(item: Question, instrument: Instrument) -> dict[str, str] | None:
    if item.ask_if is None:
        return None
    earlier = instrument.item(item.ask_if.item)
    value = item.ask_if.value
    posted = _posted(earlier, {earlier.name: value})
    return {"item": earlier.name, "value": posted or ""}


def _tree(score: Score) -> str:
    return json.dumps(_branch(score.root)) if isinstance(score, Tree) else ""


def _branch(node: Branch | int) -> Any:
    if isinstance(node, int):
        return node
    return {"item": node.item, "yes": _branch(node.yes), "no": _branch(node.no)}
