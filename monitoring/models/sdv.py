"""A monitor's mark that an answer agrees with the source documents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models import Record

WHOLE = ""


class SdvMark(AuditedModel):
    """One item of a record, or the whole form, as a monitor found it in the source.

    The mark stores the version it saw and a digest of what it covers: of one answer, or of the
    record's content. It holds while the digest matches what is saved now and nothing it covers was
    changed since, not even to and fro; nothing is done to it when the record changes. Verifying
    again renews it, and its history keeps what stood before.
    """

    trail_title = "Source verification"
    participant_path = "record__participant"
    hidden_path = "record__visit__hidden"
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="sdv_marks")
    # Empty for the whole form.
    item = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["record", "item"], name="sdv_mark_once_per_item"),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="sdv_mark_saw_a_version",
                violation_error_message="A verification covers a saved version.",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="sdv_mark_has_a_digest",
                violation_error_message="A verification keeps the digest of what it covers.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=True) & ~Q(withdrawn_reason="")
                | Q(withdrawn=False, withdrawn_reason=""),
                name="sdv_mark_withdrawn_with_reason",
                violation_error_message="Say why the verification is taken back.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or 'whole form'} v{self.version}"
