"""Which tables a cut has, and what each column of them means.

Nothing is written here twice: the columns of a form come from its instrument, codes and their
words from the protocol and the models. In a blinded cut every visit and form that only some arms
have, and every column that tells an arm, is not there at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial

from accounts.models import User
from exports import monitoring_table, participants, reports_table, rows
from exports import scope as in_scope
from exports.errors import IncompleteCut
from exports.safety_table import adverse_events
from exports.scope import Scope, narrowed
from exports.tables import Column, Row, Table, selected
from outcomes.fields import InstrumentAnswers
from outcomes.scales.base import Instrument
from randomization.selectors import TreatmentRow, allocation_rows, treatment_rows
from trial import eligibility, protocol, registry
from trial.models import Participant, Record, ScreeningEntry, Visit
from trial.models.participant import SEXES
from trial.protocol import Protocol
from trial.registry import FormSpec

PARTICIPANT = Column("participant", "Participant code")
SITE = Column("site", "Site code")
SEX = Column("sex", "Sex", "choice", values=tuple(SEXES))
BORN = Column("year_of_birth", "Year of birth", "integer")
EVERYTHING = Scope()
OCCURRENCE = Column("occurrence", "Which of several such visits, from 1", "integer")


def tables(*, blinded: bool, reader: User, scope: Scope = EVERYTHING) -> tuple[Table, ...]:
    """The tables of a cut in a fixed order. ``reader`` is whose right to know arms is asked."""
    plan = protocol.current()
    backbone = (
        _screening(plan, scope),
        _participants(scope),
        _visits(plan, scope, blinded=blinded),
    )
    chosen = [
        spec for spec in forms(blinded=blinded) if not scope.forms or spec.code in scope.forms
    ]
    measured = tuple(_form(spec, plan, scope, blinded=blinded) for spec in chosen)
    told = () if blinded else (_allocation(plan, reader, scope), _treatment(plan, reader, scope))
    events = narrowed(adverse_events(plan, blinded=blinded), scope, in_scope.events)
    safety = (events, *reports_table.tables(plan, scope, blinded=blinded))
    visit = _visit(plan, blinded=blinded)
    watched = monitoring_table.tables(visit, OCCURRENCE, scope, blinded=blinded)
    return (*backbone, *measured, *safety, *watched, *told)


def forms(*, blinded: bool) -> tuple[FormSpec, ...]:
    """The protocol's forms in the registry's order; without those of some arms only if blinded."""
    planned = {
        form.form
        for visit in protocol.current().visits
        if not (blinded and visit.reveals_arm)
        for form in visit.forms
    }
    return tuple(spec for spec in registry.forms() if spec.code in planned)


def forms_in(scope: Scope, *, blinded: bool) -> tuple[FormSpec, ...]:
    """Those of them that are asked for."""
    found = forms(blinded=blinded)
    return tuple(spec for spec in found if not scope.forms or spec.code in scope.forms)


def check_nothing_left_out() -> None:
    """Make sure that what is stored is what the catalogue declares.

    Raises:
        IncompleteCut: records of a form the protocol does not have.
    """
    known = [spec.code for spec in forms(blinded=False)]
    strange = sorted(set(Record.objects.exclude(form__in=known).values_list("form", flat=True)))
    if strange:
        raise IncompleteCut(
            f"Forms were filled in that the protocol does not plan: {', '.join(strange)}."
        )


def _words(words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(words.items())


def _visit(plan: Protocol, *, blinded: bool) -> Column:
    known = [visit for visit in plan.visits if not (blinded and visit.reveals_arm)]
    return Column(
        "visit", "Visit code", "choice", values=tuple((one.code, one.label) for one in known)
    )


def _screening(plan: Protocol, scope: Scope) -> Table:
    return Table(
        "screening.csv",
        "Everybody approached, and what came of it",
        (
            Column("screening_id", "Number in the screening log of the site"),
            SITE,
            Column("screened_on", "Screened on", "date"),
            SEX,
            BORN,
            Column("outcome", "What came of it", "choice", values=tuple(ScreeningEntry.OUTCOMES)),
            Column("reason", "Why not entered", "choice", values=_words(plan.screen_failures)),
            PARTICIPANT,
        ),
        partial(rows.screening_rows, scope),
        rows.screening_entries(scope).count,
    )


def _participants(scope: Scope) -> Table:
    table = selected(
        "participants.csv",
        "Everybody who consented",
        (
            PARTICIPANT,
            SITE,
            SEX,
            BORN,
            Column("age_at_consent", "Age at consent, by year of birth", "integer", "years"),
            Column(
                "index_on", f"Day of the index event ({protocol.current().index_event})", "date"
            ),
            Column("consented_on", "Day of the first consent: inclusion", "date"),
            Column("consent_version", "Version of the first consent"),
            Column("eligible", "Every criterion is as wanted", "boolean"),
            Column("eligibility_signed_on", "Eligibility signed, signature valid", "date"),
            Column("randomized", "Randomized", "boolean"),
            Column("randomized_on", "Randomized on", "date"),
            Column("stratum", "Stratum of the randomization"),
            Column("died_on", "Died, as far as known", "partial"),
            Column("withdrawn_on", "Withdrew from follow-up on", "date"),
            Column("lost_on", "Lost to follow-up: last contact", "date"),
        ),
        partial(participants.selection, scope),
    )
    if eligibility.in_the_database():
        return table
    return replace(table, rows=partial(participants.rows, scope), select=None)


def _visits(plan: Protocol, scope: Scope, *, blinded: bool) -> Table:
    return selected(
        "visits.csv",
        "Visits planned, done and missed",
        (
            PARTICIPANT,
            _visit(plan, blinded=blinded),
            OCCURRENCE,
            Column("planned_on", "Planned day", "date"),
            Column("window_from", "First day of the window", "date"),
            Column("window_to", "Last day of the window", "date"),
            Column("actual_on", "Took place on", "date"),
            Column("status", "State", "choice", values=tuple(Visit.STATUSES)),
            Column("out_of_window", "Outside its window: a deviation", "boolean"),
            Column("missed_reason", "Why missed"),
        ),
        partial(rows.visit_rows, scope, blinded=blinded),
    )


def _form(spec: FormSpec, plan: Protocol, scope: Scope, *, blinded: bool) -> Table:
    instrument = _instrument(spec)
    own = tuple(
        Column(
            column.name,
            column.label,
            column.kind,
            column.unit,
            column.values,
            column.minimum,
            column.maximum,
        )
        for column in (*instrument.columns(), *instrument.score_columns())
    )
    return selected(
        f"{spec.code}.csv",
        spec.title,
        (
            PARTICIPANT,
            _visit(plan, blinded=blinded),
            OCCURRENCE,
            Column("status", "State of the record", "choice", values=tuple(Record.STATUSES)),
            Column("assessed_on", "Assessed on", "date"),
            Column("day", f"Days from the {plan.index_event}", "integer", "days"),
            Column("version", "Version of the record", "integer"),
            Column("scale_version", "Version of the form"),
            Column("not_done_reason", "Why not done"),
            *own,
        ),
        partial(rows.form_rows, spec, tuple(column.name for column in own), scope, blinded=blinded),
    )


def _instrument(spec: FormSpec) -> Instrument:
    if not issubclass(spec.model, InstrumentAnswers):
        raise TypeError(f"{spec.code} has no declared instrument: no codebook can be made of it.")
    return spec.model.instrument


def _arm(plan: Protocol, name: str, label: str) -> Column:
    return Column(name, label, "choice", values=tuple((arm.code, arm.label) for arm in plan.arms))


def _allocation(plan: Protocol, reader: User, scope: Scope) -> Table:
    def read() -> Iterator[Row]:
        found = allocation_rows(reader)
        randomized = Participant.objects.filter(randomized_on__isnull=False).count()
        if len(found) != randomized:
            raise IncompleteCut("Not every randomized participant has an allocation in this cut.")
        return _by_participant(asdict(row) for row in found if scope.by(row.allocated_on))

    table = Table(
        "allocation.csv",
        "Allocated arm",
        (
            PARTICIPANT,
            _arm(plan, "arm", "Allocated arm"),
            Column("allocated_on", "Allocated on", "date"),
        ),
        read,
        lambda: len(allocation_rows(reader)),
    )
    return narrowed(table, scope, in_scope.whose)


def _treatment(plan: Protocol, reader: User, scope: Scope) -> Table:
    table = Table(
        "treatment.csv",
        "Treatment received",
        (
            PARTICIPANT,
            _arm(plan, "received", "Arm actually received"),
            Column("infused_on", "Infused on", "date"),
            Column("cells_millions", "Cells given", "decimal", "million cells"),
            Column("viability_percent", "Viability", "decimal", "%"),
            Column("volume_ml", "Volume", "decimal", "mL"),
            Column(
                "reason_not_treated",
                "Why not treated",
                "choice",
                values=_words(plan.not_treated_reasons),
            ),
            Column("dose_millions", "Dose ordered", "integer", "million cells"),
            Column("complete", "The whole dose was given", "boolean"),
        ),
        lambda: _by_participant(_treated(plan, reader, scope)),
        lambda: len(treatment_rows(reader)),
    )
    return narrowed(table, scope, in_scope.whose)


def _treated(plan: Protocol, reader: User, scope: Scope) -> Iterator[dict[str, object]]:
    """What each received; until the infusion a participant counts as untreated."""
    allocated = {row.participant for row in allocation_rows(reader) if scope.by(row.allocated_on)}
    untreated = next(arm.code for arm in plan.arms if not arm.experimental)
    for row in treatment_rows(reader):
        later = row.infused_on is not None and scope.by(row.infused_on) is None
        nothing = TreatmentRow(row.participant, untreated, None, None, None, None, "", None, None)
        if row.participant in allocated:
            yield asdict(nothing if later else row)


def _by_participant(found: Iterable[dict[str, object]]) -> Iterator[Row]:
    return iter(sorted(found, key=lambda row: str(row["participant"])))
