"""The tables of answers, against the declarations they are made from: it ..."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.state import ModelState, ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.acts import act
from outcomes.fields import InstrumentAnswers, scale_record
from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import Instrument, Item, Number, Option, Scale, Value
from tests.builders import enrolled, visit_of
from tests.people import People
from trial import registry
from trial.models import Record

from .reference import answers_of, examples, highest, lowest, scale_of

AT = datetime(2026, 3, 12, 10, tzinfo=UTC)
NIHSS, BI100, MRS, FMA, BI20, SMRSQ = SCALES
EACH_FORM = pytest.mark.parametrize("form", INSTRUMENTS.values(), ids=lambda form: form.code)
SOME = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Table = Callable[[str], InstrumentAnswers]


@pytest.fixture
def table(people: People) -> Table:
    """An empty saved row of a form's table, at the first visit of one participant.

    One per form and test: the examples of a property share the test's transaction.
    """
    visit = visit_of(enrolled(people), "V0")

    @cache
    def row(code: str) -> InstrumentAnswers:
        record = Record(participant=visit.participant, visit=visit, form=code, status="draft")
        record.form_version = INSTRUMENTS[code].version
        with act(actor=people.nils, at=AT):
            record.save()
            answers = registry.form(code).model(record=record)
            answers.full_clean()
            answers.save()
        assert isinstance(answers, InstrumentAnswers)
        return answers

    return row


def store(row: InstrumentAnswers, answers: Mapping[str, Value]) -> dict[str, Any]:
    """Write the answers past every Python check; the scores the database then holds."""
    columns = [column.name for column in row.instrument.columns()]
    for name in columns:
        setattr(row, name, answers.get(name))
    row.clean_fields(exclude=columns)
    with transaction.atomic(), act(actor=None, at=AT, system="test"):
        row.save()
    row.refresh_from_db()
    return {score.name: getattr(row, score.name) for score in row.instrument.scores}


def stores(row: InstrumentAnswers, answers: Mapping[str, Value]) -> bool:
    """Whether the database takes the answers."""
    try:
        store(row, answers)
    except IntegrityError:
        return False
    return True


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("example", [pytest.param(e, id=e["id"]) for e in examples()])
def test_it_computes_the_expected_totals_in_the_database(
    table: Table, example: dict[str, Any]
) -> None:
    scale = scale_of(example["instrument"])
    answers = answers_of(example)
    row = table(scale.code)
    hard = scale.check_row(answers)
    assert stores(row, answers) is not bool(hard)
    if hard:
        return
    stored = store(row, answers)
    assert stored == scale.score(answers)
    expected = example["expected_totals"]
    given = {score.sdtm: stored[score.name] for score in scale.scores}
    assert {code: given[code] for code in expected} == expected


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.code)
@given(data=st.data())
@SOME
def test_it_scores_and_refuses_as_python_does(
    table: Table, scale: Scale, data: st.DataObject
) -> None:
    row = table(scale.code)
    answers = data.draw(_any_answers(scale))
    taken = not scale.check_row(answers)
    assert stores(row, answers) is taken
    if taken:
        assert store(row, answers) == scale.score(answers)


def test_it_branches_as_python_does_with_every_combination_of_blanks(table: Table) -> None:
    row = table("smrsq")
    for values in product((None, 0, 1), repeat=5):
        answers = dict(zip([item.name for item in SMRSQ.items], values, strict=True))
        taken = not SMRSQ.check_row(answers)
        assert stores(row, answers) is taken, answers
        if taken:
            assert store(row, answers) == SMRSQ.score(answers)


def test_it_takes_an_answer_whose_question_waits_for_an_earlier_one(table: Table) -> None:
    row = table("demographics")
    assert stores(row, {"territory_other": "thalamus"})
    assert stores(row, {"territory": "other", "territory_other": "thalamus"})
    assert not stores(row, {"territory": "mca", "territory_other": "thalamus"})
    assert stores(row, {"earlier_stroke": True, "earlier_deficit": False})
    assert not stores(row, {"earlier_stroke": False, "earlier_deficit": False})


@EACH_FORM
@pytest.mark.requirement("R-022")
def test_it_refuses_a_value_just_past_each_limit(table: Table, form: Instrument) -> None:
    row = table(form.code)
    for item in form.items:
        for value, possible in _edges(item):
            assert (item.problem(value) == "") is possible
            assert stores(row, {item.name: value}) is possible, (item.name, value)


@EACH_FORM
def test_it_has_a_nullable_column_for_every_answer_and_a_computed_one_for_every_score(
    form: Instrument,
) -> None:
    fields = {field.name: field for field in registry.form(form.code).model._meta.fields}
    answers = {column.name: column for column in form.columns()}
    scores = [score.name for score in form.scores]
    assert list(fields) == ["record", *answers, *scores]
    for name, column in answers.items():
        assert fields[name].null is (column.role != "untestable")
    for name in scores:
        assert isinstance(fields[name], models.GeneratedField)


def test_it_refuses_to_store_a_typed_total(table: Table) -> None:
    row = table("nihss")
    store(row, lowest(NIHSS))
    refused = pytest.raises(DatabaseError, match="can only be updated to DEFAULT")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE outcomes_nihssrecord SET total = 3")


def test_it_keeps_every_version_with_its_scores(table: Table) -> None:
    row = table("mrs")
    store(row, {"grade": 3})
    store(row, {"grade": 2})
    past = registry.form("mrs").model.history.order_by("history_id")
    assert [(version.grade, version.total) for version in past] == [
        (None, None),
        (3, 3),
        (2, 2),
    ]


def test_it_says_in_words_and_by_item_what_the_database_would_refuse(table: Table) -> None:
    row = table("nihss")
    coma: dict[str, Value] = {**lowest(NIHSS), "consciousness": 3, "gaze": 7}
    for name, value in coma.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert set(refused.value.message_dict) == {"gaze", "sensory"}
    assert "line 8 is 2" in refused.value.message_dict["sensory"][0]


def test_it_asks_the_database_nothing_when_it_checks_a_whole_fugl_meyer(
    table: Table, django_assert_num_queries: Any
) -> None:
    row = table("fma")
    for name, value in highest(FMA).items():
        setattr(row, name, value)
    # The record is in hand.
    with django_assert_num_queries(0):
        row.full_clean()


def test_it_looks_for_a_record_that_is_only_named(table: Table) -> None:
    row = table("fma")
    row.record_id = 0
    with pytest.raises(ValidationError) as refused:
        row.clean_fields()
    assert "record" in refused.value.message_dict


def test_it_stores_blank_text_as_no_answer(table: Table) -> None:
    row = table("demographics")
    row.territory, row.territory_other = "", ""  # type: ignore[attr-defined]  # from the declaration
    row.full_clean()
    assert (row.territory, row.territory_other) == (None, None)  # type: ignore[attr-defined]  # as above


def test_it_reads_a_mark_that_is_not_set_as_no_answer_and_a_no_as_an_answer(
    table: Table,
) -> None:
    assert table("nihss").values(("gaze", "ataxia_untestable")) == {
        "gaze": None,
        "ataxia_untestable": None,
    }
    history = table("demographics")
    store(history, {"diabetes": False})
    assert history.values(("diabetes", "hypertension")) == {
        "diabetes": False,
        "hypertension": None,
    }


def test_it_keeps_numbers_and_dates_as_they_were_measured(table: Table) -> None:
    row = table("lesion")
    store(row, {"scanned_on": date(2026, 2, 24), "volume_ml": Decimal("62.5")})
    assert row.values(("scanned_on", "volume_ml")) == {
        "scanned_on": date(2026, 2, 24),
        "volume_ml": Decimal("62.5"),
    }


def test_it_makes_no_migration_for_a_word_and_one_for_a_score() -> None:
    gaze = NIHSS.items[3]
    reworded = replace(gaze, label="Eyes", options=tuple(
        Option(option.value, "Other words") for option in gaze.options
    ))  # fmt: skip
    rescored = replace(gaze, options=(*gaze.options, Option(3, "No eyes")))
    assert _changes(NIHSS, _with_gaze(reworded)) == []
    assert _changes(NIHSS, _with_gaze(rescored)) != []


def _with_gaze(gaze: Item) -> Scale:
    return replace(NIHSS, items=(*NIHSS.items[:3], gaze, *NIHSS.items[4:]))


def _changes(before: Scale, after: Scale) -> list[Any]:
    """The operations a migration from one declaration to the other would hold."""
    states = []
    for scale in (before, after):
        base = scale_record(scale)
        fields = [
            (field.name, field.clone()) for field in base._meta.fields if field.name != "record"
        ]
        state = ProjectState()
        constraints = list(base._meta.constraints)
        state.add_model(ModelState("two", "Nihss", fields, {"constraints": constraints}))
        states.append(state)
    graph = MigrationGraph()
    graph.add_node(("two", "0001_initial"), None)
    found = MigrationAutodetector(states[0], states[1]).changes(graph)
    return [operation for migration in found.get("two", []) for operation in migration.operations]


def _any_answers(scale: Scale) -> st.SearchStrategy[dict[str, Value]]:
    """Any options, blanks and untestable marks, contradictions among them included."""
    each: dict[str, st.SearchStrategy[Value]] = {}
    for item in scale.items:
        each[item.name] = st.sampled_from((*item.points * 3, None))
        if item.untestable:
            each[item.untestable_column] = st.sampled_from((False, False, True))
            each[item.reason_column] = st.sampled_from((None, None, *item.untestable))
    return st.one_of(st.fixed_dictionaries(each), _quiet(scale))


def _quiet(scale: Scale) -> st.SearchStrategy[dict[str, Value]]:
    """All at their lowest but for a few: mostly free of contradictions."""
    few = st.dictionaries(
        st.sampled_from([item.name for item in scale.items]), st.sampled_from((0, 1, None))
    )
    return few.map(lambda change: {**lowest(scale), **change})


def _edges(item: Any) -> Sequence[tuple[Value, bool]]:
    if isinstance(item, Item):
        wrong = sorted(set(range(-1, item.points[-1] + 2)) - set(item.points))
        return [(value, False) for value in wrong]
    if isinstance(item, Number):
        step = Decimal(1).scaleb(-item.decimals)
        return [
            (item.minimum, True),
            (item.maximum, True),
            (item.minimum - step, False),
            (item.maximum + step, False),
        ]
    return []
