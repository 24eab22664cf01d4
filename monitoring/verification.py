"""How records stand to their verification: computed from the marks and what is saved now.

A mark that saw the saved version holds without a further look. For a later version the digest
decides, by item, and the history: what was changed since is not verified any more, even where it
was changed back. The number of queries depends on how many forms there are, never on how many
participants or records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.sdv import Place, items_of, planned_items
from trial import access, protocol, registry, worklist
from trial.access import Permission
from trial.models import Record
from trial.protocol import SdvPlan
from trial.selectors import digest

Answers = Mapping[str, Any]
# The columns each version of a record changed.
Touched = Mapping[int, set[str]]
# What a whole form is besides its answers.
HEAD = ("status", "assessed_on", "not_done_reason")


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved record and where it belongs, without its answers."""

    pk: int
    form: str
    version: int
    status: str
    assessed_on: date | None
    not_done_reason: str
    visit_pk: int
    code: str
    occurrence: int
    window_to: date
    participant: str
    site: str

    @property
    def visit(self) -> str:
        """The visit as people write it."""
        return f"{self.code}{f' {self.occurrence}' if self.occurrence > 1 else ''}"

    @property
    def place(self) -> Place:
        """What the draw is made from."""
        return Place(self.participant, self.visit, self.form)


@dataclass(frozen=True)
class Standing:
    """One record: what the plan asks, what holds, and what a later change took away.

    ``marks`` are those that hold and ``dropped`` those that do not any more, each by item, the
    whole form under an empty name.
    """

    record: Kept
    items: tuple[str, ...]
    planned: tuple[str, ...]
    marks: Mapping[str, SdvMark]
    dropped: Mapping[str, SdvMark]

    @property
    def whole(self) -> bool:
        """Whether the whole form is verified as it stands."""
        return WHOLE in self.marks

    @property
    def outstanding(self) -> tuple[str, ...]:
        """Planned items without a mark that holds."""
        if self.whole or not self.marks:
            return () if self.whole else self.planned
        return tuple(item for item in self.planned if item not in self.marks)

    @property
    def done(self) -> bool:
        """Whether the form, or everything the plan asks of it, is verified."""
        return self.whole or (bool(self.planned) and not self.outstanding)

    @property
    def lost(self) -> tuple[str, ...]:
        """Dropped marks that nothing made good since."""
        return () if self.whole else tuple(item for item in self.dropped if not self.holds(item))

    def holds(self, item: str) -> bool:
        """Whether an item is verified, by itself or with the whole form."""
        return self.whole or item in self.marks

    def to_mark(self) -> tuple[str, ...]:
        """What one act of verification covers: the whole form where the plan asks for all of it."""
        if self.whole:
            return ()
        if WHOLE in self.lost or (self.outstanding and len(self.planned) == len(self.items)):
            return (WHOLE,)
        return tuple(dict.fromkeys((*self.outstanding, *self.lost)))


_COLUMNS = (
    "pk", "form", "version", "status", "assessed_on", "not_done_reason", "visit_id",
    "visit__code", "visit__occurrence", "visit__window_to", "participant__code",
    "participant__site__code",
)  # fmt: skip


def verifiable(user: User) -> QuerySet[Record]:
    """The settled records this person may know of; a draft is nobody's to verify."""
    return Record.objects.filter(
        visit__in=worklist.visible_visits(user), status__in=worklist.SETTLED
    )


def to_verify_by(user: User) -> QuerySet[Record]:
    """Those at the sites this person monitors."""
    sites = access.sites_of(user, Permission.VERIFY)
    return verifiable(user).filter(participant__site__in=sites)


def standings(records: QuerySet[Record], *, exact: bool = False) -> list[Standing]:
    """How each of these records stands, in the order of their windows.

    ``exact`` asks the digest also where the version says that nothing changed.
    """
    ordered = records.order_by("visit__window_to", "visit_id", "pk")
    rows = [Kept(*row) for row in ordered.values_list(*_COLUMNS)]
    marks: dict[int, list[SdvMark]] = defaultdict(list)
    known = SdvMark.objects.filter(record__in=records.order_by().values("pk"), withdrawn=False)
    for mark in known.select_related("verified_by"):
        marks[mark.record_id].append(mark)
    unsure = [
        row for row in rows if any(exact or mark.version != row.version for mark in marks[row.pk])
    ]
    answers, touched = answers_by_record(unsure), touched_by_record(unsure)
    plan = protocol.current().sdv
    return [
        _standing(plan, row, marks[row.pk], answers.get(row.pk), touched.get(row.pk, {}))
        for row in rows
    ]


def _standing(
    plan: SdvPlan | None,
    row: Kept,
    marks: Sequence[SdvMark],
    answers: Answers | None,
    touched: Touched,
) -> Standing:
    spec = registry.form(row.form)
    items = _items(spec.columns)
    # A form that was not done has nothing to compare item by item.
    planned = planned_items(plan, row.place, items) if plan and row.status == "complete" else ()
    held: dict[str, SdvMark] = {}
    dropped: dict[str, SdvMark] = {}
    for mark in marks:
        since = touched_since(touched, mark.version)
        same = answers is None or (
            mark.digest == digest(content(row, answers, mark.item))
            and since.isdisjoint(_covered(spec.columns, mark.item))
        )
        (held if same else dropped)[mark.item] = mark
    return Standing(row, items, planned, held, dropped)


@cache
def _items(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(items_of(columns))


def answers_by_record(rows: Iterable[Kept]) -> dict[int, dict[str, Any]]:
    """The saved answers of records: one query per form."""
    by_form: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_form[row.form].append(row.pk)
    found: dict[int, dict[str, Any]] = {pk: {} for keys in by_form.values() for pk in keys}
    for form, keys in by_form.items():
        spec = registry.form(form)
        for answers in spec.model._default_manager.filter(pk__in=keys):
            found[answers.pk] = answers.values(spec.columns)
    return found


def touched_by_record(rows: Sequence[Kept]) -> dict[int, dict[int, set[str]]]:
    """The columns that each later version of records changed: one query, and one per form."""
    found: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    acts: dict[tuple[int, Any], int] = {}
    if not rows:
        return found
    for pk, version, act, changed in Record.history.filter(
        id__in=[row.pk for row in rows], version__gt=1
    ).values_list("id", "version", "history_act", "history_changed"):
        acts[pk, act] = version
        found[pk][version] |= set(HEAD).intersection(changed)
    for form in {row.form for row in rows}:
        spec, keys = registry.form(form), [row.pk for row in rows if row.form == form]
        later = spec.model.history.filter(record_id__in=keys).values_list(
            "record_id", "history_act", "history_changed"
        )
        for pk, act, changed in later:
            if (pk, act) in acts:
                found[pk][acts[pk, act]].update(changed)
    return found


def touched_since(touched: Touched, version: int) -> set[str]:
    """The columns changed after a version."""
    return set().union(*(names for later, names in touched.items() if later > version))


def _covered(columns: tuple[str, ...], item: str) -> set[str]:
    return {*HEAD, *columns} if item == WHOLE else set(items_of(columns)[item])


def content(row: Kept | Record, answers: Answers, item: str) -> dict[str, Any]:
    """Exactly what a mark covers: an item's columns, or the form with its date and state."""
    spec = registry.form(row.form)
    if item != WHOLE:
        return {name: answers.get(name) for name in items_of(spec.columns)[item]}
    return {
        "form": row.form,
        **{name: getattr(row, name) for name in HEAD},
        "answers": {name: answers.get(name) for name in spec.columns},
    }
