"""Sealed envelopes on paper: which were printed, and which were opened and entered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from randomization.models.allocation import Allocation, Stratum


class EnvelopePrint(AuditedModel):
    """One printing: the places ``first`` to ``last`` of a stratum left the system on paper.

    What was printed is not kept: the sealed list says the same. It tells no arm, but it is for
    whoever manages the list.
    """

    trail_title = "Envelopes printed"
    reveals_arm = True
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="prints")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    printed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()

    class Meta:
        ordering = ("printed_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first")),
                name="envelopes_in_order",
                violation_error_message="Envelopes are numbered from the first to the last.",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"),
                name="envelopes_have_reason",
                violation_error_message="Say why envelopes are printed.",
            ),
        ]

    def __str__(self) -> str:
        return f"Envelopes {self.first} to {self.last} of {self.stratum}"


class OpenedEnvelope(AuditedModel):
    """An allocation made on paper while the system was away: which envelope, opened when.

    ``number`` is the place in the stratum, equal to that of the slot. The arm is the slot's;
    nobody types it.
    """

    trail_title = "Envelope opened"
    participant_path = "allocation__participant"
    reveals_arm = True
    allocation = models.OneToOneField(
        Allocation, primary_key=True, on_delete=models.PROTECT, related_name="envelope"
    )
    number = models.PositiveIntegerField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="envelope_counts_from_one",
                violation_error_message="Envelopes are numbered from 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"Envelope {self.number}"
