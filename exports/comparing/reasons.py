"""Who changed a row between two cuts, when and why: the lines of the trail that explain it.

A line is shown where it changed what differs: what a blinded cut does not hold is never told by a
line about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from exports.comparing.differences import Difference, Key
from safety.models import AdverseEvent
from trial import registry
from trial.models import (
    Consent,
    CriterionAnswer,
    Death,
    LostToFollowUp,
    Participant,
    Record,
    ScreeningEntry,
    Visit,
    Withdrawal,
)

# What a column of a cut is called in its model, where that is another name.
_RENAMED = {
    "scale_version": "form_version", "consented_on": "consented_on", "consent_version": "version",
    "age_at_consent": "consented_on", "randomized": "randomized_on", "eligible": "met",
    "eligibility_signed_on": "met", "lost_on": "last_contact_on", "severity_scale": "scale",
    "out_of_window": "actual_on", "day": "assessed_on", "days_from_inclusion": "onset",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One version of a row behind the table: who, in which role, when (UTC) and why."""

    who: str
    role: str
    at: datetime
    why: str
    created: bool


@dataclass(frozen=True)
class Origin:
    """A model behind a table, and where its history has the key of the table's row."""

    model: Any
    key: tuple[str, ...]
    which: Q = field(default_factory=Q)
    named: Callable[[Key], Key] = tuple


def origins(table: str, *, blinded: bool) -> tuple[Origin, ...]:
    """The models behind a table; none where the trail of its rows is not for who reads cuts."""
    if table == "participants":
        others = (Consent, CriterionAnswer, Death, LostToFollowUp)
        whose = (Origin(model, ("participant__code",)) for model in others)
        # A withdrawal from the treatment alone is in no column of the table.
        left = Origin(Withdrawal, ("participant__code",), Q(from_follow_up=True))
        return (Origin(Participant, ("code",)), *whose, left)
    if table == "screening":
        return (Origin(ScreeningEntry, ("site__code", "number"), named=_screening),)
    if table == "visits":
        return (Origin(Visit, ("participant__code", "code", "occurrence")),)
    if table == "adverse_events":
        # Who deals with an event, and why, can tell the arm.
        known = Origin(AdverseEvent, ("participant__code", "number"))
        return () if blinded else (known,)
    spec = next((one for one in registry.forms() if one.code == table), None)
    if spec is None:
        return ()
    place = ("participant__code", "visit__code", "visit__occurrence")
    answers = tuple(f"record__{path}" for path in place)
    return (Origin(Record, place, Q(form=table)), Origin(spec.model, answers))


def lines(
    shown: Sequence[Difference],
    *,
    found: Iterable[Origin],
    since: datetime,
    until: datetime,
) -> Mapping[Key, list[Line]]:
    """The lines behind these rows, by key, the oldest first: one query a model."""
    wanted = {one.key: _changed(one) for one in shown}
    told: dict[Key, list[Line]] = defaultdict(list)
    for origin in found:
        whose = {key[0].split("-S")[0] for key in wanted}
        for key, line, changed in _versions(origin, whose, since, until):
            if key in wanted and (line.created or wanted[key] & changed):
                told[key].append(line)
    # One act can change a record and its answers: it is told once.
    return {
        key: sorted(dict.fromkeys(some), key=lambda line: line.at) for key, some in told.items()
    }


def _screening(parts: Key) -> Key:
    """As ``screening_id`` has it."""
    return (f"{parts[0]}-S{int(parts[1]):03d}",)


def _changed(one: Difference) -> set[str]:
    names = {name for name, _, _ in one.cells}
    return names | {_RENAMED[name] for name in names & set(_RENAMED)}


def _versions(
    origin: Origin, whose: set[str], since: datetime, until: datetime
) -> Iterable[tuple[Key, Line, set[str]]]:
    rows = origin.model.history.filter(
        origin.which,
        history_recorded_at__gt=since,
        history_recorded_at__lte=until,
        **{f"{origin.key[0]}__in": whose},
    )
    values = rows.values_list(
        "history_user__full_name", "history_role", "history_date", "history_change_reason",
        "history_type", "history_changed", *origin.key,
    )  # fmt: skip
    for who, role, at, why, kind, changed, *key in values.order_by("history_id"):
        line = Line(who or role, role, at, why, created=kind == "+")
        yield origin.named(tuple(map(str, key))), line, set(changed)
