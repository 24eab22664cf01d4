"""Signatures: who signed what, when, and what it meant."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models.participant import Participant
from trial.models.visit import Record, Visit


class Signature(AuditedModel):
    """A signature by password: what it means, and the hash of the content it covers.

    It holds while the content still has this hash and nothing of it was changed since; a change
    leaves it in place and void, and so does one that is reversed (21 CFR 11.50, 11.70).

    A visit signed as a whole gives each of its records a signature of its own, ``within`` the
    visit's; so does a casebook. A visit whose existence tells an arm is never part of a
    casebook's hash: it has a signature of its own, made in the same act, so that who must not
    know the arm reads nothing from a signature that became void.
    """

    MEANINGS = [
        ("eligibility", "I confirm that this person is eligible."),
        ("record", "I confirm that this record is complete and correct."),
        ("visit", "I confirm that the records of this visit are complete and correct."),
        (
            "casebook",
            (
                "I confirm that what is recorded of this participant at visits, of consent,"
                " eligibility and randomization date, and of how participation ended is complete"
                " and correct. Adverse events and treatment are not part of this."
            ),
        ),
    ]
    trail_title = "Signature"
    participant_path = "participant"
    hidden_path = "visit__hidden"
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="signatures"
    )
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures"
    )
    record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures"
    )
    within = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    meaning = models.CharField(max_length=20, choices=MEANINGS)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    # The version of a record; for a whole, how often the same content has been signed.
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    meaning__in=["eligibility", "casebook"],
                    visit__isnull=True,
                    record__isnull=True,
                    within__isnull=True,
                )
                | Q(meaning="visit", visit__isnull=False, record__isnull=True)
                | Q(meaning="record", visit__isnull=False, record__isnull=False),
                name="signature_of_something",
                violation_error_message="A signature covers the eligibility, one record, one visit"
                " or the casebook.",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="signature_has_its_hash",
                violation_error_message="A signature holds the SHA-256 of what it covers.",
            ),
            models.UniqueConstraint(
                fields=["record", "version", "digest"],
                condition=Q(meaning="record"),
                name="record_signed_once",
                violation_error_message="This version is signed already.",
            ),
            models.UniqueConstraint(
                fields=["visit", "digest", "version"],
                condition=Q(meaning="visit"),
                name="visit_signed_once",
                violation_error_message="This visit is signed already as it stands.",
            ),
            models.UniqueConstraint(
                fields=["participant", "digest", "version"],
                condition=Q(meaning="casebook"),
                name="casebook_signed_once",
                violation_error_message="This casebook is signed already as it stands.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signed_by}, {self.signed_at:%Y-%m-%d %H:%M} UTC"
