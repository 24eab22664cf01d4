"""Who may rate which instrument, from when to when."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel


class Certificate(AuditedModel):
    """A rater's certificate for one instrument. A renewal is another row."""

    trail_title = "Certificate"
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="certificates")
    form = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField()
    issued_by = models.CharField(max_length=120)

    class Meta:
        ordering = ("person", "form", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "form", "valid_from"],
                name="certificate_once_a_day",
                violation_error_message="This certificate is recorded already.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="certificate_ends_after_start",
                violation_error_message="A certificate cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=~Q(issued_by=""),
                name="certificate_has_an_issuer",
                violation_error_message="Say who issued the certificate.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.form}"

    def covers(self, day: date) -> bool:
        """Whether the certificate is valid on a day."""
        return self.valid_from <= day <= self.valid_to
