"""The versions of a safety report: filed once, and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT

from accounts.models import User
from audit.models import AuditedModel
from safety import rules
from safety.models.checks import check, said
from safety.models.event import AdverseEvent

SHA256 = r"^[0-9a-f]{64}$"
INITIAL, FOLLOW_UP, FINAL = "initial", "follow_up", "final"
KINDS: dict[str, str] = {INITIAL: "Initial", FOLLOW_UP: "Follow-up", FINAL: "Final"}
SITE, SPONSOR = "site", "sponsor"
SOURCES: dict[str, str] = {SITE: "Site", SPONSOR: "Safety desk"}
NEWS_LENGTH = 1000


class SafetyReport(AuditedModel):
    """One numbered version of the report of one event, as everything stood when it was filed.

    ``content`` is the snapshot (``safety.snapshot.Snapshot``) and ``sha256`` its hash;
    ``received_at`` is when the sponsor became aware of what is new in it, day 0 of the sponsor's
    clocks, and ``zone`` the zone in which its day is counted. ``causality``, ``serious`` and
    ``grave`` (fatal or life-threatening) repeat the content, so that the database can compare.
    Rows are only ever added.
    """

    trail_title = "Safety report"
    participant_path = "event__participant"
    reveals_arm = True

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[*KINDS.items()])
    source = models.CharField(max_length=10, choices=[*SOURCES.items()])
    news = models.CharField(max_length=NEWS_LENGTH, blank=True)
    received_at = models.DateTimeField()
    zone = models.CharField(max_length=40)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    event_version = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    causality = models.CharField(max_length=12, choices=[*rules.CAUSALITIES.items()])
    serious = models.BooleanField()
    grave = models.BooleanField()

    class Meta:
        ordering = ("event", "number")
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="report_number_once"),
            # What an assessment refers to, with the investigator's causality beside it.
            models.UniqueConstraint(fields=["id", "causality"], name="report_and_its_causality"),
            check(
                "report_first_is_initial",
                "kind",
                Q(number=1, kind=INITIAL) | Q(number__gt=1, kind__in=[FINAL, FOLLOW_UP]),
                "The first version is the initial report, and no other is.",
            ),
            check(
                "report_says_what_is_new",
                "news",
                Q(kind=INITIAL) | said("news"),
                "Say what is new.",
            ),
            check(
                "report_received_before_filed",
                "received_at",
                Q(received_at__lte=F("filed_at")),
                "Nobody learns of it after it is filed.",
            ),
            check(
                "report_has_hash",
                "sha256",
                Q(sha256__regex=SHA256),
                "A report carries the hash of its content.",
            ),
            check(
                "report_causality_is_its_content",
                "causality",
                Q(causality=KT("content__causality")),
                "The causality is that of the content.",
            ),
            check("report_has_zone", "zone", ~Q(zone=""), "A day is a day in a time zone."),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} report, version {self.number}"
