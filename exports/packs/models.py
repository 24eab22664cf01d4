"""The packs of one meeting: what was asked for, how far it is, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from exports.models import DataCut
from safety.dsmb.models import Meeting


class PackSet(models.Model):
    """Open and closed pack of a meeting, made from one unblinded cut.

    A second set of a meeting, after a vote for the arms, is made from the same cut. ``files``
    lists each file with the SHA-256 and length of what it says; the closed ones lie sealed, with
    a key that is derived from that of the allocation list ``commitment`` names.
    """

    UNAUDITED: ClassVar[str] = (
        "It holds no trial data, only the worker's progress; the request, the result, a failure "
        "and every download are events, and a finished row refuses any change."
    )

    QUEUED, DONE, FAILED = "queued", "done", "failed"
    STATUSES = [(QUEUED, "Being made"), (DONE, "Done"), (FAILED, "Failed")]

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="packs")
    cut = models.ForeignKey(DataCut, on_delete=models.PROTECT, related_name="packs")
    number = models.PositiveIntegerField()
    masked = models.BooleanField()
    status = models.CharField(max_length=10, choices=STATUSES, default=QUEUED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    files = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="packs_numbered"),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "done", "failed"]),
                name="packs_status_known",
                violation_error_message="Packs are being made, done or failed.",
            ),
            models.CheckConstraint(
                condition=Q(status="done", finished_at__isnull=False) & ~Q(commitment="")
                | ~Q(status="done") & Q(commitment=""),
                name="packs_done_are_whole",
                violation_error_message="Finished packs have their time and the list's name.",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(error="") | ~Q(status="failed") & Q(error=""),
                name="packs_failed_say_why",
                violation_error_message="Packs that failed say why.",
            ),
        ]

    def __str__(self) -> str:
        return self.folder

    @property
    def folder(self) -> str:
        """The name of the folder the files lie in."""
        return f"{self.meeting.code}-{self.number}"
