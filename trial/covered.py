"""Which later change voids a signature: one rule, asked of the histories wherever it matters.

A hash alone would let a signature come back to life when a change is reversed: what the signer
read was then something else in between, and nobody has signed that it is right again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from trial.models import (
    Consent,
    CriterionAnswer,
    Death,
    LostToFollowUp,
    Participant,
    Record,
    Visit,
    Withdrawal,
)

# What a casebook covers beside visits and records, in words for who reads what voided it.
FACTS: dict[type[Any], str] = {
    Participant: "the participant's data",
    Consent: "a consent",
    CriterionAnswer: "the eligibility",
    Withdrawal: "a withdrawal",
    Death: "the death",
    LostToFollowUp: "the loss to follow-up",
}
# The columns that are part of what is signed; each save of a record counts its version up.
COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Record: ("version",),
    Visit: ("status", "actual_on", "missed_reason"),
    Participant: ("sex", "year_of_birth", "index_on", "randomized_on"),
    Consent: ("version", "given_by", "consented_on"),
    CriterionAnswer: ("met",),
    Withdrawal: (
        "withdrawn_on", "from_treatment", "from_follow_up", "from_data_use", "from_samples",
        "reason",
    ),
    Death: ("died_on", "cause"),
    LostToFollowUp: ("last_contact_on", "attempts"),
}  # fmt: skip


def versions(model: type[Any], **which: Any) -> QuerySet[Any]:
    """The versions of rows that made or changed something a signature covers."""
    found: QuerySet[Any] = model.history.filter(
        history_changed__overlap=list(COLUMNS[model]), **which
    )
    return found


def changed_since(until: datetime | None = None) -> Q:
    """True of a signature after which something it covers was changed, be it changed back since.

    ``until`` asks how that was at an instant. What the system computes for the eligibility has
    no versions: there the hash decides alone.
    """
    within = _later(until)
    own = {**within, "participant": OuterRef("participant")}
    visits = versions(Visit, id=OuterRef("visit"), **within)
    inside = versions(Record, visit=OuterRef("visit"), **within)
    book = Q(Exists(versions(Record, visit__hidden=False, **own)))
    book |= Q(Exists(versions(Visit, hidden=False, **own)))
    for model in FACTS:
        which = {**within, "id": OuterRef("participant")} if model is Participant else own
        book |= Q(Exists(versions(model, **which)))
    return (
        Q(meaning="record") & _record_changed(until)
        | Q(meaning="visit") & (Q(Exists(visits)) | Q(Exists(inside)))
        | Q(meaning="casebook") & book
        | Q(meaning="eligibility") & answered_since(until)
    )


def answered_since(until: datetime | None = None) -> Q:
    """True of a signature after which a criterion of the participant was answered anew."""
    own = {**_later(until), "participant": OuterRef("participant")}
    return Q(Exists(versions(CriterionAnswer, **own)))


def _later(until: datetime | None) -> dict[str, Any]:
    within: dict[str, Any] = {"history_date__gt": OuterRef("signed_at")}
    return within if until is None else {**within, "history_date__lte": until}


def _record_changed(until: datetime | None) -> Q:
    if until is None:
        return ~Q(record__version=F("version"))
    later = Record.history.filter(
        id=OuterRef("record"), version__gt=OuterRef("version"), history_date__lte=until
    )
    return Q(Exists(later))
