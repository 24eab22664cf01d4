"""What was raised, and each telling of one person by one mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from safety.alerts.kinds import KINDS
from trial.models import Site
from trial.models.lock import new_code

WAITING, CLAIMED, HANDING = "waiting", "claimed", "handing"
SENT, REFUSED, NO_ADDRESS, NOT_OWED = "sent", "refused", "no_address", "not_owed"
# Somebody has to do something about these before the mail is gone.
OPEN = (WAITING, CLAIMED, HANDING)
STATES = [
    (WAITING, "Waits to be sent"),
    (CLAIMED, "Being sent"),
    (HANDING, "Being sent"),
    (SENT, "Sent"),
    (REFUSED, "Refused by the mail server"),
    (NO_ADDRESS, "No e-mail address"),
    (NOT_OWED, "No longer needed"),
]


class Alert(models.Model):
    """Something certain people must know. Added and never changed.

    What it is about is a neutral reference (``subject_type``, ``subject_id``) and the address of
    the page that shows it, read by somebody signed in. ``occasion`` tells apart what is raised
    more than once of one subject; the same occasion is raised once, however often it is asked.
    ``due_at`` is the end of the clock behind it, where there is one.
    """

    UNAUDITED: ClassVar[str] = "raising one is an event; append-only"

    # Its name in mails and addresses: drawn, so that nothing is learned by counting.
    code = models.CharField(max_length=16, unique=True, default=new_code, editable=False)
    kind = models.CharField(max_length=30)
    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=40)
    occasion = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200, blank=True)
    participant = models.CharField(max_length=20, blank=True)
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(db_index=True)
    raised_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-raised_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "occasion"],
                name="alert_once_per_occasion",
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(subject_type="") & ~Q(subject_id=""),
                name="alert_is_about_something",
                violation_error_message="An alert says what it is and what it is about.",
            ),
        ]

    def __str__(self) -> str:
        return f"Alert {self.code}"

    @property
    def title(self) -> str:
        """What happened, for somebody signed in whom it concerns."""
        return KINDS[self.kind].title

    @property
    def about(self) -> str:
        """Whom or where it is about, in a code; empty where neither is named."""
        return self.participant or (self.site.code if self.site else "")


class Delivery(models.Model):
    """One person told of one alert, by one mail; escalation tells again as a further ``step``.

    The mail's ``message_id`` is drawn with the row, so that every attempt to send it is the same
    message to the server that receives it. ``next_try`` is when it may be taken up: by the first
    attempt, the next one, or by another worker because the one that claimed it is taken for dead.
    ``doubtful`` says that a worker ended, or the line, after the mail was handed over and before
    the server's answer was known: it was then sent again under the same id.
    """

    UNAUDITED: ClassVar[str] = (
        "how far a mail has come; sending and acknowledging are events, and the database keeps them"
    )

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField()
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=STATES, default=WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField()
    trouble = models.CharField(max_length=80, blank=True)
    doubtful = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=["next_try"], condition=Q(state__in=OPEN), name="delivery_still_open"
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(acknowledged_at__isnull=True),
                name="delivery_unacknowledged",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "recipient", "step"], name="delivery_once_per_person_and_step"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[code for code, _ in STATES]),
                name="delivery_state_known",
                violation_error_message="A mail is in a known state.",
            ),
            models.CheckConstraint(
                condition=Q(state=SENT, sent_at__isnull=False)
                | ~Q(state=SENT) & Q(sent_at__isnull=True),
                name="delivery_sent_has_a_time",
                violation_error_message="A mail that was sent has its time, and no other has one.",
            ),
            models.CheckConstraint(
                condition=Q(attempts__gt=0) | Q(state=WAITING),
                name="delivery_claimed_counts",
                violation_error_message="What was taken up was tried at least once.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert} to {self.recipient}"
