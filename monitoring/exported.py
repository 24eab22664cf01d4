"""Queries and verification as rows of a data cut: what hangs where, since when, and what holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Collate, Concat

from monitoring.counted import figures
from monitoring.models import Query
from trial import protocol, worklist
from trial.models import Record

# An ordered query, and what each column of the table holds.
Selected: TypeAlias = tuple[QuerySet[Any], Mapping[str, Combinable]]


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


def query_table(which: Q, *, blinded: bool) -> Selected:
    """One row a query, by number; nothing of what was asked or said."""
    own = ("form", "item", "opened_at", "status", "since")
    number = Cast("number", CharField())
    return queries(which, blinded=blinded).order_by("hidden", "number"), {
        # As people write it (``Query.code``).
        "query": Case(When(hidden=True, then=Concat(Value("T"), number)), default=number),
        "participant": F("participant__code"),
        "visit": F("visit__code"),
        "occurrence": F("visit__occurrence"),
        **{name: F(name) for name in own},
        "ae_number": F("adverse_event__number"),
        "asked_by": Case(When(check_code="", then=Value("person")), default=Value("check")),
        "tells_arm": F("hidden"),
    }


def verification_table(which: Q, *, blinded: bool) -> Selected:
    """One row a settled record, by participant: what the plan asks of it, and what holds now."""
    found = records(which, blinded=blinded)
    return found.order_by(
        _plain("participant__code"),
        "visit__window_to",
        _plain("visit__code"),
        "visit__occurrence",
        _plain("form"),
    ), {
        "participant": _plain("participant__code"),
        "visit": _plain("visit__code"),
        "occurrence": F("visit__occurrence"),
        "form": _plain("form"),
        "version": F("version"),
        **figures(found),
    }


def _plain(path: str) -> Collate:
    # The server's own sorting of text differs between machines. What is selected like this and
    # sorted by it is not carried twice.
    return Collate(F(path), "C")
