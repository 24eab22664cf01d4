"""Everything a record page posts: the answers, the date, the reason, the confirmations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from audit.errors import Refused
from trial import protocol, registry, selectors
from trial.errors import UNDATED, ConfirmationRequired, InvalidAnswers, ReasonRequired, Stale
from trial.forms.fields import DayField
from trial.forms.reason import Reason
from trial.margin import Marks
from trial.models import Record, Visit
from trial.registry import Finding, FormSpec
from trial.templatetags.hermes import day

COMPLETE, DRAFT, NOT_DONE = "complete", "draft", "not_done"
# Look at the whole form again before anything is saved.
EDIT = "edit"
INVALID = 422


class EntryForm(Protocol):
    """What the page needs of a form in the registry."""

    errors: ErrorDict

    fields: Mapping[str, Any]

    def answers(self) -> dict[str, Any]:
        """The answers by column."""

    def as_posted(self, answers: Mapping[str, Any]) -> dict[str, str | None]:
        """Answers by column, as the page posts them."""

    def is_valid(self) -> bool:
        """Whether everything could be read."""

    def refuse(self, findings: Sequence[Finding], missing: Sequence[str] = ()) -> None:
        """Put sentences beside their items."""

    def scores(self) -> Sequence[Mapping[str, Any]]:
        """The running scores."""


class AssessmentDayField(DayField):
    """A draft may lack it; a complete record may not."""

    needed_later = True


class HeadForm(forms.Form):
    """When the assessment was made."""

    assessed_on = AssessmentDayField(
        label="Assessed on",
        required=False,
        help_text="The day the participant was seen, not the day of typing.",
    )

    def remember(self, saved: date) -> None:
        """Show the saved date beside another one that is typed."""
        field = cast("Any", self.fields["assessed_on"])
        field.saved, field.saved_words = saved.isoformat(), day(saved)


@dataclass(frozen=True)
class Problem:
    """One line of the error summary."""

    target: str
    label: str
    message: str


@dataclass(frozen=True)
class Prompt:
    """A soft check: its sentence, the item it is about, and whether it was confirmed."""

    rule: str
    message: str
    target: str
    label: str
    confirmed: bool
    comment: str


def _saved(visit: Visit, code: str) -> Record | None:
    """The record of a visit in hand, which is not looked for again from there."""
    found = Record.objects.filter(visit=visit, form=code).select_related("assessed_by").first()
    if found is not None:
        found.visit, found.participant = visit, visit.participant
    return found


class RecordEntry:
    """One form at one visit as somebody sees it or sends it.

    Args:
        visit: the visit, found in the reader's scope.
        code: a form the protocol plans at this visit.
        posted: what was sent; None when the page is only opened.
        readonly: nobody may change the record from this page.
        marks: asks for the marks beside the items of a saved record.
    """

    def __init__(
        self,
        visit: Visit,
        code: str,
        posted: QueryDict | None = None,
        *,
        readonly: bool = False,
        marks: Callable[[Record], Marks] | None = None,
    ) -> None:
        self.visit, self.posted, self.readonly = visit, posted, readonly
        self.spec: FormSpec = registry.form(code)
        self.record = _saved(visit, code)
        self._marks = marks(self.record) if marks and self.record else {}
        self.seen = self.version if posted is None else _number(posted.get("version", ""))
        self.reason = Reason(posted)
        self.refusal, self.status = "", 200
        self._prompted: Sequence[Finding] = ()
        saved = selectors.answers_of(self.record, form=code)
        initial = {"assessed_on": self.record.assessed_on} if self.record else {}
        self.head = HeadForm(posted, initial=initial)
        if self.record and self.record.assessed_on:
            self.head.remember(self.record.assessed_on)
        self.form = self._draw(saved)

    def _draw(self, saved: Mapping[str, Any]) -> EntryForm:
        previous = previous_words(self.visit, self.spec)
        form = self.spec.form(
            self.posted,
            initial=saved,
            previous=previous,
            readonly=self.readonly,
            marks=self._marks,
        )
        return cast("EntryForm", form)

    @property
    def version(self) -> int:
        """The saved version, 0 before the first save."""
        return self.record.version if self.record else 0

    @property
    def act(self) -> str:
        """Which button was pressed."""
        return self.posted.get("act", DRAFT) if self.posted else ""

    @property
    def not_done_reason(self) -> str:
        """Why the form was not done, as typed."""
        return self.posted.get("not_done_reason", "")[:200] if self.posted else ""

    @property
    def assessed_on(self) -> date | None:
        """The date of the assessment, as typed."""
        found: date | None = self.head.cleaned_data.get("assessed_on")
        return found

    @property
    def confirmed(self) -> dict[str, str]:
        """The soft checks that were confirmed, with the comment on each."""
        if self.posted is None:
            return {}
        posted = self.posted
        return {rule: posted.get(f"comment_{rule}", "")[:200] for rule in posted.getlist("confirm")}

    def is_valid(self) -> bool:
        """Whether everything typed could be read; the rules are the service's."""
        if self.act == NOT_DONE:
            return True
        valid = all([self.head.is_valid(), self.form.is_valid()])
        self.status = 200 if valid else INVALID
        return valid

    def refuse(self, refused: Refused) -> None:
        """Put a refusal where it belongs, keeping everything that was typed."""
        self.status, self.refusal = refused.status, refused.message
        details: dict[str, Any] = refused.details
        if isinstance(refused, Stale):
            self._compare(details)
        elif isinstance(refused, InvalidAnswers):
            self.form.refuse(details.get("findings", ()), details.get("missing", ()))
        elif isinstance(refused, ConfirmationRequired):
            self._prompted = details["findings"]
        elif isinstance(refused, ReasonRequired) and refused.field == "reason":
            self.reason.error = refused.message
        if refused.field in self.head.fields and self.head.is_bound:
            self.head.add_error(refused.field, refused.message)
        elif self.act == COMPLETE and self.assessed_on is None:
            # Told together with what else is wrong: nobody is refused twice for one page.
            self.head.add_error("assessed_on", UNDATED)

    def _compare(self, details: Mapping[str, Any]) -> None:
        """Show what somebody else saved beside what was typed, and go on from their version."""
        self.record = Record.objects.filter(visit=self.visit, form=self.spec.code).first()
        self.seen = details["version"]
        self.form = self._draw(details["answers"])

    def prompts(self) -> list[Prompt]:
        """The soft checks to confirm, each rule once."""
        by_rule = {finding.rule: finding for finding in reversed(self._prompted)}
        return [
            Prompt(
                rule=rule,
                message=finding.message,
                target=f"item-{finding.item}" if finding.item else "",
                label=self.spec.labels.get(finding.item or "", ""),
                confirmed=rule in self.confirmed,
                comment=self.confirmed.get(rule, ""),
            )
            for rule, finding in reversed(by_rule.items())
        ]

    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the page."""
        if self.posted is None or self.act in (NOT_DONE, EDIT):
            return []
        date_errors = self.head.errors.get("assessed_on", ())
        found = [Problem("field-assessed_on", "Assessed on", str(text)) for text in date_errors]
        for name, sentences in self.form.errors.items():
            target = f"item-{name}".removesuffix("_untestable_reason")
            label = self.spec.labels.get(name, "")
            where = target if label else ""
            found += [Problem(where, label, str(sentence)) for sentence in sentences]
        if self.reason.error:
            found.append(Problem("field-reason", "Reason for the change", self.reason.error))
        return found


def previous_words(visit: Visit, spec: FormSpec) -> dict[str, str]:
    """What the last complete record of the form before this visit held, "2 at M4" by item."""
    records = Record.objects.filter(
        participant=visit.participant,
        form=spec.code,
        status="complete",
        visit__planned_on__lt=visit.planned_on,
    )
    if not visit.hidden:
        # A hidden visit tells an arm, and so would its name beside an item.
        records = records.filter(visit__hidden=False)
    before = records.select_related("visit").order_by("-visit__planned_on").first()
    if before is None:
        return {}
    answers = selectors.answers_of(before, form=spec.code)
    return {
        name: f"{value if isinstance(value, int) else spec.words(name, value)} at {before.visit}"
        for name, value in answers.items()
        if value not in (None, "") and not isinstance(value, bool)
    }


def planned_forms(visit: Visit) -> tuple[str, ...]:
    """The forms the protocol plans at a visit."""
    return tuple(form.form for form in protocol.current().visit(visit.code).forms)


def _number(text: str) -> int:
    """The version a page says it shows; one that cannot be read is nobody's version."""
    return int(text) if text.isdecimal() and len(text) < 9 else -1
