"""What the sponsor adds: its assessment, what it compares with, submissions, urgent measures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.models import AuditedModel
from safety import rules
from safety.models.checks import check, said, voided
from safety.models.event import AdverseEvent
from safety.models.report import SHA256, SafetyReport
from trial.models import Site

EXPECTED, UNEXPECTED = "expected", "unexpected"
EXPECTEDNESS: dict[str, str] = {EXPECTED: "Expected", UNEXPECTED: "Unexpected"}
AUTHORITY = "authority"
RECIPIENTS: dict[str, str] = {
    AUTHORITY: "Competent authority",
    "ethics": "Ethics committee",
    "investigators": "Investigators",
    "other": "Somebody else",
}
COMMENT_LENGTH = 2000


def _never_lower() -> Q:
    """The sponsor's causality is at least the investigator's."""
    order = [*rules.CAUSALITIES]
    allowed = Q()
    for place, code in enumerate(order):
        allowed |= Q(investigator_causality=code, causality__in=order[place:])
    return allowed


class ReferenceSafetyInformation(AuditedModel):
    """One version of what is expected of the product; rows are only ever added.

    ``terms`` lists the expected serious reactions, one a line; ``sha256`` is the hash of the
    document they stand in.
    """

    trail_title = "Reference safety information"

    version = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    in_force_from = models.DateField(unique=True)
    terms = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-in_force_from",)
        constraints = [
            check("rsi_version_given", "version", said("version"), "Name the version."),
            check("rsi_title_given", "title", said("title"), "Name the document."),
            check(
                "rsi_hash_form",
                "sha256",
                Q(sha256="") | Q(sha256__regex=SHA256),
                "A SHA-256 has 64 characters, 0 to 9 and a to f.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    def listed(self) -> list[str]:
        """The expected serious reactions."""
        return [line.strip() for line in self.terms.splitlines() if line.strip()]


class SponsorAssessment(AuditedModel):
    """What the sponsor thinks of one version of a report; a new opinion is a new row.

    ``investigator_causality`` is that of the report (the database compares); the sponsor's is
    never lower (CTR Annex III 2.1). Whether the event is a SUSAR follows, and is never typed.
    """

    trail_title = "Sponsor's assessment"
    participant_path = "report__event__participant"
    reveals_arm = True

    report = models.ForeignKey(SafetyReport, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField()
    investigator_causality = models.CharField(max_length=12)
    causality = models.CharField(max_length=12, choices=[*rules.CAUSALITIES.items()])
    expectedness = models.CharField(max_length=10, choices=[*EXPECTEDNESS.items()])
    reference = models.ForeignKey(
        ReferenceSafetyInformation, on_delete=models.PROTECT, related_name="+"
    )
    comment = models.CharField(max_length=COMMENT_LENGTH, blank=True)
    assessed_at = models.DateTimeField()
    assessed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("report__event", "id")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="assessment_number_once"),
            check(
                "assessment_never_lower",
                "causality",
                _never_lower(),
                "The sponsor's causality is never lower than the investigator's.",
            ),
            check(
                "assessment_expectedness_known",
                "expectedness",
                Q(expectedness__in=sorted(EXPECTEDNESS)),
                "Say whether the event was expected.",
            ),
        ]

    def __str__(self) -> str:
        return f"Assessment of version {self.report.number}"

    @property
    def susar(self) -> bool:
        """Suspected (reasonably possible), unexpected, serious."""
        related = self.causality in rules.RELATED
        return self.report.serious and related and self.expectedness == UNEXPECTED


class UrgentMeasure(AuditedModel):
    """An urgent safety measure: what was done at once to protect participants (CTR 54)."""

    trail_title = "Urgent safety measure"
    reveals_arm = True

    number = models.PositiveIntegerField(unique=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    event = models.ForeignKey(
        AdverseEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField()
    zone = models.CharField(max_length=40)
    measure = models.CharField(max_length=COMMENT_LENGTH)
    why = models.CharField(max_length=COMMENT_LENGTH)
    voided = models.BooleanField(default=False)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            check("measure_said", "measure", said("measure"), "Say what was done."),
            check("measure_has_why", "why", said("why"), "Say which danger it averts."),
            check("measure_has_zone", "taken_at", ~Q(zone=""), "A day is a day in a time zone."),
            voided("measure_voided_has_reason", "measure"),
        ]

    def __str__(self) -> str:
        return f"Urgent safety measure {self.number}"


class Proof(models.Model):
    """The bytes that prove a submission; the database compares them with their hash."""

    UNAUDITED = "Bytes are only ever added; their hash stands in the audited submission"

    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class Submission(AuditedModel):
    """Something sent to somebody: a version of a report, or an urgent measure, and the proof.

    ``submitted_at`` is an instant and ``zone`` where its day is counted; ``complete`` says that
    nothing more is to follow. One entered in error is marked, and meets no clock any more.
    """

    trail_title = "Submission"
    participant_path = "report__event__participant"
    reveals_arm = True

    report = models.ForeignKey(
        SafetyReport,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    measure = models.ForeignKey(
        UrgentMeasure,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    recipient_kind = models.CharField(max_length=15, choices=[*RECIPIENTS.items()])
    recipient = models.CharField(max_length=120)
    submitted_at = models.DateTimeField()
    zone = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    complete = models.BooleanField(default=False)
    proof = models.OneToOneField(Proof, on_delete=models.PROTECT, related_name="submission")
    proof_sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    voided = models.BooleanField(default=False)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("submitted_at", "id")
        constraints = [
            check(
                "submission_of_one_thing",
                "report",
                Q(report__isnull=False, measure__isnull=True)
                | Q(report__isnull=True, measure__isnull=False),
                "A report is submitted, or an urgent measure.",
            ),
            check("submission_to_somebody", "recipient", said("recipient"), "Say to whom."),
            check(
                "submission_has_reference",
                "reference",
                said("reference"),
                "Give the reference the recipient gave, or that of the dispatch.",
            ),
            check(
                "submission_kind_known",
                "recipient_kind",
                Q(recipient_kind__in=sorted(RECIPIENTS)),
                "Choose who that is.",
            ),
            check(
                "submission_has_hash",
                "proof",
                Q(proof_sha256__regex=SHA256),
                "The proof carries its hash.",
            ),
            voided("submission_voided_has_reason", "submission"),
        ]

    def __str__(self) -> str:
        return f"Submission to {self.recipient}"
