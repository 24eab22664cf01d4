"""Who was told one participant's arm, why, and who agreed. No row here holds an arm."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models import Participant
from trial.models.lock import new_code

EMERGENCY = "emergency"
REASONS = [
    (EMERGENCY, "Medical emergency"),
    ("susar", "Reporting of a SUSAR"),
    ("end", "End of participation"),
    ("dsmb", "Decision of the DSMB"),
    ("other", "Other"),
]
WAITING, GRANTED, REFUSED = "waiting", "granted", "refused"


class Unblinding(AuditedModel):
    """A request that one blinded person be told one participant's arm, and what came of it.

    An emergency is granted as it is asked, by nobody else. ``shown_at`` is when the person first
    read the arm: from then on what they assess of this participant is marked. The row tells no
    arm, so that everybody concerned may read it (ICH E6(R3) 4.1.4 and 2.7.3: unblinding is
    limited, documented and explained).
    """

    trail_title = "Unblinding"
    participant_path = "participant"
    # Its name in addresses: drawn, so that nothing is learned by counting.
    code = models.CharField(max_length=16, unique=True, default=new_code, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="unblindings"
    )
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=REASONS)
    words = models.CharField("in a few words", max_length=300, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(
        max_length=8,
        choices=[(WAITING, "Waiting"), (GRANTED, "Granted"), (REFUSED, "Refused")],
        default=WAITING,
    )
    # Nobody decides an emergency.
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_words = models.CharField("why it was refused", max_length=300, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "person"],
                condition=~Q(state=REFUSED),
                name="unblinding_once_per_person",
                violation_error_message="This was asked for this person already.",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=[code for code, _ in REASONS]),
                name="unblinding_reason_known",
                violation_error_message="Choose the reason from the list.",
            ),
            models.CheckConstraint(
                condition=~Q(reason="other") | Q(words__regex=r"\S"),
                name="unblinding_other_has_words",
                violation_error_message="Say in a few words what the other reason is.",
            ),
            models.CheckConstraint(
                condition=Q(state=WAITING, decided_by__isnull=True, decided_at__isnull=True)
                & ~Q(reason=EMERGENCY)
                | Q(state=GRANTED, reason=EMERGENCY, decided_by__isnull=True)
                & Q(decided_at__isnull=False)
                | Q(state__in=[GRANTED, REFUSED], decided_by__isnull=False)
                & Q(decided_at__isnull=False)
                & ~Q(reason=EMERGENCY),
                name="unblinding_decided_by_one",
                violation_error_message="An emergency is granted at once; anything else waits for"
                " a decision.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("person")),
                name="unblinding_decided_by_a_second_person",
                violation_error_message="Somebody else must decide than the person who asked.",
            ),
            models.CheckConstraint(
                condition=Q(state=REFUSED, decision_words__regex=r"\S")
                | ~Q(state=REFUSED) & Q(decision_words=""),
                name="unblinding_refused_with_reason",
                violation_error_message="Say why it is refused.",
            ),
            models.CheckConstraint(
                condition=Q(shown_at__isnull=True) | Q(state=GRANTED),
                name="unblinding_shown_when_granted",
                violation_error_message="Nothing is shown before it is granted.",
            ),
        ]

    def __str__(self) -> str:
        return f"Unblinding of {self.participant} to {self.person}"
