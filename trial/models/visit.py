"""Visits, and the record: the hinge between the backbone and every form."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models.participant import Participant


class Visit(AuditedModel):
    """One visit of one participant: planned date, window, and what happened.

    A visit outside its window is kept and shown as a deviation, never refused.
    """

    STATUSES = [("planned", "Planned"), ("done", "Done"), ("missed", "Missed")]
    trail_title = "Visit"
    participant_path = "participant"
    hidden_path = "hidden"
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="visits")
    code = models.CharField(max_length=10)
    occurrence = models.PositiveSmallIntegerField(default=1)
    planned_on = models.DateField()
    window_from = models.DateField()
    window_to = models.DateField()
    actual_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=STATUSES, default="planned")
    missed_reason = models.CharField(max_length=200, blank=True)
    # Such a visit exists for some arms only: its existence tells the arm.
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ("planned_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "code", "occurrence"], name="visit_once"
            ),
            models.CheckConstraint(
                condition=Q(window_from__lte=F("planned_on"), planned_on__lte=F("window_to")),
                name="visit_window_holds_plan",
                violation_error_message="The planned date lies in the window.",
            ),
            models.CheckConstraint(
                condition=Q(status="done", actual_on__isnull=False)
                | Q(status__in=["planned", "missed"], actual_on__isnull=True),
                name="visit_done_has_date",
                violation_error_message="A visit that took place has its date.",
            ),
            models.CheckConstraint(
                condition=Q(status="missed") & ~Q(missed_reason="")
                | Q(status__in=["planned", "done"], missed_reason=""),
                name="visit_missed_has_reason",
                violation_error_message="Say why the visit was missed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}{f' {self.occurrence}' if self.occurrence > 1 else ''}"

    @property
    def out_of_window(self) -> bool:
        """Whether the visit took place outside its window: a deviation."""
        return self.actual_on is not None and not (
            self.window_from <= self.actual_on <= self.window_to
        )


class Record(AuditedModel):
    """One form at one visit: its state and version. The answers sit in the form's own table.

    A signature or a verification mark stores the version it saw; a later version voids it.
    """

    STATUSES = [("draft", "Draft"), ("complete", "Complete"), ("not_done", "Not done")]
    trail_title = "Record"
    participant_path = "participant"
    hidden_path = "visit__hidden"
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="records")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="records")
    form = models.CharField(max_length=20)
    form_version = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=STATUSES)
    version = models.PositiveIntegerField(default=1)
    assessed_on = models.DateField(null=True, blank=True)
    assessed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    not_done_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("visit__planned_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=["visit", "form"], name="record_once_per_visit"),
            models.CheckConstraint(
                condition=Q(status="complete", assessed_on__isnull=False)
                | Q(status__in=["draft", "not_done"]),
                name="record_complete_has_date",
                violation_error_message="Give the date of the assessment.",
            ),
            models.CheckConstraint(
                condition=Q(status="not_done") & ~Q(not_done_reason="")
                | Q(status__in=["draft", "complete"], not_done_reason=""),
                name="record_not_done_has_reason",
                violation_error_message="Say why the form was not done.",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="record_version_counts",
                violation_error_message="Versions start at 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} v{self.version}"


class Answers(AuditedModel):
    """What a form's own table starts from: its key is the record."""

    participant_path = "record__participant"
    hidden_path = "record__visit__hidden"
    record = models.OneToOneField(
        Record, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    def values(self, columns: tuple[str, ...]) -> dict[str, Any]:
        """The answers as a flat map."""
        return {column: getattr(self, column) for column in columns}


class Confirmation(AuditedModel):
    """A soft check that was asked and confirmed: the prompt and the answer are kept."""

    trail_title = "Confirmed check"
    participant_path = "record__participant"
    hidden_path = "record__visit__hidden"
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="confirmations")
    version = models.PositiveIntegerField()
    rule = models.CharField(max_length=30)
    item = models.CharField(max_length=60, blank=True)
    prompt = models.TextField()
    comment = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["record", "version", "rule"], name="confirmed_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} confirmed"
