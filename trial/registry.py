"""The only registry: form code -> what the backbone must know of a form.

Apps add theirs in ``apps.py``. The backbone never learns what is inside a form: it stores the
answers in the form's own table, asks it to check and score them, and to draw itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.forms import Form

    from trial.models import Answers

AnswerMap = Mapping[str, Any]


class Finding(Protocol):
    """What a check found: a rule, hard or soft, a sentence, and the item it is about."""

    @property
    def rule(self) -> str:
        """The rule's stable code."""

    @property
    def severity(self) -> str:
        """``hard`` is refused, ``soft`` asks for confirmation."""

    @property
    def item(self) -> str | None:
        """The column the sentence belongs beside."""

    @property
    def message(self) -> str:
        """The sentence."""


@dataclass(frozen=True)
class CheckContext:
    """What a form cannot know of itself: when it was assessed, and whether the person had died."""

    assessed_on: date | None = None
    died_on: date | None = None
    inclusion: bool = False
    previous: AnswerMap = field(default_factory=dict)


@dataclass(frozen=True)
class Curve:
    """A score drawn over the visits on the participant page; published range for the axis."""

    column: str
    label: str
    minimum: float | None
    maximum: float | None
    better: str


@dataclass(frozen=True)
class FormSpec:
    """One form.

    ``columns`` are the answer columns of ``model``; ``scores`` its derived columns. ``form``
    builds the Django form: ``form(data=None, initial={...}, previous={...}, readonly=False,
    marks={...})``.
    ``words`` gives the trail's label for a stored value. ``items`` holds the columns of each item:
    they are one answer.
    """

    code: str
    title: str
    short: str
    version: str
    model: type[Answers]
    columns: tuple[str, ...]
    labels: Mapping[str, str]
    scores: Mapping[str, str]
    score: Callable[[AnswerMap], Mapping[str, int | None]]
    check: Callable[[AnswerMap, CheckContext], Sequence[Finding]]
    missing: Callable[[AnswerMap], Sequence[str]]
    form: Callable[..., Form]
    words: Callable[[str, Any], str]
    curves: tuple[Curve, ...] = ()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_forms: dict[str, FormSpec] = {}


def register(spec: FormSpec) -> None:
    """Add a form.

    Raises:
        ValueError: another form has this code.
    """
    if _forms.get(spec.code, spec) is not spec:
        raise ValueError(f"Two forms are called {spec.code}.")
    _forms[spec.code] = spec


def form(code: str) -> FormSpec:
    """The form with this code.

    Raises:
        KeyError: no such form.
    """
    return _forms[code]


def codes() -> tuple[str, ...]:
    """All form codes, in the order they were added."""
    return tuple(_forms)


def forms() -> tuple[FormSpec, ...]:
    """All forms."""
    return tuple(_forms.values())
