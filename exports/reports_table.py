"""The tables of grades, of safety reports and of the sponsor's assessments.

That a serious event was reported, when and how often is counted in every cut; what was reported
without being serious, and what the sponsor thinks of it, can tell the arm and stands in unblinded
cuts alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from exports.scope import Scope, events_by, narrowed
from exports.tables import Column, Row, Table
from safety import exported, rules
from safety.grading import GRADINGS
from safety.models.desk import EXPECTEDNESS
from safety.models.report import KINDS, SOURCES
from trial.protocol import Protocol

_WHOSE = (
    Column("participant", "Participant code"),
    Column("ae_number", "Number of the event of this participant", "integer"),
)


def tables(plan: Protocol, scope: Scope, *, blinded: bool) -> tuple[Table, ...]:
    """``ae_grades.csv`` and ``safety_reports.csv``; unblinded also ``sponsor_assessments.csv``."""
    told = () if blinded else (narrowed(_assessments(), scope, events_by("assessed_at")),)
    grades = narrowed(_grades(plan), scope, events_by("since"))
    return (grades, narrowed(_reports(blinded=blinded), scope, events_by("filed_at")), *told)


def _grades(plan: Protocol) -> Table:
    grades = tuple(GRADINGS[plan.safety.grading].grades.items())
    columns = (
        *_WHOSE,
        Column("place", "Which grade in order, 1 is that of the onset", "integer"),
        Column("grade", "Grade", "choice", values=grades),
        Column("since", "From this day on", "partial"),
    )
    return _table(
        "ae_grades.csv", "Grades of adverse events over time", columns, exported.grade_rows
    )


def _reports(*, blinded: bool) -> Table:
    # Whoever knows the rest of a content could try doses until the hash is right.
    sealed = () if blinded else (Column("sha256", "SHA-256 of its content"),)
    columns = (
        *_WHOSE,
        Column("report_version", "Version of the report", "integer"),
        Column("kind", "Kind of version", "choice", values=tuple(KINDS.items())),
        Column("source", "Filed by", "choice", values=tuple(SOURCES.items())),
        Column("received_at", "The sponsor was aware of it at", "datetime"),
        Column("filed_at", "Filed at", "datetime"),
        Column("serious", "Serious, as filed", "boolean"),
        *sealed,
    )
    read = partial(exported.report_rows, blinded=blinded)
    return _table("safety_reports.csv", "Versions of safety reports", columns, read)


def _assessments() -> Table:
    causality = tuple(rules.CAUSALITIES.items())
    columns = (
        *_WHOSE,
        Column("report_version", "Version of the report", "integer"),
        Column("assessment", "Which assessment of this version, from 1", "integer"),
        Column("investigator_causality", "Related, investigator", "choice", values=causality),
        Column("sponsor_causality", "Related, sponsor", "choice", values=causality),
        Column("expectedness", "Expectedness", "choice", values=tuple(EXPECTEDNESS.items())),
        Column("reference_version", "Version of the reference safety information"),
        Column("susar", "Suspected unexpected serious adverse reaction", "boolean"),
        Column("assessed_at", "Assessed at", "datetime"),
    )
    title = "The sponsor's assessments"
    return _table("sponsor_assessments.csv", title, columns, exported.assessment_rows)


def _table(
    file: str, title: str, columns: tuple[Column, ...], read: Callable[[], list[Row]]
) -> Table:
    return Table(file, title, columns, lambda: iter(read()), lambda: len(read()))
