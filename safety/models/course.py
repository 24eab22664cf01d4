"""How an event went on: each change of its grade, with the day it changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from audit.models import AuditedModel
from safety import grading
from safety.models.checks import check, voided
from safety.models.event import AdverseEvent
from trial.partial_dates import FORM_WORDS, PATTERN


class GradeChange(AuditedModel):
    """The event became worse, or better, on a day: the same event with another grade.

    ``was`` and ``became`` are grades of the event's scale. The first grade is that of the onset;
    the event itself holds the newest.
    """

    trail_title = "Change of grade"
    participant_path = "event__participant"
    # It hangs on an event whose words may tell an arm.
    reveals_arm = True

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="grade_changes")
    number = models.PositiveIntegerField()
    was = models.CharField(max_length=10, choices=[*grading.ALL.items()])
    became = models.CharField(max_length=10, choices=[*grading.ALL.items()])
    since = models.CharField(max_length=10)
    voided = models.BooleanField(default=False)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("event", "number")
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="grade_number_once"),
            check("grade_since_form", "since", Q(since__regex=PATTERN), FORM_WORDS),
            check(
                "grade_changes",
                "became",
                ~Q(became=F("was")),
                "The event has this grade already.",
            ),
            check(
                "grade_known",
                "became",
                Q(was__in=sorted(grading.ALL), became__in=sorted(grading.ALL)),
                "Choose a grade.",
            ),
            voided("grade_voided_has_reason", "change of grade"),
        ]

    def __str__(self) -> str:
        return f"{self.event}, {grading.ALL.get(self.became, self.became)} since {self.since}"
