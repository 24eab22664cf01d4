"""The participant page: the grid of visits and forms, where the person stands, the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from trial import locks, margin, protocol, registry, selectors
from trial.curves import Figure, curve
from trial.locks import Standing
from trial.margin import Look
from trial.models import Participant, Record, Visit
from trial.registry import FormSpec
from trial.worklist import window_state


@dataclass(frozen=True)
class Cell:
    """One form at one visit. ``state`` is empty where the form is not planned."""

    state: str = ""
    label: str = ""
    href: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One visit: its name, its day, what is odd about it, and its page."""

    visit: Visit
    name: str
    title: str
    href: str
    state: str


@dataclass(frozen=True)
class Row:
    """One form over the visits."""

    title: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """The heart of the participant page."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    states: tuple[str, ...]


def form_title(code: str) -> str:
    """The short name of a form."""
    return registry.form(code).short if code in registry.codes() else code


def ended_on(participant: Participant) -> date | None:
    """The day after which no visit is expected: death, loss, or withdrawal from follow-up."""
    died = selectors.died_on(participant)
    days = [died.latest] if died else []
    lost = getattr(participant, "lost", None)
    if lost is not None:
        days.append(lost.last_contact_on)
    days += [row.withdrawn_on for row in participant.withdrawals.all() if row.from_follow_up]
    return min(days, default=None)


def grid(participant: Participant, visits: Sequence[Visit], today: date, look: Look) -> Grid:
    """Visits across, forms down, a state in each cell. ``visits`` are those the reader may see."""
    flags = margin.flags(look, visits)
    plan = protocol.current()
    records = _records(participant)
    now = course(participant, today)
    codes = {form.form: None for visit in visits for form in plan.visit(visit.code).forms}
    rows = tuple(
        Row(
            registry.form(code).title,
            form_title(code),
            tuple(
                replace(
                    cell(visit, code, records.get((visit.pk, code)), now),
                    flags=tuple(flags.get((visit.pk, code), ())),
                )
                for visit in visits
            ),
        )
        for code in codes
    )
    seen = {item.state for row in rows for item in row.cells if item.state}
    return Grid(tuple(column(visit, today, now.end) for visit in visits), rows, tuple(sorted(seen)))


def _records(participant: Participant) -> dict[tuple[int, str], Record]:
    rows = participant.records.prefetch_related("signatures").select_related("visit")
    return {(row.visit_id, row.form): row for row in rows}


def column(visit: Visit, today: date, end: date | None) -> Column:
    """The head of a visit's column."""
    state = "missed" if visit.status == "missed" else ""
    if visit.out_of_window:
        state = "outside_window"
    elif visit.status == "planned" and _expected(visit, end):
        state = window_state(visit, today)
    return Column(
        visit=visit,
        name=str(visit),
        title=protocol.current().visit(visit.code).label,
        href=visit_address(visit),
        state="" if state == "planned" else state,
    )


@dataclass(frozen=True)
class Course:
    """What all cells of one participant depend on: the day, the end of the visits, the locks."""

    today: date
    end: date | None
    standing: Standing


def course(participant: Participant, today: date) -> Course:
    """How it stands with a participant on a day."""
    return Course(today, ended_on(participant), locks.standing(participant))


def cell(visit: Visit, code: str, record: Record | None, course: Course) -> Cell:
    """The state of one form at one visit."""
    planned = {form.form: form for form in protocol.current().visit(visit.code).forms}
    if code not in planned:
        return Cell()
    href = record_address(visit, code)
    if record is not None:
        return Cell(record_state(record, course.standing), "", href)
    if visit.status == "missed":
        return Cell("missed", "", href)
    if not _expected(visit, course.end):
        return Cell()
    if not planned[code].required:
        return Cell("planned", "Optional", href)
    return Cell(window_state(visit, course.today), "", href)


def forms_of(visit: Visit, today: date, look: Look) -> list[tuple[str, Cell]]:
    """The forms of one visit with their states, as its own page lists them."""
    flags = margin.flags(look, [visit])
    records = {row.form: row for row in visit.records.prefetch_related("signatures")}
    now = course(visit.participant, today)
    forms = protocol.current().visit(visit.code).forms
    return [
        (
            registry.form(form.form).title,
            replace(
                cell(visit, form.form, records.get(form.form), now),
                flags=tuple(flags.get((visit.pk, form.form), ())),
            ),
        )
        for form in forms
    ]


def record_state(record: Record, standing: Standing | None = None) -> str:
    """The state a record shows: the most final that holds.

    A signature counts while it covers this version; the record's own page checks its hash as well.
    ``standing`` are the locks of the participant, where they are known already.
    """
    found = standing or locks.standing(record.participant)
    if found.covering(record.visit_id, record.pk) is not None:
        return "locked"
    if any(signature.version == record.version for signature in record.signatures.all()):
        return "signed"
    return record.status


def _expected(visit: Visit, end: date | None) -> bool:
    return end is None or visit.window_from <= end


def visit_address(visit: Visit) -> str:
    """The page of a visit."""
    return reverse("visit", args=[visit.participant.code, visit.code, visit.occurrence])


def record_address(visit: Visit, form: str) -> str:
    """The page of a form at a visit."""
    return reverse("record", args=[visit.participant.code, visit.code, visit.occurrence, form])


def figures(participant: Participant, visits: Sequence[Visit]) -> list[Figure]:
    """One figure per score that a form offers, for the scheduled visits that have the form."""
    scheduled = [visit for visit in visits if not protocol.current().visit(visit.code).repeatable]
    drawn: list[Figure] = []
    for spec in registry.forms():
        if spec.curves:
            drawn += _figures_of(spec, participant, scheduled)
    return drawn


def _figures_of(spec: FormSpec, participant: Participant, visits: Sequence[Visit]) -> list[Figure]:
    plan = protocol.current()
    having = [v for v in visits if spec.code in {form.form for form in plan.visit(v.code).forms}]
    columns = [item.column for item in spec.curves]
    rows = spec.model._default_manager.filter(
        record__participant=participant, record__status="complete"
    ).values_list("record__visit_id", *columns)
    values = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}
    return [
        curve(
            name=f"{spec.code}-{item.column}",
            title=item.label,
            points=[(str(visit), _value(values, visit, item.column)) for visit in having],
            minimum=item.minimum,
            maximum=item.maximum,
            better=item.better,
        )
        for item in spec.curves
        if any(_value(values, visit, item.column) is not None for visit in having)
    ]


def _value(values: dict[int, dict[str, object]], visit: Visit, column: str) -> float | None:
    found = values.get(visit.pk, {}).get(column)
    return None if found is None else float(str(found))
