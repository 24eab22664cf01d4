"""The participant page: the grid of visits and forms, where the person stands, the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from trial import locks, margin, protocol, registry, selectors
from trial.curves import Figure, curve
from trial.locks import Standing
from trial.margin import Look
from trial.models import Participant, Record, Signature, Visit
from trial.registry import FormSpec
from trial.signatures import Book
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
    marks: tuple[str, ...] = ()


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


def grid(now: Course, look: Look) -> Grid:
    """Visits across, forms down, a state in each cell."""
    visits = now.book.visits
    flags = margin.flags(look, visits)
    plan = protocol.current()
    codes = {form.form: None for visit in visits for form in plan.visit(visit.code).forms}
    rows = tuple(
        Row(
            registry.form(code).title,
            form_title(code),
            tuple(_flagged(visit, code, now, flags) for visit in visits),
        )
        for code in codes
    )
    seen = {item.state for row in rows for item in row.cells if item.state}
    return Grid(tuple(column(visit, now) for visit in visits), rows, tuple(sorted(seen)))


def _flagged(
    visit: Visit, code: str, now: Course, flags: Mapping[tuple[int, str], Sequence[str]]
) -> Cell:
    """A cell with what is odd about it: a void signature first, then what the apps above say."""
    record = now.record(visit, code)
    void = record is not None and now.void(record)
    return replace(
        cell(visit, code, record, now),
        flags=(*["void"] * void, *flags.get((visit.pk, code), ())),
    )


def column(visit: Visit, now: Course) -> Column:
    """The head of a visit's column."""
    return replace(head(visit, now.today, now.end), marks=tuple(now.marks(visit)))


def head(visit: Visit, today: date, end: date | None) -> Column:
    """The head of a visit's column, without what locks and signatures say."""
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
    """What all cells of one participant depend on: the day, the end, the locks, the signatures."""

    today: date
    end: date | None
    standing: Standing
    book: Book
    signatures: tuple[Signature, ...]

    def record(self, visit: Visit, code: str) -> Record | None:
        """The record of a form at a visit."""
        return next((row for row in self.book.records[visit.pk] if row.form == code), None)

    def signed(self, record: Record) -> bool:
        """Whether a signature covers the record as it stands."""
        return any(self.book.holds(one) for one in record.signatures.all())

    def void(self, record: Record) -> bool:
        """Whether it was signed, and changed since."""
        return bool(record.signatures.all()) and not self.signed(record)

    def marks(self, visit: Visit) -> Iterator[str]:
        """What holds of a visit as a whole: its lock, its signature."""
        if self.standing.covering(visit.pk) is not None:
            yield "locked"
        made = [one for one in self.signatures if one.visit_id == visit.pk]
        if made:
            yield "signed" if any(self.book.holds(one) for one in made) else "void"


def course(participant: Participant, visits: Sequence[Visit], today: date) -> Course:
    """How it stands with a participant on a day, over the visits the reader may see."""
    keys = [visit.pk for visit in visits]
    made = Signature.objects.filter(visit__in=keys, meaning="visit")
    return Course(
        today=today,
        end=ended_on(participant),
        standing=locks.standing(participant),
        book=Book(participant, visits),
        signatures=tuple(made),
    )


def cell(visit: Visit, code: str, record: Record | None, now: Course) -> Cell:
    """The state of one form at one visit."""
    if record is None:
        return without_record(visit, code, now.today, now.end)
    if code not in {form.form for form in protocol.current().visit(visit.code).forms}:
        return Cell()
    locked = now.standing.covering(visit.pk, record.pk) is not None
    state = "signed" if now.signed(record) else record.status
    return Cell("locked" if locked else state, "", record_address(visit, code))


def without_record(visit: Visit, code: str, today: date, end: date | None) -> Cell:
    """The state of a form nobody has begun, on a day; ``end``: no visit is expected after it."""
    planned = {form.form: form for form in protocol.current().visit(visit.code).forms}
    href = record_address(visit, code)
    if code not in planned:
        return Cell()
    if visit.status == "missed":
        return Cell("missed", "", href)
    if not _expected(visit, end):
        return Cell()
    if not planned[code].required:
        return Cell("planned", "Optional", href)
    return Cell(window_state(visit, today), "", href)


def forms_of(visit: Visit, today: date, look: Look) -> list[tuple[str, Cell]]:
    """The forms of one visit with their states, as its own page lists them."""
    flags = margin.flags(look, [visit])
    now = course(visit.participant, [visit], today)
    forms = protocol.current().visit(visit.code).forms
    return [
        (registry.form(form.form).title, _flagged(visit, form.form, now, flags)) for form in forms
    ]


def record_state(record: Record, standing: Standing, *, signed: bool) -> str:
    """The state a record shows: the most final that holds."""
    if standing.covering(record.visit_id, record.pk) is not None:
        return "locked"
    return "signed" if signed else record.status


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
