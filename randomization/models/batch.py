"""What happens to a batch between the start of its culture and the participant's arm."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.models import AuditedModel
from randomization.models.treatment import Product, Release

WHAT = [("whole", "The whole batch"), ("remainder", "What was left of it")]
HOW = [("destroyed", "Destroyed"), ("returned", "Returned")]


class Passage(AuditedModel):
    """Cells moved to fresh flasks: the number of the passage, the day, the cells then counted."""

    trail_title = "Passage"
    participant_path = "product__aspiration__participant"
    of_cells = True
    reveals_arm = True
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="passage_rows")
    number = models.PositiveSmallIntegerField()
    passed_on = models.DateField()
    cells_millions = models.DecimalField(
        "cells counted", max_digits=6, decimal_places=1, null=True, blank=True
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("number", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "number"],
                name="passage_once",
                violation_error_message="This passage is recorded already.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=30),
                name="passage_number",
                violation_error_message="Passages are counted from 1 to 30.",
            ),
            models.CheckConstraint(
                condition=Q(cells_millions__isnull=True) | Q(cells_millions__gte=0),
                name="passage_cells_count",
                violation_error_message="The cell count cannot be below 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, passage {self.number}"


class ReleaseResult(AuditedModel):
    """The result of one release test of the protocol: a number, or a reading, or pending."""

    trail_title = "Release test"
    participant_path = "product__aspiration__participant"
    of_cells = True
    reveals_arm = True
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="results")
    test = models.CharField(max_length=30)
    number = models.DecimalField("result", max_digits=8, decimal_places=2, null=True, blank=True)
    reading = models.CharField("result read", max_length=30, blank=True)
    tested_on = models.DateField("result of")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["product", "test"],
                name="release_test_once",
                violation_error_message="This test has a result: correct that one.",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=False, reading="")
                | Q(number__isnull=True) & ~Q(reading=""),
                name="release_test_has_result",
                violation_error_message="A result is a number or a reading.",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(number__gte=0),
                name="release_test_number",
                violation_error_message="A result cannot be below 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.test}"


class Agreement(AuditedModel):
    """The treating physician agrees, by a signature, that a batch out of its limits is given."""

    MEANING = (
        "I have read which limits this batch does not keep and why it is released, and agree that "
        "it is given to this participant."
    )
    trail_title = "Agreement to an out-of-specification release"
    participant_path = "release__product__aspiration__participant"
    of_cells = True
    reveals_arm = True
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="agreement")
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="agreement_has_its_hash",
                violation_error_message="A signature holds the SHA-256 of what it covers.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release}, agreed"


class Disposal(AuditedModel):
    """A batch, or what was left of it after the infusion, destroyed or returned, and why."""

    trail_title = "Destruction or return"
    participant_path = "product__aspiration__participant"
    of_cells = True
    reveals_arm = True
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="disposals")
    what = models.CharField(max_length=10, choices=WHAT)
    how = models.CharField(max_length=10, choices=HOW)
    reason = models.CharField(max_length=200)
    disposed_on = models.DateField()
    disposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                name="disposal_once",
                violation_error_message="What became of this batch is recorded already.",
            ),
            models.CheckConstraint(
                condition=Q(what__in=["whole", "remainder"], how__in=["destroyed", "returned"]),
                name="disposal_known",
                violation_error_message="Say what was destroyed or returned.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="disposal_has_reason",
                violation_error_message="Say why it was destroyed or returned.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.how}"
