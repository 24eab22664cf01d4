"""The list laid open at the end."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from randomization.models.allocation import AllocationList


class Reveal(models.Model):
    """List, seed and salt in the open, once the trial is locked; once and for good.

    ``document`` is the file as it is published, kept as written: it stays readable without any
    key. ``sha256`` is of its bytes in UTF-8.
    """

    UNAUDITED: ClassVar[str] = "revealing is an event; append-only"

    list = models.OneToOneField(
        AllocationList, primary_key=True, on_delete=models.PROTECT, related_name="reveal"
    )
    revealed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revealed_at = models.DateTimeField()
    document = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$") & ~Q(document=""),
                name="reveal_has_its_file",
                violation_error_message="A revealed list has its file and the file's SHA-256.",
            ),
        ]

    def __str__(self) -> str:
        return f"Reveal of {self.list}"
