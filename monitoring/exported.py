"""Queries and verification as rows of a data cut: what hangs where, since when, and what holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Collate

from monitoring.models import Query
from monitoring.verification import Standing, standings
from trial import protocol, worklist
from trial.models import Participant, Record

Row = Mapping[str, object]
# Participants whose marks are held in memory at once, and queries read at once.
CHUNK, QUERIES = 200, 1000


def queries(which: Q, *, blinded: bool) -> QuerySet[Query]:
    """These queries; without those that tell an arm, if blinded."""
    found = Query.objects.filter(which)
    return found.filter(hidden=False).exclude(_telling("visit__")) if blinded else found


def records(which: Q, *, blinded: bool) -> QuerySet[Record]:
    """Those of these records that are settled: a draft is nobody's to verify.

    None that tells an arm, if blinded.
    """
    found = Record.objects.filter(which, status__in=worklist.SETTLED)
    return found.exclude(_telling("visit__")) if blinded else found


def _telling(path: str) -> Q:
    codes = [visit.code for visit in protocol.current().visits if visit.reveals_arm]
    return Q(**{f"{path}hidden": True}) | Q(**{f"{path}code__in": codes})


def query_rows(which: Q, *, blinded: bool) -> Iterator[Row]:
    """One row a query, by number; nothing of what was asked or said."""
    found = queries(which, blinded=blinded).select_related("participant", "visit", "adverse_event")
    for query in found.order_by("hidden", "number").iterator(QUERIES):
        yield {
            "query": query.code,
            "participant": query.participant.code,
            "visit": None if query.visit is None else query.visit.code,
            "occurrence": None if query.visit is None else query.visit.occurrence,
            "form": query.form,
            "item": query.item,
            "ae_number": None if query.adverse_event is None else query.adverse_event.number,
            "asked_by": "check" if query.check_code else "person",
            "opened_at": query.opened_at,
            "status": query.status,
            "since": query.since,
            "tells_arm": query.hidden,
        }


def verification_rows(which: Q, *, blinded: bool) -> Iterator[Row]:
    """One row a settled record, by participant: what the plan asks of it, and what holds now."""
    people = Participant.objects.order_by(Collate(F("code"), "C")).values_list("pk", flat=True)
    left = iter(list(people))
    while some := list(islice(left, CHUNK)):
        found = standings(records(which, blinded=blinded).filter(participant__in=some))
        yield from (_row(one) for one in sorted(found, key=_place))


def _place(one: Standing) -> tuple[str, date, str, int, str]:
    row = one.record
    return row.participant, row.window_to, row.code, row.occurrence, row.form


def _row(one: Standing) -> Row:
    return {
        "participant": one.record.participant,
        "visit": one.record.code,
        "occurrence": one.record.occurrence,
        "form": one.record.form,
        "version": one.record.version,
        "planned": len(one.planned),
        "verified": len(one.planned) - len(one.outstanding),
        "whole": one.whole,
        "outdated": len(one.lost),
    }
