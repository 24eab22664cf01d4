"""What the safety desk types."""

from __future__ import annotations

from typing import Any

from django import forms

from safety import rules
from safety.models import ReferenceSafetyInformation, SafetyReport
from safety.models.desk import COMMENT_LENGTH, EXPECTEDNESS, RECIPIENTS
from safety.report_forms import long_text, study_time
from safety.sponsor import PROOF_LIMIT
from trial.forms.fields import DayField, choose
from trial.models import Site


class AssessForm(forms.Form):
    """The sponsor's opinion; nothing is chosen beforehand, and nothing lower is offered."""

    def __init__(self, data: Any = None, *, report: SafetyReport, first: Any = None) -> None:
        super().__init__(data, initial={"reference": first})
        order = [*rules.CAUSALITIES.items()]
        place = [code for code, _ in order].index(report.causality)
        self.fields["causality"] = choose(
            "Related to the study treatment, for the sponsor",
            order[place:],
            help_text="Never lower than the investigator's, so nothing lower is offered.",
        )
        self.fields["expectedness"] = choose(
            "Expectedness",
            [*EXPECTEDNESS.items()],
            help_text="Against the reference safety information below.",
        )
        self.fields["reference"] = forms.ModelChoiceField(
            ReferenceSafetyInformation.objects.all(),
            label="Reference safety information",
            empty_label="choose",
            help_text="Chosen: the version in force when the event began.",
        )
        self.fields["comment"] = long_text("Comment", "", COMMENT_LENGTH, required=False)


class SubmitForm(forms.Form):
    """What was sent to whom, and the proof."""

    recipient_kind = choose("Sent to", [*RECIPIENTS.items()])
    recipient = forms.CharField(
        label="Name of the recipient", max_length=120, help_text="EudraVigilance, ANSM, ..."
    )
    reference = forms.CharField(
        label="Reference",
        max_length=80,
        help_text="The number the recipient gave, or that of the dispatch.",
    )
    complete = forms.BooleanField(
        label="The report is complete: nothing more is to follow", required=False
    )
    proof = forms.FileField(
        label="Proof",
        help_text="The acknowledgement or the dispatch, at most 10 MB. It is kept.",
        max_length=120,
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["submitted_at"] = study_time("Sent at", "It ends the clock.")
        self.order_fields(["recipient_kind", "recipient", "submitted_at"])

    def clean(self) -> dict[str, Any]:
        """What the service takes: the file's name and bytes."""
        data = super().clean() or self.cleaned_data
        file = data.pop("proof", None)
        if file is not None:
            if file.size > PROOF_LIMIT:
                self.add_error("proof", "The file is larger than 10 MB.")
            else:
                data |= {"proof_name": file.name, "proof": file.read()}
        return data


class MeasureForm(forms.Form):
    """An urgent safety measure."""

    measure = long_text("What was done", "", COMMENT_LENGTH)
    why = long_text("Which danger it averts", "", COMMENT_LENGTH)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["taken_at"] = study_time("Taken at", "The days to notify it run from then.")
        self.fields["site"] = forms.ModelChoiceField(
            Site.objects.order_by("code"),
            label="Site",
            required=False,
            empty_label="the whole trial",
            help_text="Where it was taken; its investigators are told when the time runs out.",
        )


class ReferenceForm(forms.Form):
    """A version of the reference safety information."""

    version = forms.CharField(label="Version", max_length=40)
    title = forms.CharField(label="Document", max_length=200)
    in_force_from = DayField(label="In force from")
    terms = long_text("Expected serious reactions", "One a line.", COMMENT_LENGTH, required=False)
    sha256 = forms.CharField(
        label="SHA-256 of the document",
        max_length=64,
        required=False,
        help_text="64 characters, so that it is known which file was meant.",
    )


class PeriodForm(forms.Form):
    """The days of an annual report."""

    birth = DayField(
        label="Development international birth date",
        help_text="The first authorization of a trial of this product, anywhere.",
    )
    first = DayField(label="Interval from")
    last = DayField(label="Data lock point", help_text="The last day of the interval, whole.")


class VoidForm(forms.Form):
    """Why a submission or a measure was entered in error."""

    void_reason = forms.CharField(label="Why it was entered in error", max_length=200)

    def clean(self) -> dict[str, Any]:
        """As the service calls it."""
        data = super().clean() or self.cleaned_data
        return {"reason": data.get("void_reason", "")}
