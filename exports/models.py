"""A data cut: what was asked for, how far it has come, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from trial.models import Lock

PURPOSE_LENGTH = 200
# What a cut may hold besides CSV; exports.formats.registry has those that are written.
FORMAT_CODES = ("parquet", "xpt", "sav", "dta", "odm", "dataset_json", "sdtm", "adam")


class DataCut(models.Model):
    """One frozen, hashed export of the trial as it stood at one instant (``as_of``).

    ``rows_done`` of ``rows_total`` is the progress of the worker. A cut that is done, failed or
    cancelled is never changed again, and none is ever deleted: the database refuses both.
    """

    UNAUDITED: ClassVar[str] = (
        "It holds no trial data, only the worker's progress; the request, the result, a failure "
        "and every download are events, and a finished row refuses any change."
    )

    QUEUED, RUNNING, DONE = "queued", "running", "done"
    FAILED, CANCELLED = "failed", "cancelled"
    STATUSES = [
        (QUEUED, "Waiting"),
        (RUNNING, "Being made"),
        (DONE, "Done"),
        (FAILED, "Failed"),
        (CANCELLED, "Cancelled"),
    ]
    CONSENTED, RANDOMIZED = "consented", "randomized"
    POPULATIONS = [
        (CONSENTED, "Everybody who consented"),
        (RANDOMIZED, "Everybody who was randomized"),
    ]
    number = models.PositiveIntegerField(unique=True)
    code = models.CharField(max_length=12, unique=True)
    status = models.CharField(max_length=10, choices=STATUSES, default=QUEUED)
    purpose = models.CharField(max_length=PURPOSE_LENGTH)
    blinded = models.BooleanField()
    # What is in it: codes of forms and of sites, none for all; whose data; up to which day.
    forms = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    population = models.CharField(max_length=12, choices=POPULATIONS, default=CONSENTED)
    sites = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    cut_off = models.DateField(null=True, blank=True)
    # The lock of the whole trial that this is the final cut of.
    lock = models.ForeignKey(
        Lock, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    formats = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    manifest = models.JSONField(null=True, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    manifest_bytes = models.PositiveIntegerField(null=True, blank=True)
    folder = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "failed", "cancelled"]),
                name="cut_status_is_known",
                violation_error_message="A cut is waiting, being made, done, failed or cancelled.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^CUT-[0-9]{4,}$", number__gte=1),
                name="cut_code_form",
                violation_error_message="Cuts are numbered from CUT-0001.",
            ),
            models.CheckConstraint(
                condition=Q(population__in=["consented", "randomized"]),
                name="cut_population_is_known",
                violation_error_message="A cut is of everybody who consented or was randomized.",
            ),
            models.CheckConstraint(
                condition=Q(lock__isnull=True)
                | Q(forms=[], population="consented", sites=[], cut_off__isnull=True),
                name="cut_final_is_whole",
                violation_error_message="A final cut holds everything.",
            ),
            models.UniqueConstraint(
                fields=["lock", "blinded"],
                condition=Q(status__in=["queued", "running", "done"]),
                name="cut_final_once_per_lock",
                violation_error_message="This lock has such a final cut already.",
            ),
            models.CheckConstraint(
                condition=~Q(purpose=""),
                name="cut_has_a_purpose",
                violation_error_message="Say what the cut is for.",
            ),
            models.CheckConstraint(
                condition=Q(formats__contained_by=list(FORMAT_CODES)),
                name="cut_formats_are_known",
                violation_error_message="A cut has formats that are known, besides CSV.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="done",
                    as_of__isnull=False,
                    finished_at__isnull=False,
                    manifest__isnull=False,
                    manifest_bytes__isnull=False,
                    manifest_sha256__regex=r"^[0-9a-f]{64}$",
                )
                & ~Q(folder="")
                | ~Q(status="done") & Q(manifest__isnull=True, manifest_sha256="", folder=""),
                name="cut_done_is_whole",
                violation_error_message="A finished cut has its instant, manifest and hash.",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(error="") | ~Q(status="failed") & Q(error=""),
                name="cut_failed_says_why",
                violation_error_message="A failed cut says why.",
            ),
            models.CheckConstraint(
                condition=Q(rows_total__isnull=True, rows_done=0)
                | Q(rows_total__isnull=False, rows_done__lte=F("rows_total")),
                name="cut_progress_within_total",
                violation_error_message="A cut cannot have more rows done than it has.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def final(self) -> bool:
        """Whether it is the one cut of the locked database that the analysis is made from."""
        return self.lock_id is not None

    @property
    def underway(self) -> bool:
        """Whether the cut may still change."""
        return self.status in {self.QUEUED, self.RUNNING}
