"""The tables of the board. No row here holds an arm; a crossing lets one guess how cells fare."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from accounts.models import User
from audit.models import AuditedModel

TEXT_LENGTH = 4000
CONTINUE, MODIFY, PAUSE, STOP = "continue", "modify", "pause", "stop"
DECISIONS = [
    (CONTINUE, "Continue the trial unchanged"),
    (MODIFY, "Continue with modifications"),
    (PAUSE, "Pause the trial"),
    (STOP, "Stop the trial"),
]


class Meeting(AuditedModel):
    """One meeting of the board: when, on data up to which day, and what became of it."""

    CALLED, HELD, CANCELLED = "called", "held", "cancelled"
    STATUSES = [(CALLED, "Called"), (HELD, "Held"), (CANCELLED, "Cancelled")]

    trail_title = "DSMB meeting"
    number = models.PositiveIntegerField(unique=True)
    code = models.CharField(max_length=12, unique=True)
    held_on = models.DateField("day of the meeting")
    cut_off = models.DateField("data up to")
    status = models.CharField(max_length=10, choices=STATUSES, default=CALLED)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^DSMB-[0-9]{2,}$", number__gte=1),
                name="meeting_code_form",
                violation_error_message="Meetings are numbered from DSMB-01.",
            ),
            models.CheckConstraint(
                condition=Q(cut_off__lte=F("held_on")),
                name="meeting_after_its_cut_off",
                violation_error_message="The data end before the meeting, or on its day.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["called", "held", "cancelled"]),
                name="meeting_status_known",
                violation_error_message="A meeting is called, held or cancelled.",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancel_reason__regex=r"\S")
                | ~Q(status="cancelled") & Q(cancel_reason=""),
                name="meeting_cancelled_says_why",
                violation_error_message="Say why the meeting is cancelled.",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Member(AuditedModel):
    """One person of the board who is called to one meeting; one of them is the chair."""

    trail_title = "DSMB member"
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chair = models.BooleanField(default=False)

    class Meta:
        ordering = ("-chair", "pk")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="member_once"),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(chair=True), name="meeting_has_one_chair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.user}"


class MaskVote(models.Model):
    """What one member voted: whether the closed pack of a meeting shall name the arms."""

    UNAUDITED: ClassVar[str] = "Voting is an event; append-only"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="votes")
    voter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unmask = models.BooleanField()
    voted_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["meeting", "voter"], name="vote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.voter} for {'arms' if self.unmask else 'A and B'}"


class Recommendation(models.Model):
    """What the board recommends after a meeting, signed by a member with the password.

    ``basis`` names the cut and the hashes of the packs it was given on; ``digest`` is the SHA-256
    of meeting, decision, text and basis as they were signed.
    """

    UNAUDITED: ClassVar[str] = "Signing it is an event; append-only"

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="recommendation")
    decision = models.CharField(max_length=10, choices=DECISIONS)
    text = models.TextField(blank=True)
    basis = models.CharField(max_length=300)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=[code for code, _ in DECISIONS]),
                name="recommendation_decision_known",
                violation_error_message="Choose continue, modify, pause or stop.",
            ),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(Length("text"), TEXT_LENGTH)),
                name="recommendation_text_length",
                violation_error_message=f"The text has at most {TEXT_LENGTH} characters.",
            ),
            models.CheckConstraint(
                condition=Q(decision="continue") | Q(text__regex=r"\S"),
                name="recommendation_says_what",
                violation_error_message="Say what shall change, or why.",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$") & ~Q(basis=""),
                name="recommendation_is_signed",
                violation_error_message="A recommendation is signed, on packs that it names.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.get_decision_display()}"


class StoppingCrossing(models.Model):
    """A boundary of a stopping rule was reached: so many events among so many treated.

    Shown to the chair of the board and to the unblinded statistician, and to nobody else.
    """

    UNAUDITED: ClassVar[str] = "Noting it is an event; append-only"

    rule = models.CharField(max_length=30)
    events = models.PositiveIntegerField()
    treated = models.PositiveIntegerField()
    boundary = models.PositiveIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["rule", "events"], name="crossing_once"),
            models.CheckConstraint(
                condition=Q(events__gte=F("boundary"), events__lte=F("treated")),
                name="crossing_is_one",
                violation_error_message="A crossing has as many events as its boundary, or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.events} of {self.treated}"
