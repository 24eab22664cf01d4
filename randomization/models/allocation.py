"""The sealed list, its slots, and the allocation of one participant to one slot."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models import Participant

PURPOSES = [("simulated", "Simulated or training data"), ("production", "The trial itself")]


class AllocationList(AuditedModel):
    """A list made in advance and sealed: what is known of it without knowing a slot.

    ``commitment`` is the SHA-256 everybody may see; ``length`` is the least number of slots per
    stratum. Seed, salt and slots sit in tables without a history, which no page and no trail
    reads: whoever knows past arms must not be able to work out the next one.
    """

    trail_title = "Allocation list"
    reveals_arm = True
    algorithm = models.CharField(max_length=40)
    purpose = models.CharField(max_length=12, choices=PURPOSES)
    length = models.PositiveIntegerField()
    commitment = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["active"],
                condition=Q(active=True),
                name="list_one_active",
                violation_error_message="There is an active allocation list already.",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["simulated", "production"]),
                name="list_purpose_known",
                violation_error_message="Say whether the list is simulated or for production.",
            ),
            models.CheckConstraint(
                condition=Q(commitment__regex=r"^[0-9a-f]{64}$"),
                name="list_commitment_form",
                violation_error_message="A commitment is a SHA-256 in 64 hexadecimal digits.",
            ),
            models.CheckConstraint(
                condition=Q(length__gte=1) & ~Q(algorithm=""),
                name="list_says_how_it_was_made",
                violation_error_message="A list has an algorithm and at least one slot.",
            ),
        ]

    def __str__(self) -> str:
        return f"List {self.commitment[:8]}"


class ListKey(models.Model):
    """Seed and salt of a sealed list: whoever has them has the list. Append-only, no history."""

    list = models.OneToOneField(
        AllocationList, primary_key=True, on_delete=models.PROTECT, related_name="key"
    )
    seed = models.BigIntegerField()
    salt = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seed__gte=0),
                name="list_key_seed_counts",
                violation_error_message="A seed is a whole number, 0 or more.",
            ),
            models.CheckConstraint(
                condition=Q(salt__regex=r"^[0-9a-f]{64}$"),
                name="list_key_salt_form",
                violation_error_message="A salt is 64 random hexadecimal digits.",
            ),
        ]

    def __str__(self) -> str:
        return "Key of a sealed list"


class Stratum(AuditedModel):
    """One stratum of a list; its row is the lock under which slots are taken in order."""

    trail_title = "Stratum"
    reveals_arm = True
    list = models.ForeignKey(AllocationList, on_delete=models.PROTECT, related_name="strata")
    code = models.CharField(max_length=80)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="stratum_once_per_list"),
            models.CheckConstraint(
                condition=~Q(code=""),
                name="stratum_has_code",
                violation_error_message="A stratum has a code.",
            ),
        ]

    def __str__(self) -> str:
        return f"Stratum {self.code}"


class Slot(models.Model):
    """One place of the list. Append-only, no history: nobody reads one before its turn."""

    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="slots")
    position = models.PositiveIntegerField()
    block = models.PositiveIntegerField()
    block_size = models.PositiveSmallIntegerField()
    arm = models.CharField(max_length=30)

    class Meta:
        ordering = ("stratum", "position")
        constraints = [
            models.UniqueConstraint(fields=["stratum", "position"], name="slot_position_once"),
            # What the foreign key from an allocation's slot and arm points at.
            models.UniqueConstraint(fields=["id", "arm"], name="slot_with_its_arm"),
            models.CheckConstraint(
                condition=Q(position__gte=1, block__gte=1, block_size__gte=2)
                & Q(block__lte=models.F("position")),
                name="slot_counts_from_one",
                violation_error_message="Slots and blocks are counted from 1.",
            ),
            models.CheckConstraint(
                condition=~Q(arm=""),
                name="slot_has_arm",
                violation_error_message="A slot has an arm.",
            ),
        ]

    def __str__(self) -> str:
        return f"Slot {self.position}"


class Allocation(AuditedModel):
    """The result of randomizing: one participant, one slot, once and for good.

    The database refuses any change of it, and an arm that is not the slot's.
    """

    trail_title = "Allocation"
    participant_path = "participant"
    reveals_arm = True
    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="allocation"
    )
    slot = models.OneToOneField(Slot, on_delete=models.PROTECT, related_name="allocation")
    arm = models.CharField(max_length=30)
    allocated_at = models.DateTimeField()

    class Meta:
        ordering = ("allocated_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(arm=""),
                name="allocation_has_arm",
                violation_error_message="An allocation names an arm.",
            ),
        ]

    def __str__(self) -> str:
        return f"Allocation of {self.participant}"
