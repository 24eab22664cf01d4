"""The sealed list, its slots, and the allocation of one participant to one slot.

No column here tells an arm: ``sealed`` columns hold boxes of ``randomization.sealing``, all of one
length, which open only with the key outside the database (``randomization.vault``).

A list of arms and a computed scheme (minimization) are kept alike. In a list, a slot holds its arm
and the allocation repeats it. In a computed scheme (``AllocationList.computed``) a slot holds a
random draw, and the allocation the arm computed from it with the levels it was computed from.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from accounts.models import User
from audit.models import AuditedModel
from randomization.sealing import ALLOCATION, DATA_KEY, LIST_SECRET, SLOT, Box
from trial.models import Participant

PURPOSES = [("simulated", "Simulated or training data"), ("production", "The trial itself")]


def _boxed(column: str, box: Box) -> Q:
    """Every box of one kind has one length and letters that tell nothing."""
    letters = Q(**{f"{column}__regex": r"^[A-Za-z0-9_-]+$"})
    return letters & Q(Exact(Length(column), box.text_length))


class AllocationList(AuditedModel):
    """A list made in advance and sealed: what is known of it without knowing a slot.

    ``commitment`` is the SHA-256 everybody may see; ``length`` is the least number of slots per
    stratum. Seed, salt and slots sit in tables without a history, which no page and no trail
    reads: whoever knows past arms must not be able to work out the next one. ``computed``: its
    slots hold draws, and the arm is computed as each participant comes.
    """

    trail_title = "Allocation list"
    reveals_arm = True
    algorithm = models.CharField(max_length=40)
    computed = models.BooleanField(default=False)
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
    sealed = models.CharField(max_length=LIST_SECRET.text_length, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_boxed("sealed", LIST_SECRET),
                name="list_key_is_sealed",
                violation_error_message="Seed and salt are kept sealed.",
            ),
        ]

    def __str__(self) -> str:
        return "Key of a sealed list"


class WrappedKey(models.Model):
    """The data key of one list, wrapped under the master key with this fingerprint.

    It is the one row here that changes: a new master key replaces the wrap, and no history keeps
    the old one. The database refuses to delete it or to give it to another list.
    """

    UNAUDITED: ClassVar[str] = "a history would keep the wrap of a key that was given up"

    list = models.OneToOneField(
        AllocationList, primary_key=True, on_delete=models.PROTECT, related_name="wrapped_key"
    )
    wrapped = models.CharField(max_length=DATA_KEY.text_length, editable=False)
    master = models.CharField(max_length=16)
    wrapped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_boxed("wrapped", DATA_KEY) & Q(master__regex=r"^[0-9a-f]{16}$"),
                name="data_key_is_wrapped",
                violation_error_message="A data key is kept wrapped, under a key that is named.",
            ),
        ]

    def __str__(self) -> str:
        return "Wrapped key of a sealed list"


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
    """One place of the list. Append-only, no history: nobody reads one before its turn.

    ``sealed`` opens to a ``sealing.SlotContent``.
    """

    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="slots")
    position = models.PositiveIntegerField()
    sealed = models.CharField(max_length=SLOT.text_length, editable=False)

    class Meta:
        ordering = ("stratum", "position")
        constraints = [
            models.UniqueConstraint(fields=["stratum", "position"], name="slot_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="slot_counts_from_one",
                violation_error_message="Slots are counted from 1.",
            ),
            models.CheckConstraint(
                condition=_boxed("sealed", SLOT),
                name="slot_is_sealed",
                violation_error_message="A slot is kept sealed.",
            ),
        ]

    def __str__(self) -> str:
        return f"Slot {self.position}"


class Allocation(AuditedModel):
    """The result of randomizing: one participant, one slot, once and for good.

    ``sealed`` opens to a ``sealing.AllocationContent`` at this slot, for this participant and this
    moment only. The database refuses any change of it; ``vault.arm_of`` refuses to read one whose
    arm is not the slot's.
    """

    trail_title = "Allocation"
    participant_path = "participant"
    reveals_arm = True
    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="allocation"
    )
    slot = models.OneToOneField(Slot, on_delete=models.PROTECT, related_name="allocation")
    sealed = models.CharField(max_length=ALLOCATION.text_length, editable=False)
    allocated_at = models.DateTimeField()

    class Meta:
        ordering = ("allocated_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=_boxed("sealed", ALLOCATION),
                name="allocation_is_sealed",
                violation_error_message="An allocation is kept sealed.",
            ),
        ]

    def __str__(self) -> str:
        return f"Allocation of {self.participant}"
