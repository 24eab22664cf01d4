"""Each rule of the scales, broken, kept, and not yet decidable: it ..."""

from datetime import date

import pytest

from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import CheckContext, Value
from outcomes.scales.fugl_meyer import HAND, LIGHT_TOUCH, PAIN

from .reference import highest, lowest

NIHSS, BI100, MRS, FMA, BI20, SMRSQ = SCALES
DAY = date(2027, 3, 12)
AMPUTATED = {
    "arm_left": None,
    "arm_left_untestable": True,
    "arm_left_untestable_reason": "amputation",
}
COMA = {
    **lowest(NIHSS), "consciousness": 3, "questions": 2, "commands": 2, "face": 3,
    "arm_left": 4, "arm_right": 4, "leg_left": 4, "leg_right": 4, "sensory": 2, "language": 3,
    "dysarthria": 2, "extinction": 2,
}  # fmt: skip
MUTE = {**lowest(NIHSS), "language": 3, "commands": 2, "questions": 2, "dysarthria": 2}
WELL = {**highest(FMA)}


def hits(code: str, answers: dict[str, Value], **context: date | None) -> set[str]:
    found = INSTRUMENTS[code].check(answers, CheckContext(**context))  # type: ignore[arg-type]  # dates only
    return {finding.rule for finding in found}


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize(
    ("code", "answers", "change", "rule"),
    [
        ("nihss", COMA, {"sensory": 1}, "NIHSS-C1"),
        ("nihss", COMA, {"face": 1}, "NIHSS-C2"),
        ("nihss", COMA, {"extinction": 0}, "NIHSS-C2"),
        ("nihss", MUTE, {"commands": 1}, "NIHSS-C3"),
        ("nihss", MUTE, {"questions": 0}, "NIHSS-C4"),
        ("nihss", MUTE, {"dysarthria": 1}, "NIHSS-C4"),
        ("nihss", MUTE, {"sensory": 2}, "NIHSS-C5"),
        ("nihss", MUTE, {"ataxia": 1}, "NIHSS-C7"),
        ("barthel", lowest(BI100), {"bathing": 5}, "BIC2"),
        ("barthel", lowest(BI100), {"mobility": 10}, "BIC2"),
        ("barthel", {**lowest(BI100), "transfer": 5}, {"stairs": 5}, "BIC3"),
        ("bi20", lowest(BI20), {"bathing": 1}, "BCC2"),
        ("bi20", {**lowest(BI20), "transfer": 1}, {"stairs": 1}, "BCC3"),
        ("fma", WELL, {"shoulder_flexion_to_180": 1}, "FMA-C2"),
        ("fma", WELL, {"standing_knee_flexion": 1}, "FMA-C3"),
        ("fma", WELL, {"elbow_flexion": 0, "elbow_extension": 0}, "FMA-C4"),
        ("fma", WELL, {"stands_with_support": 0}, "FMA-C5"),
        ("smrsq", {"lives_alone": 1}, {"walks": 0}, "SMRSQ-C1"),
        ("smrsq", {"lives_alone": 0}, {"former_self": 0}, "SMRSQ-C1"),
        ("smrsq", {"lives_alone": 0, "walks": 1}, {"sits": 1}, "SMRSQ-C1"),
        ("vitals", {"systolic": 120, "diastolic": 80}, {"diastolic": 120}, "VITALS-C1"),
        ("vitals", {"systolic": 90, "diastolic": 80}, {"systolic": 70}, "VITALS-C1"),
        ("demographics", {"earlier_stroke": False}, {"earlier_deficit": False}, "BRANCH"),
        ("demographics", {"territory": "mca"}, {"territory_other": "x"}, "BRANCH"),
    ],
)
def test_it_breaks_a_rule_by_one_change(
    code: str, answers: dict[str, Value], change: dict[str, Value], rule: str
) -> None:
    assert hits(code, answers) == set()
    assert rule in hits(code, {**answers, **change})


def test_it_reports_an_impossible_reflex_as_range_and_as_the_scale_s_own_rule() -> None:
    assert hits("fma", {**WELL, "biceps_reflex": 1}) == {"RANGE", "FMA-C1"}


def test_it_points_at_every_item_a_rule_names() -> None:
    found = NIHSS.check({**COMA, "face": 1, "leg_left": 2})
    assert [(finding.rule, finding.item, finding.items) for finding in found] == [
        ("NIHSS-C2", "face", ("face", "leg_left"))
    ]


@pytest.mark.parametrize("left_open", ["sensory", "consciousness"])
def test_it_waits_for_an_unanswered_item(left_open: str) -> None:
    assert hits("nihss", {**COMA, left_open: None}) == set()


def test_it_does_not_wait_when_another_answer_already_breaks_the_rule() -> None:
    assert hits("nihss", {**COMA, "sensory": None, "language": 0}) >= {"NIHSS-C1"}


