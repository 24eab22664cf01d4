"""Reviews of the audit trail."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models import Participant, Site


class TrailReview(AuditedModel):
    """Somebody has read the trail of the trial, a site or a participant, and says what they found.

    Regular review of the trail is part of monitoring (EMA computerised systems guideline 6.2.2).
    Nothing named is the whole trial; a participant is named with the site. ``reviewed_from`` is
    empty when it was read from the first line on. Both days are included, and days of UTC.
    """

    trail_title = "Trail review"
    participant_path = "participant"
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="trail_reviews"
    )
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.PROTECT, related_name="trail_reviews"
    )
    reviewed_from = models.DateField(null=True, blank=True)
    reviewed_until = models.DateField()
    findings = models.TextField(max_length=2000)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ("-reviewed_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(participant__isnull=True) | Q(site__isnull=False),
                name="review_of_participant_names_site",
                violation_error_message="A participant belongs to a site.",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_from__isnull=True) | Q(reviewed_from__lte=F("reviewed_until")),
                name="review_period_runs_forward",
                violation_error_message="The reviewed period begins before it ends.",
            ),
            models.CheckConstraint(
                condition=~Q(findings=""),
                name="review_has_findings",
                violation_error_message="Say what you found.",
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.of}"

    @property
    def of(self) -> str:
        """What was reviewed, in words."""
        if self.participant is not None:
            return self.participant.code
        return str(self.site) if self.site is not None else "the whole trial"
