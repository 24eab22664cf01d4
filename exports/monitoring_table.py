"""The tables of queries and of source verification.

Monitoring stands beside the exports and neither imports the other: the composition root tells
the exports where the rows come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable

from exports.errors import IncompleteCut
from exports.scope import Scope
from exports.tables import Column, Selection, Table, selected

QUERIES, SDV = "queries.csv", "sdv.csv"
_ASKED = (("person", "A person"), ("check", "An edit check"))
_STATUS = (("open", "Open"), ("answered", "Answered"), ("closed", "Closed"))


class Read(Protocol):
    """Gives, where ``which`` holds, an ordered query and what each column of the table holds.

    Nothing in it tells an arm if ``blinded``.
    """

    def __call__(
        self, which: Q, *, blinded: bool
    ) -> tuple[QuerySet[Any], Mapping[str, Combinable]]:
        """Read."""


@dataclass(frozen=True)
class Source:
    """Who knows of monitoring: each table, and the records that stand in that of verification."""

    queries: Read
    verification: Read
    records: Callable[..., QuerySet[Model]]


_source: list[Source] = []


def set_source(source: Source) -> None:
    """Say who knows of queries and verification; called once, at start-up."""
    _source[:] = [source]


def _known() -> Source:
    if not _source:
        raise IncompleteCut("Nobody said where queries and verification are.")
    return _source[0]


def tables(
    visit: Column, occurrence: Column, scope: Scope, *, blinded: bool
) -> tuple[Table, Table]:
    """``queries.csv`` and ``sdv.csv``; blinded, without what hangs on a visit only some arms have.

    Args:
        visit, occurrence: the columns as every other table of the cut has them.
        scope: which of them.
        blinded: whether the reader of the cut must learn no arm.
    """
    whose = (Column("participant", "Participant code"), visit, occurrence)
    return _queries(whose, scope, blinded=blinded), _verification(whose, scope, blinded=blinded)


def _queries(whose: tuple[Column, ...], scope: Scope, *, blinded: bool) -> Table:
    tells = Column("tells_arm", "Only whoever may know the arms sees this query", "boolean")
    columns = (
        Column("query", "Number of the query"),
        *whose,
        Column("form", "Form"),
        Column("item", "Item of the form"),
        Column("ae_number", "Number of the adverse event of this participant", "integer"),
        Column("asked_by", "Asked by", "choice", values=_ASKED),
        Column("opened_at", "Opened at", "datetime"),
        Column("status", "State", "choice", values=_STATUS),
        Column("since", "In this state since", "datetime"),
        *(() if blinded else (tells,)),
    )
    return selected(
        QUERIES,
        "Queries: where each hangs, and how far it is",
        columns,
        lambda: Selection(*_known().queries(scope.queries(), blinded=blinded)),
    )


def _verification(whose: tuple[Column, ...], scope: Scope, *, blinded: bool) -> Table:
    columns = (
        *whose,
        Column("form", "Form"),
        Column("version", "Version of the record", "integer"),
        Column("planned", "Items the plan asks to verify", "integer"),
        Column("verified", "Of these, verified as they stand", "integer"),
        Column("whole", "The whole form is verified as it stands", "boolean"),
        Column("outdated", "Verified once, changed since, not verified again", "integer"),
    )
    table = selected(
        SDV,
        "Source verification of every record that is complete or said to be not done",
        columns,
        lambda: Selection(*_known().verification(scope.records(), blinded=blinded)),
    )
    # To count them nothing needs to be judged.
    return replace(table, count=lambda: _known().records(scope.records(), blinded=blinded).count())
