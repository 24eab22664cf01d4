"""What the backbone learns of each instrument: it ..."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import Instrument
from outcomes.wording import words_of
from tests.protocols.three_arms import PROTOCOL as THREE_ARMS
from trial import registry
from trial.protocols.isis_hermes import PROTOCOL as ISIS_HERMES
from trial.registry import CheckContext, Curve

from .reference import lowest

EACH_FORM = pytest.mark.parametrize("form", INSTRUMENTS.values(), ids=lambda form: form.code)


@EACH_FORM
def test_it_registers_every_form_with_its_columns_and_scores(form: Instrument) -> None:
    spec = registry.form(form.code)
    assert (spec.title, spec.version, spec.short) == (form.title, form.version, form.short)
    assert spec.columns == tuple(column.name for column in form.columns())
    assert set(spec.labels) == set(spec.columns)
    assert set(spec.scores) == {score.name for score in form.scores}
    assert len(spec.short) <= 12
    assert spec.score({}) == form.score({})
    assert spec.missing({}) == form.missing({})


@pytest.mark.parametrize("protocol", [ISIS_HERMES, THREE_ARMS], ids=lambda plan: plan.code)
def test_it_has_every_form_and_outcome_a_protocol_names(protocol: Any) -> None:
    assert protocol.form_codes() <= set(registry.codes())
    for outcome in protocol.outcomes:
        spec = registry.form(outcome.form)
        assert outcome.column in {*spec.columns, *spec.scores}, outcome.code
        declared = INSTRUMENTS[outcome.form]
        for column in declared.score_columns():
            if column.name == outcome.column:
                assert (outcome.minimum, outcome.maximum) == (column.minimum, column.maximum)
                assert outcome.better == getattr(declared, "better", "")


def test_it_draws_the_scores_people_follow_on_their_published_range() -> None:
    curves = {scale.code: registry.form(scale.code).curves for scale in SCALES}
    assert curves["nihss"] == (
        Curve("total", "NIHSS total", 0, 42, "lower"),
        Curve("motor", "Motor NIHSS, four limbs", 0, 16, "lower"),
    )
    assert curves["fma"] == (Curve("motor", "Motor Fugl-Meyer", 0, 100, "higher"),)
    assert curves["barthel"] == (Curve("total", "Barthel total", 0, 100, "higher"),)
    assert registry.form("vitals").curves == ()


def test_it_hands_the_backbone_s_context_to_the_rules() -> None:
    check = registry.form("mrs").check
    day = date(2027, 3, 12)
    assert [finding.rule for finding in check({"grade": 6}, CheckContext())] == ["MRS-C1"]
    assert check({"grade": 6}, CheckContext(assessed_on=day, died_on=day)) == ()
    barthel = registry.form("barthel").check(
        lowest(SCALES[1]), CheckContext(assessed_on=day, died_on=day)
    )
    assert [finding.rule for finding in barthel] == ["BIC5"]


@pytest.mark.parametrize(
    ("code", "column", "value", "words"),
    [
        ("nihss", "gaze", 1, "1 Partial palsy, or a deviation that can be overcome"),
        ("nihss", "gaze", 9, "9"),
        ("nihss", "gaze", None, ""),
        ("nihss", "gaze", 0, "0 Normal"),
        ("nihss", "arm_left_untestable", True, "Yes"),
        ("nihss", "arm_left_untestable", False, "No"),
        ("nihss", "arm_left_untestable_reason", "joint fusion", "Joint fusion"),
        ("nihss", "total", 12, "12"),
        ("demographics", "infarct_side", "left", "Left"),
        ("demographics", "diabetes", False, "No"),
        ("demographics", "territory_other", "thalamus", "thalamus"),
        ("demographics", "prestroke_mrs", 0, "0 No symptoms"),
        ("vitals", "temperature", Decimal("36.8"), "36.8 °C"),
        ("lesion", "scanned_on", date(2027, 3, 2), "2 Mar 2027"),
        ("lesion", "no_such_column", 3, "3"),
    ],
)
def test_it_puts_a_stored_value_into_words(code: str, column: str, value: Any, words: str) -> None:
    assert registry.form(code).words(column, value) == words
    assert words_of(INSTRUMENTS[code], column, value) == words


def test_it_labels_a_column_with_its_printed_number() -> None:
    labels = registry.form("nihss").labels
    assert labels["arm_left"] == "5a Motor arm, left"
    assert labels["arm_left_untestable_reason"] == "5a Motor arm, left: reason untestable"
