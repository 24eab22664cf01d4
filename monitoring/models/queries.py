"""Queries, what was said in them, and how far the edit checks have been run."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from safety.models import AdverseEvent
from trial.models import Participant, Visit

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
LIVE = (OPEN, ANSWERED)
TEXT_LENGTH = 1000
VALUE_LENGTH = 300


def _said(column: str) -> Q:
    return Q(**{f"{column}__regex": r"\S"})


class Query(AuditedModel):
    """A question about a data point, with the value it had when it was asked.

    It hangs on a participant, a visit, a form at that visit, an item of that form, or an adverse
    event. A person asks it, or an edit check (``check_code``); the site answers; a monitor or
    data manager closes it, or the system once the data behind a check are put right. ``seen`` is
    the digest of the values a check found: the same values explained once are not asked again.
    A query on a visit that tells an arm, or of a check that read one, is ``hidden`` and counts on
    its own, so that no gap in the numbers tells that there is one.
    """

    STATUSES = [(OPEN, "Open"), (ANSWERED, "Answered"), (CLOSED, "Closed")]
    trail_title = "Query"
    participant_path = "participant"
    hidden_path = "hidden"
    number = models.PositiveIntegerField()
    hidden = models.BooleanField(default=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="queries")
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="queries"
    )
    form = models.CharField(max_length=20, blank=True)
    item = models.CharField(max_length=60, blank=True)
    adverse_event = models.ForeignKey(
        AdverseEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="queries"
    )
    value = models.CharField(max_length=VALUE_LENGTH, blank=True)
    text = models.CharField(max_length=TEXT_LENGTH)
    check_code = models.CharField(max_length=60, blank=True)
    check_version = models.PositiveSmallIntegerField(default=0)
    seen = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=STATUSES, default=OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # When the present status began.
    since = models.DateTimeField()
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("opened_at", "pk")
        verbose_name_plural = "queries"
        indexes = [
            models.Index(
                "participant", "visit", "form", name="query_live", condition=Q(status__in=LIVE)
            ),
            models.Index("participant", "check_code", name="query_by_check"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["hidden", "number"], name="query_number_once"),
            models.UniqueConstraint(
                fields=[
                    "check_code",
                    "participant",
                    "visit",
                    "form",
                    "item",
                    "adverse_event",
                    "hidden",
                ],
                condition=Q(status__in=LIVE) & ~Q(check_code=""),
                nulls_distinct=False,
                name="query_once_per_check",
                violation_error_message="This edit check has asked here already.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[OPEN, ANSWERED, CLOSED]),
                name="query_status_known",
                violation_error_message="A query is open, answered or closed.",
            ),
            models.CheckConstraint(
                condition=_said("text"),
                name="query_asks_something",
                violation_error_message="Write the question.",
            ),
            models.CheckConstraint(
                condition=Q(visit__isnull=False, adverse_event__isnull=True)
                | Q(visit__isnull=True, form="", item="", hidden=False),
                name="query_form_of_a_visit",
                violation_error_message="A form belongs to a visit; an adverse event has no form.",
            ),
            models.CheckConstraint(
                condition=Q(item="") | ~Q(form=""),
                name="query_item_of_a_form",
                violation_error_message="An item belongs to a form.",
            ),
            models.CheckConstraint(
                condition=Q(check_code="", check_version=0, seen="", opened_by__isnull=False)
                | ~Q(check_code="") & Q(check_version__gte=1, opened_by__isnull=True) & ~Q(seen=""),
                name="query_asked_by_one",
                violation_error_message="A person asks a query, or an edit check does.",
            ),
            models.CheckConstraint(
                condition=Q(status=CLOSED) | Q(closed_by__isnull=True),
                name="query_closed_by_when_closed",
                violation_error_message="Only a closed query has been closed by somebody.",
            ),
            models.CheckConstraint(
                condition=~Q(check_code="") | ~Q(status=CLOSED) | Q(closed_by__isnull=False),
                name="query_of_a_person_closed_by_one",
                violation_error_message="A person's query is closed by a person.",
            ),
            models.CheckConstraint(
                condition=Q(since__gte=F("opened_at")),
                name="query_since_it_was_opened",
                violation_error_message="A query changes after it was opened.",
            ),
        ]

    def __str__(self) -> str:
        return f"Query {self.code}"

    @property
    def code(self) -> str:
        """What people call it: "41"; "T2" for one that only those who know the arms see."""
        return f"T{self.number}" if self.hidden else str(self.number)

    @property
    def live(self) -> bool:
        """Whether it still waits for somebody."""
        return self.status in LIVE

    @property
    def point(self) -> dict[str, Any]:
        """The data point it hangs on, as columns."""
        return {
            "participant_id": self.participant_id,
            "visit_id": self.visit_id,
            "form": self.form,
            "item": self.item,
            "adverse_event_id": self.adverse_event_id,
        }


class QueryMessage(AuditedModel):
    """One line of a query's thread: an act and its words, or a change of the answer asked about.

    ``old`` and ``new`` are the values in words of a change, and ``change_act`` the act of the
    trail that made it. Without ``by`` the system wrote the line. It is never edited.
    """

    ASKED, ANSWERED, CHANGED, CLOSED, REOPENED = (
        "asked", "answered", "changed", "closed", "reopened",
    )  # fmt: skip
    KINDS = [
        (ASKED, "Asked"),
        (ANSWERED, "Answered"),
        (CHANGED, "Value changed"),
        (CLOSED, "Closed"),
        (REOPENED, "Reopened"),
    ]
    BY_PEOPLE: ClassVar[list[str]] = [ANSWERED, REOPENED]
    trail_title = "Query message"
    participant_path = "query__participant"
    hidden_path = "query__hidden"
    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=10, choices=KINDS)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=TEXT_LENGTH, blank=True)
    old = models.CharField(max_length=VALUE_LENGTH, blank=True)
    new = models.CharField(max_length=VALUE_LENGTH, blank=True)
    change_act = models.UUIDField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="changed") & ~Q(old=F("new"))
                | Q(kind__in=["asked", "answered", "closed", "reopened"], old="", new=""),
                name="query_message_kind",
                violation_error_message="Only a change has an old and a new value.",
            ),
            models.CheckConstraint(
                condition=Q(kind="changed") | _said("text"),
                name="query_message_says_something",
                violation_error_message="Write what there is to say.",
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(kind__in=["answered", "reopened"]),
                name="query_message_by_a_person",
                violation_error_message="A person answers and reopens.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.query}: {self.get_kind_display()}"


class CheckRun(models.Model):
    """The edit checks were run over everybody: which checks, when, and what came of it.

    ``fingerprint`` is that of the whole set of checks; another one means that a check was added
    or changed, and old data must be looked at again.
    """

    UNAUDITED = "how far a run has come; every query it opens or closes is audited"
    fingerprint = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    participants = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="check_run_ends_after_start",
                violation_error_message="A run ends after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"Edit checks {self.started_at:%Y-%m-%d %H:%M} UTC"
