"""From marrow to infusion, or the reason why not: what was given, beside what was allocated."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models import Participant

SIDES = [("left", "Left iliac crest"), ("right", "Right iliac crest"), ("both", "Both sides")]
ANAESTHESIA = [("local", "Local"), ("sedation", "Local with sedation"), ("general", "General")]
DECISIONS = [("released", "Released"), ("failed", "Failed")]


class Aspiration(AuditedModel):
    """Marrow taken from a participant; the sample starts the chain that ends in an infusion."""

    trail_title = "Marrow aspiration"
    participant_path = "participant"
    of_cells = True
    reveals_arm = True
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="aspirations"
    )
    aspirated_on = models.DateField()
    side = models.CharField(max_length=10, choices=SIDES)
    anaesthesia = models.CharField(max_length=10, choices=ANAESTHESIA)
    volume_ml = models.DecimalField("volume", max_digits=5, decimal_places=1)
    sample = models.CharField("sample number", max_length=30)
    sufficient = models.BooleanField("enough to start a culture")
    complications = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("aspirated_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["sample"],
                name="aspiration_sample_once",
                violation_error_message="Another aspiration has this sample number.",
            ),
            models.CheckConstraint(
                condition=Q(sample__regex=r"^[A-Z0-9][A-Z0-9-]{2,29}$"),
                name="aspiration_sample_form",
                violation_error_message="A sample number is 3 to 30 capitals, digits and hyphens.",
            ),
            models.CheckConstraint(
                condition=Q(volume_ml__gt=0),
                name="aspiration_has_volume",
                violation_error_message="The aspirated volume is more than 0 mL.",
            ),
            models.CheckConstraint(
                condition=Q(side__in=["left", "right", "both"]),
                name="aspiration_side_known",
                violation_error_message="Say on which side the marrow was taken.",
            ),
            models.CheckConstraint(
                condition=Q(anaesthesia__in=["local", "sedation", "general"]),
                name="aspiration_anaesthesia_known",
                violation_error_message="Say which anaesthesia was given.",
            ),
        ]

    def __str__(self) -> str:
        return f"Aspiration {self.sample}"


class Product(AuditedModel):
    """One batch grown from one aspiration, for the person it was taken from.

    ``dose_millions`` is the dose ordered; count and viability (percent of living cells) are
    those of the harvest, and stay empty for a culture that never came to one.
    """

    trail_title = "Cell product"
    participant_path = "aspiration__participant"
    of_cells = True
    reveals_arm = True
    aspiration = models.ForeignKey(Aspiration, on_delete=models.PROTECT, related_name="products")
    batch = models.CharField("batch number", max_length=30)
    dose_millions = models.PositiveSmallIntegerField("dose ordered")
    culture_started_on = models.DateField()
    # How many so far; the rows of ``Passage`` say when each was.
    passages = models.PositiveSmallIntegerField()
    harvested_on = models.DateField(null=True, blank=True)
    cells_millions = models.DecimalField(
        "cells harvested", max_digits=6, decimal_places=1, null=True, blank=True
    )
    viability_percent = models.DecimalField(
        "viability", max_digits=4, decimal_places=1, null=True, blank=True
    )

    class Meta:
        ordering = ("culture_started_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["batch"],
                name="product_batch_once",
                violation_error_message="Another product has this batch number.",
            ),
            models.CheckConstraint(
                condition=Q(batch__regex=r"^[A-Z0-9][A-Z0-9-]{2,29}$"),
                name="product_batch_form",
                violation_error_message="A batch number is 3 to 30 capitals, digits and hyphens.",
            ),
            models.CheckConstraint(
                condition=Q(dose_millions__gte=1),
                name="product_has_dose",
                violation_error_message="The dose ordered is more than 0 cells.",
            ),
            models.CheckConstraint(
                condition=Q(harvested_on__isnull=True)
                | Q(harvested_on__gte=F("culture_started_on")),
                name="product_harvest_after_start",
                violation_error_message="The harvest comes after the start of the culture.",
            ),
            models.CheckConstraint(
                condition=Q(
                    harvested_on__isnull=True,
                    cells_millions__isnull=True,
                    viability_percent__isnull=True,
                )
                | Q(
                    harvested_on__isnull=False,
                    cells_millions__isnull=False,
                    viability_percent__isnull=False,
                ),
                name="product_harvest_whole",
                violation_error_message=(
                    "A harvest has its date, its cell count and its viability, or none of them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(cells_millions__isnull=True) | Q(cells_millions__gte=0),
                name="product_cells_count",
                violation_error_message="The cell count cannot be below 0.",
            ),
            models.CheckConstraint(
                condition=Q(viability_percent__isnull=True)
                | Q(viability_percent__gte=0, viability_percent__lte=100),
                name="product_viability_percent",
                violation_error_message="Viability is a percentage: 0 to 100.",
            ),
        ]

    def __str__(self) -> str:
        return f"Batch {self.batch}"


class Release(AuditedModel):
    """The decision on a batch, by a named person: released by a signature, or failed with a reason.

    A release holds the hash of what was signed and the hour it expires. Out of specification, it
    says why all the same, and waits for the treating physician (``Agreement``).
    """

    MEANING = "I release this batch for the participant it was grown from, and for nobody else."
    trail_title = "Release decision"
    participant_path = "product__aspiration__participant"
    of_cells = True
    reveals_arm = True
    product = models.OneToOneField(Product, on_delete=models.PROTECT, related_name="release")
    decision = models.CharField(max_length=10, choices=DECISIONS)
    reason = models.CharField(max_length=30, blank=True)
    decided_on = models.DateField()
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField("hash of what was signed", max_length=64, blank=True)
    out_of_specification = models.BooleanField(default=False)
    justification = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="released", reason="") | Q(decision="failed") & ~Q(reason=""),
                name="release_failed_has_reason",
                violation_error_message="A failed batch has a reason, a released one has none.",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, expires_at__isnull=True, digest="")
                | Q(
                    decision="released",
                    signed_at__isnull=False,
                    expires_at__isnull=False,
                    digest__regex=r"^[0-9a-f]{64}$",
                ),
                name="release_signed_whole",
                violation_error_message=(
                    "A signed release has its time, its expiry and the hash of what was signed."
                ),
            ),
            models.CheckConstraint(
                condition=Q(out_of_specification=False, justification="")
                | Q(out_of_specification=True, signed_at__isnull=False) & ~Q(justification=""),
                name="release_out_of_specification_justified",
                violation_error_message="A release out of specification says why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.decision}"


class Infusion(AuditedModel):
    """The cells given: day, cells in millions, viability in percent, volume in millilitres.

    Start and end are times of day at the site.
    """

    trail_title = "Infusion"
    participant_path = "participant"
    reveals_arm = True
    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="infusion"
    )
    product = models.OneToOneField(Product, on_delete=models.PROTECT, related_name="infusion")
    infused_on = models.DateField()
    cells_millions = models.DecimalField("cells given", max_digits=6, decimal_places=1)
    viability_percent = models.DecimalField("viability", max_digits=4, decimal_places=1)
    volume_ml = models.DecimalField("volume", max_digits=5, decimal_places=1)
    started_at = models.TimeField(null=True, blank=True)
    ended_at = models.TimeField(null=True, blank=True)
    complete = models.BooleanField("the whole dose was given")
    interruption = models.CharField("why it was not the whole dose", max_length=200, blank=True)
    # What really happened is kept when it lies outside the protocol's limits, with this beside it.
    justification = models.CharField(
        "why outside the protocol's limits", max_length=500, blank=True
    )

    class Meta:
        ordering = ("infused_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(cells_millions__gt=0),
                name="infusion_has_cells",
                violation_error_message="An infusion holds more than 0 cells.",
            ),
            models.CheckConstraint(
                condition=Q(viability_percent__gte=0, viability_percent__lte=100),
                name="infusion_viability_percent",
                violation_error_message="Viability is a percentage: 0 to 100.",
            ),
            models.CheckConstraint(
                condition=Q(volume_ml__gt=0),
                name="infusion_has_volume",
                violation_error_message="The infused volume is more than 0 mL.",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True)
                | Q(ended_at__isnull=True)
                | Q(ended_at__gte=F("started_at")),
                name="infusion_ends_after_start",
                violation_error_message="The infusion cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(complete=True, interruption="")
                | Q(complete=False) & ~Q(interruption=""),
                name="infusion_incomplete_has_reason",
                violation_error_message="Say why the whole dose was not given, or that it was.",
            ),
        ]

    def __str__(self) -> str:
        return f"Infusion {self.infused_on}"


class NotTreated(AuditedModel):
    """Why a participant allocated to cells received none: a fact of its own."""

    trail_title = "Not treated"
    participant_path = "participant"
    reveals_arm = True
    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="not_treated"
    )
    reason = models.CharField(max_length=30)
    note = models.CharField(max_length=200, blank=True)
    decided_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="not_treated_has_reason",
                violation_error_message="Say why no cells were given.",
            ),
            models.CheckConstraint(
                condition=~Q(reason="other") | ~Q(note=""),
                name="not_treated_other_has_note",
                violation_error_message="Say in a few words what the other reason was.",
            ),
        ]

    def __str__(self) -> str:
        return f"Not treated: {self.reason}"
