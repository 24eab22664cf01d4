"""Audited rows, and the append-only log of acts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, ClassVar

import simple_history
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from accounts.models import User
from audit import row_checks
from audit.acts import current_act

_SHA256 = r"^[0-9a-f]{64}$"


class HistoryStamp(models.Model):
    """What a history row holds besides the copied columns.

    ``history_date`` is the act's time; ``history_recorded_at`` is the database's own clock, so
    that a back-dated act shows.
    """

    # Every name starts with history_: the copied columns have any name but these.
    history_role = models.CharField(max_length=200, blank=True)
    history_act = models.UUIDField(db_index=True)
    history_recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    # The columns that differ from the version before; the database fills it in.
    history_changed = ArrayField(models.TextField(), db_default=[], editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stamp the row with the act under way; refuse to be written outside one."""
        stamp = current_act()
        self.history_user = stamp.actor
        self.history_date = stamp.at
        self.history_change_reason = stamp.reason
        self.history_role = stamp.role
        self.history_act = stamp.id
        super().save(*args, **kwargs)


class PastManager(HistoryManager):  # type: ignore[misc]  # simple_history ships no types, so mypy sees its class as Any
    """The manager of a history; its class is made once, not at every save and every look."""

    from_queryset = staticmethod(cache(HistoryManager.from_queryset))


def history(**options: Any) -> HistoricalRecords:
    """Full copies of every version of a row, each with its stamp."""
    return HistoricalRecords(
        bases=(HistoryStamp,),
        history_manager=PastManager,
        history_id_field=models.BigAutoField(),
        history_change_reason_field=models.TextField(blank=True, default=""),
        **options,
    )


class AuditedModel(models.Model):
    """A row of trial data: every version of it is kept, with who, role, when and why.

    The floor in the database (``audit.operations.AuditFloor``) refuses to commit a change that
    left no history row, and refuses every deletion.
    """

    # How to reach the participant from here ("" where the row belongs to nobody in particular).
    participant_path: ClassVar[str] = ""
    # A row, or a row's mere existence, that tells an arm is shown only to those who may know it.
    reveals_arm: ClassVar[bool] = False
    # The path to a flag that says the same of a single row ("" where no row tells an arm).
    hidden_path: ClassVar[str] = ""
    # The words the trail uses for this kind of row; the verbose name when empty.
    trail_title: ClassVar[str] = ""

    history = history(inherit=True)

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Each field by itself; a row that is pointed at and in hand is not looked for again."""
        in_hand = {one.name for one in self._meta.concrete_fields if _is_in_hand(self, one)}
        super().clean_fields(exclude=in_hand | set(exclude or ()))

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """All checks of the row in one question to the database; Django asks once for each.

        A check that is broken is asked by Django again, which says what is wrong.
        """
        self._broken = row_checks.broken(self, exclude)
        try:
            super().validate_constraints(exclude=exclude)
        finally:
            del self._broken

    def get_constraints(
        self,
    ) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """What is left to ask: of the checks only the broken ones, once it is known which."""
        found = super().get_constraints()
        broken: frozenset[str] | None = getattr(self, "_broken", None)
        if broken is None:
            return found
        return [
            (kind, [one for one in constraints if _unanswered(one, broken)])
            for kind, constraints in found
        ]


def _is_in_hand(row: models.Model, one: models.Field[Any, Any]) -> bool:
    """Whether a foreign key points at a saved row that came with it; its constraint says the rest.

    Not where only some rows may be pointed at: that is asked of the database.
    """
    if not isinstance(one, models.ForeignKey) or not one.is_cached(row):
        return False
    there = one.get_cached_value(row)
    return there is not None and there.pk is not None and not one.get_limit_choices_to()


def _unanswered(constraint: models.BaseConstraint, broken: frozenset[str]) -> bool:
    return not isinstance(constraint, models.CheckConstraint) or constraint.name in broken


simple_history.register(
    User,
    app="audit",
    bases=[HistoryStamp],
    history_manager=PastManager,
    history_id_field=models.BigAutoField(),
    history_change_reason_field=models.TextField(blank=True, default=""),
    excluded_fields=["password"],
)


class Event(models.Model):
    """An act, in one append-only line: sign-ins, exports and signatures as much as saved rows.

    It is the log people read and the outbox that tells others: ``config.handlers`` says which
    event names start which tasks. ``data`` holds no clinical detail; an event that tells an arm
    is marked, and shown only to those who may know it.
    """

    at = models.DateTimeField(db_index=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField(max_length=80, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=200, blank=True)
    act_id = models.UUIDField(null=True, db_index=True)
    participant = models.CharField(max_length=20, blank=True, db_index=True)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    reveals_arm = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | ~Q(role=""),
                name="event_has_an_actor",
                violation_error_message="An event names a person or a system process.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.participant}".strip()


class Handled(models.Model):
    """One event taken up by one handler, once: the claim of the outbox."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="handled")
    handler = models.CharField(max_length=120)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="event_handled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.handler}"


class Seal(models.Model):
    """One link of the chain: a hash over rows of the trail and over the seal before.

    ``content`` tells of each table the first and last key sealed, how many rows, the columns they
    had, and a digest over the rows' own hashes (``SealedRow``) in the order of their keys.
    """

    UNAUDITED: ClassVar[str] = "It is what the histories are checked against; append-only"

    number = models.PositiveBigIntegerField(primary_key=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    version = models.CharField(max_length=40)
    content = models.JSONField()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(hash__regex=_SHA256)
                & (Q(number=1, previous_hash="") | Q(number__gt=1, previous_hash__regex=_SHA256)),
                name="seal_is_a_link",
                violation_error_message="A seal has a hash, and that of the seal before it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Seal {self.number}"


class SealedRow(models.Model):
    """The hash of one row of the trail as it was when it was sealed.

    ``columns`` holds four bytes of the hash of each column's value, the columns in alphabetical
    order: should the row be altered, they tell in which field, though the old value is gone.
    """

    UNAUDITED: ClassVar[str] = "It is what the histories are checked against; append-only"

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="rows", db_index=False)
    table = models.CharField(max_length=63)
    key = models.BigIntegerField()
    digest = models.BinaryField()
    columns = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "key"], name="row_sealed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