def test_it_lets_an_untestable_limb_stand_for_a_default_coma_score() -> None:
    assert hits("nihss", {**COMA, **AMPUTATED}) == set()


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"ataxia": 2}, False),
        ({"ataxia": 2, "arm_left": 4, "leg_left": 4}, False),
        ({"ataxia": 2, "arm_left": 4, "leg_left": 4, "arm_right": 4}, True),
        ({"ataxia": 1, "arm_left": 4, "leg_left": 4, "arm_right": 4, "leg_right": 4}, True),
        ({"ataxia": 2, **AMPUTATED, "leg_left": 4, "arm_right": 4}, True),
        ({"ataxia": 2, "arm_left": None, "leg_left": 4, "arm_right": 4}, False),
        ({"ataxia": None, "arm_left": 4, "leg_left": 4, "arm_right": 4}, False),
    ],
)
def test_it_asks_about_ataxia_in_limbs_that_cannot_move(
    change: dict[str, Value], broken: bool
) -> None:
    assert ("NIHSS-C6" in hits("nihss", {**lowest(NIHSS), **change})) is broken


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize(
    "change",
    [
        {"arm_left_untestable_reason": ""},
        {"arm_left_untestable_reason": None},
        {"arm_left_untestable_reason": "tired"},
        {"arm_left": 0},
        {"arm_left_untestable": False},
        {"extinction_untestable": True},
    ],
)
def test_it_refuses_untestable_that_is_not_exactly_marked_reasoned_and_unscored(
    change: dict[str, Value],
) -> None:
    marked = {**lowest(NIHSS), **AMPUTATED}
    assert hits("nihss", marked) == set()
    assert hits("nihss", {**marked, **change}) == {"NIHSS-C8"}


def test_it_gives_no_total_to_an_item_both_scored_and_untestable() -> None:
    assert NIHSS.score({**lowest(NIHSS), **AMPUTATED, "arm_left": 2})["total"] is None


@pytest.mark.parametrize(
    ("grade", "died", "assessed", "broken"),
    [
        (6, None, DAY, True),
        (6, None, None, True),
        (6, DAY, DAY, False),
        (6, date(2027, 3, 13), DAY, True),
        (6, DAY, None, False),
        (5, None, DAY, False),
        (5, DAY, DAY, True),
        (5, date(2027, 3, 11), DAY, True),
        (5, date(2027, 3, 13), DAY, False),
        (None, DAY, DAY, False),
    ],
)
def test_it_ties_grade_six_to_a_recorded_death(
    grade: int | None, died: date | None, assessed: date | None, broken: bool
) -> None:
    found = hits("mrs", {"grade": grade}, died_on=died, assessed_on=assessed)
    assert ("MRS-C1" in found) is broken


@pytest.mark.parametrize(("code", "rule"), [("barthel", "BIC5"), ("bi20", "BCC5")])
@pytest.mark.parametrize(
    ("died", "broken"),
    [(None, False), (DAY, True), (date(2027, 3, 11), True), (date(2027, 3, 13), False)],
)
def test_it_refuses_a_barthel_on_or_after_the_death(
    code: str, rule: str, died: date | None, broken: bool
) -> None:
    assert (rule in hits(code, {}, died_on=died, assessed_on=DAY)) is broken


def test_it_accepts_an_answer_before_the_question_it_depends_on() -> None:
    assert hits("smrsq", {"former_self": 1}) == set()


def test_it_points_once_at_an_answer_ruled_out_twice() -> None:
    found = SMRSQ.check({"lives_alone": 0, "former_activities": 0, "former_self": 1})
    assert [finding.item for finding in found] == ["former_activities", "former_self"]


@pytest.mark.parametrize(
    ("answers", "lacking", "grade"),
    [
        ({}, ("lives_alone",), None),
        ({"lives_alone": 1}, ("former_activities",), None),
        ({"lives_alone": 1, "former_activities": 1}, ("former_self",), None),
        ({"lives_alone": 1, "former_activities": 1, "former_self": 0}, (), 1),
        ({"lives_alone": 1, "former_activities": 0}, (), 2),
        ({"lives_alone": 0}, ("walks",), None),
        ({"lives_alone": 0, "walks": 1}, (), 3),
        ({"lives_alone": 0, "walks": 0}, ("sits",), None),
        ({"lives_alone": 0, "walks": 0, "sits": 1}, (), 4),
    ],
)
def test_it_lacks_only_the_questions_on_the_path(
    answers: dict[str, Value], lacking: tuple[str, ...], grade: int | None
) -> None:
    assert SMRSQ.missing(answers) == lacking
    assert SMRSQ.score(answers) == {"grade": grade}


def test_it_counts_an_untestable_item_as_dealt_with() -> None:
    assert NIHSS.missing({**lowest(NIHSS), **AMPUTATED}) == ()
    assert NIHSS.missing({**lowest(NIHSS), "arm_left": None}) == ("arm_left",)


def test_it_lets_fugl_meyer_be_motor_only_but_no_part_half_done() -> None:
    motor = {item.name: 0 for item in FMA.items_of("motor")}
    assert FMA.missing(motor) == ()
    assert FMA.score(motor)["motor"] == 0
    assert FMA.score(motor)["total"] is None
    touched = {**motor, LIGHT_TOUCH[0].name: 2}
    assert set(FMA.missing(touched)) == {item.name for item in FMA.items_of("sensation")[1:]}
    assert PAIN[0].name not in FMA.missing(touched)
    without_hand = {name: 0 for name in motor if name != HAND[0].name}
    assert FMA.missing(without_hand) == (HAND[0].name,)
