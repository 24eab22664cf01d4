"""Which arm a blinded assessor thinks a participant is in: recorded, and used for nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.models import AuditedModel
from randomization.blinding_indices import CANNOT_TELL
from trial.models import Record

CERTAINTIES = [("sure", "Sure"), ("rather", "Rather sure"), ("little", "Little more than chance")]
LEADS = [
    ("nothing", "Nothing: a guess"),
    ("course", "How the participant recovered"),
    ("participant", "A remark of the participant or the family"),
    ("staff", "A remark of the staff"),
    ("sign", "Something seen, such as a scar"),
    ("other", "Something else"),
]


class ArmGuess(AuditedModel):
    """The guess of whoever made an assessment blinded, with how sure they are and why.

    One a record. It tells no arm, but what people guess tells how well the blind holds: only the
    guesser and those who may know the arms read it.
    """

    trail_title = "Guess of the arm"
    participant_path = "record__participant"
    reveals_arm = True
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    guess = models.CharField(max_length=30)
    certainty = models.CharField("how sure", max_length=10, choices=CERTAINTIES, blank=True)
    led_by = models.CharField("what led to it", max_length=12, choices=LEADS)
    words = models.CharField("in a few words", max_length=200, blank=True)
    guessed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    guessed_at = models.DateTimeField()

    class Meta:
        ordering = ("guessed_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(guess=CANNOT_TELL, certainty="")
                | ~Q(guess__in=["", CANNOT_TELL])
                & Q(certainty__in=[code for code, _ in CERTAINTIES]),
                name="guess_has_a_certainty",
                violation_error_message="Say how sure you are; leave it empty if you cannot tell.",
            ),
            models.CheckConstraint(
                condition=Q(led_by__in=[code for code, _ in LEADS]),
                name="guess_led_by_known",
                violation_error_message="Say what led to the guess.",
            ),
        ]

    def __str__(self) -> str:
        return f"Guess on record {self.record_id}"
