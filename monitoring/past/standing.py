"""How a record, a visit or a participant stood at an instant, read from the histories.

Whatever is asked for takes a fixed number of queries. A form nobody had saved is shown as the
visit's window had it on that day at the site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from audit.as_of import Model, Version, as_of
from trial import protocol, registry
from trial.clock import day_at
from trial.covered import changed_since
from trial.locks import Standing
from trial.models import (
    Consent,
    CriterionAnswer,
    Death,
    Lock,
    LostToFollowUp,
    Participant,
    Record,
    Signature,
    Visit,
    Withdrawal,
)
from trial.partial_dates import PartialDate
from trial.presenters import grid
from trial.presenters.grid import Cell
from trial.registry import FormSpec

Sources = list[tuple[Model, Q]]


@dataclass(frozen=True)
class RecordThen:
    """A record at an instant. ``answers`` are empty where none were saved; ``saved`` says by whom.

    ``signature`` held at that instant; ``voided`` says that one had been made and held no more.
    """

    spec: FormSpec
    record: Record
    answers: Mapping[str, Any]
    saved: Version
    signature: Version | None
    voided: bool
    lock: Lock | None

    @property
    def state(self) -> str:
        """The state it showed."""
        return _state(self.record, self.lock, signed=self.signature is not None)


def record_then(record: Record, at: datetime) -> RecordThen | None:
    """The record at an instant; None where nobody had saved it yet."""
    spec = registry.form(record.form)
    of_record = Q(record_id=record.pk)
    row = as_of(Record, Q(id=record.pk), at).get(record.pk)
    if row is None:
        return None
    answers = as_of(spec.model, of_record, at).get(record.pk)
    signatures = list(as_of(Signature, of_record, at).values())
    holding = [one for one in signatures if one.row.version == row.row.version]
    return RecordThen(
        spec=spec,
        record=row.row,
        answers=answers.row.values(spec.columns) if answers else {},
        saved=answers or row,
        signature=holding[-1] if holding else None,
        voided=bool(signatures) and not holding,
        lock=_standing(locks_on(record.participant, [record.visit]), at).covering(
            record.visit_id, record.pk
        ),
    )


def _state(record: Record, lock: Lock | None, *, signed: bool) -> str:
    if lock is not None:
        return "locked"
    return "signed" if signed else record.status


def locks_on(participant: Participant, visits: Sequence[Visit]) -> Q:
    """The locks that touch a participant and these of their visits, past ones too."""
    inside = Q(scope__in=["visit", "record"], visit_id__in=[visit.pk for visit in visits])
    return Q(scope="trial") | Q(scope="participant", participant_id=participant.pk) | inside


def _standing(touching: Q, at: datetime) -> Standing:
    rows = [one.row for one in as_of(Lock, touching, at).values()]
    return Standing(tuple(row for row in rows if row.standing))


@dataclass(frozen=True)
class Stand:
    """A participant at an instant: every row that existed, as it stood.

    Keys are those of today's rows; ``signed`` holds record and version of every signature of a
    record, ``signatures`` those of wholes and ``void`` the keys of those that held no more.
    """

    day: date
    participant: Participant | None
    visits: Mapping[int, Visit]
    records: Mapping[tuple[int, str], Record]
    signed: frozenset[tuple[int, int]]
    signatures: Sequence[Version]
    void: frozenset[int]
    criteria: Sequence[CriterionAnswer]
    consents: Sequence[Consent]
    withdrawals: Sequence[Withdrawal]
    standing: Standing
    death: Death | None
    lost: LostToFollowUp | None

    @property
    def ended_on(self) -> date | None:
        """The day after which no visit was expected."""
        days = [one.withdrawn_on for one in self.withdrawals if one.from_follow_up]
        if self.death is not None:
            days.append(PartialDate.parse(self.death.died_on).latest)
        if self.lost is not None:
            days.append(self.lost.last_contact_on)
        return min(days, default=None)

    def newest(self, meaning: str, visit: Visit | None = None) -> tuple[Version, bool] | None:
        """The newest signature of a whole, and whether it held; None where none was made."""
        key = visit.pk if visit else None
        made = [
            one for one in self.signatures if one.row.meaning == meaning and one.row.visit_id == key
        ]
        last = max(made, key=lambda one: int(one.row.pk), default=None)
        return None if last is None else (last, last.row.pk not in self.void)

    def state(self, visit: Visit, form: str) -> Cell:
        """The state of one form at one visit, as its cell of the grid showed it."""
        record = self.records.get((visit.pk, form))
        if record is None:
            owed = grid.without_record(visit, form, self.day, self.ended_on)
            return replace(owed, href="")
        lock = self.standing.covering(visit.pk, record.pk)
        return Cell(_state(record, lock, signed=(record.pk, record.version) in self.signed))


def stand_sources(
    participant: Participant, visits: Sequence[Visit], *, whole: bool = True
) -> Sources:
    """The tables in which a participant stands, and which rows of them; ``whole`` adds theirs."""
    keys = [visit.pk for visit in visits]
    found: Sources = [
        (Visit, Q(id__in=keys)),
        (Record, Q(visit_id__in=keys)),
        (Signature, Q(visit_id__in=keys)),
        (Lock, locks_on(participant, visits)),
    ]
    if whole:
        own = Q(participant_id=participant.pk)
        found += [(Participant, Q(id=participant.pk)), (Signature, own & Q(visit_id=None))]
        kinds = (CriterionAnswer, Consent, Withdrawal, Death, LostToFollowUp)
        found += [(model, own) for model in kinds]
    return found


def stand(participant: Participant, visits: Sequence[Visit], at: datetime) -> Stand:
    """The participant at an instant, with these of their visits, in a fixed number of queries.

    Where a visit, the eligibility or the casebook was signed, it is one more.
    """
    found = [
        list(as_of(model, which, at).values())
        for model, which in stand_sources(participant, visits)
    ]
    then, records, signatures, closed, person, _, criteria, consents, left, deaths, losses = (
        [one.row for one in rows] for rows in found
    )
    wholes = [one for one in (*found[2], *found[5]) if one.row.meaning != "record"]
    for visit in then:
        visit.participant = participant
    order = {visit.pk: place for place, visit in enumerate(visits)}
    return Stand(
        day=day_at(at, participant.site),
        participant=_only(person),
        visits={one.pk: one for one in sorted(then, key=lambda one: order[one.pk])},
        records={(one.visit_id, one.form): one for one in records},
        signed=frozenset(
            (one.record_id, one.version) for one in signatures if one.meaning == "record"
        ),
        signatures=wholes,
        void=_void(wholes, at),
        criteria=sorted(criteria, key=lambda one: one.criterion),
        consents=sorted(consents, key=lambda one: (one.consented_on, one.pk)),
        withdrawals=sorted(left, key=lambda one: one.withdrawn_on),
        standing=Standing(tuple(row for row in closed if row.standing)),
        death=_only(deaths),
        lost=_only(losses),
    )


def _void(signatures: Sequence[Version], at: datetime) -> frozenset[int]:
    """Which of these a change had voided by an instant, by the rule of today's pages."""
    if not signatures:
        return frozenset()
    made = Signature.objects.filter(pk__in=[one.row.pk for one in signatures])
    return frozenset(made.filter(changed_since(at)).values_list("pk", flat=True))


def _only(rows: Sequence[Any]) -> Any:
    return rows[-1] if rows else None


def forms_at(visit: Visit) -> list[str]:
    """The forms the protocol plans at a visit."""
    return [plan.form for plan in protocol.current().visit(visit.code).forms]
