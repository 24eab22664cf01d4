"""Locks: what may not change any more, who closed it, and how it is opened again."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models.participant import Participant
from trial.models.visit import Record, Visit


def new_code() -> str:
    """A name for a lock that says nothing."""
    return secrets.token_hex(6)


class Lock(AuditedModel):
    """A record, a visit, a participant or the whole trial, closed to every change.

    It stands until it is lifted, which one person asks for with a reason and another person does.
    The database itself (``trial.operations.LockFloor``) refuses to write a row under a standing
    lock.
    """

    SCOPES = [
        ("record", "Record"),
        ("visit", "Visit"),
        ("participant", "Participant"),
        ("trial", "Trial"),
    ]
    trail_title = "Lock"
    participant_path = "participant"
    hidden_path = "visit__hidden"
    # Its name in addresses: drawn, so that no gap in numbers tells of a lock on a hidden visit.
    code = models.CharField(max_length=16, unique=True, default=new_code, editable=False)
    scope = models.CharField(max_length=20, choices=SCOPES)
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.PROTECT, related_name="locks"
    )
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="locks"
    )
    record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.PROTECT, related_name="locks"
    )
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()
    # Why it was locked although something spoke against it.
    override_reason = models.CharField(max_length=200, blank=True)
    unlock_asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unlock_asked_at = models.DateTimeField(null=True, blank=True)
    unlock_reason = models.CharField(max_length=200, blank=True)
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-locked_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    scope="trial",
                    participant__isnull=True,
                    visit__isnull=True,
                    record__isnull=True,
                )
                | Q(
                    scope="participant",
                    participant__isnull=False,
                    visit__isnull=True,
                    record__isnull=True,
                )
                | Q(
                    scope="visit",
                    participant__isnull=False,
                    visit__isnull=False,
                    record__isnull=True,
                )
                | Q(
                    scope="record",
                    participant__isnull=False,
                    visit__isnull=False,
                    record__isnull=False,
                ),
                name="lock_of_something",
                violation_error_message="A lock covers a record, a visit, a participant or the"
                " trial.",
            ),
            models.CheckConstraint(
                condition=Q(
                    unlock_asked_by__isnull=True,
                    unlock_asked_at__isnull=True,
                    unlock_reason="",
                )
                | Q(unlock_asked_by__isnull=False, unlock_asked_at__isnull=False)
                & ~Q(unlock_reason=""),
                name="lock_asked_with_reason",
                violation_error_message="Say why it must be unlocked.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True)
                | Q(
                    lifted_by__isnull=False,
                    lifted_at__isnull=False,
                    unlock_asked_by__isnull=False,
                ),
                name="lock_lifted_when_asked",
                violation_error_message="A lock is lifted after somebody asked for it.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("unlock_asked_by")),
                name="lock_lifted_by_a_second_person",
                violation_error_message="Somebody else must lift a lock than the person who asked.",
            ),
            *(
                models.UniqueConstraint(
                    fields=[field],
                    condition=Q(scope=scope, lifted_at__isnull=True),
                    name=f"lock_once_per_{scope}",
                    violation_error_message="This is locked already.",
                )
                for scope, field in (
                    ("record", "record"),
                    ("visit", "visit"),
                    ("participant", "participant"),
                    ("trial", "scope"),
                )
            ),
        ]

    def __str__(self) -> str:
        thing = self.record or self.visit or self.participant or "the trial"
        return f"Lock of {thing}"

    @property
    def standing(self) -> bool:
        """Whether it still holds."""
        return self.lifted_at is None
