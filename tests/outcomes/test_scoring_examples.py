"""Worked scorings, most of them published by others: it ..."""

from typing import Any

import pytest

from outcomes.scales.base import CheckContext

from .reference import answers_of, examples, rules_hit, scale_of

EXAMPLES = [pytest.param(example, id=example["id"]) for example in examples()]


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("example", EXAMPLES)
def test_it_gives_the_expected_totals(example: dict[str, Any]) -> None:
    scale = scale_of(example["instrument"])
    scores = scale.score(answers_of(example))
    given = {score.sdtm: scores[score.name] for score in scale.scores}
    expected = example["expected_totals"]
    assert {code: given[code] for code in expected} == expected


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("example", EXAMPLES)
def test_it_breaks_exactly_the_expected_rules(example: dict[str, Any]) -> None:
    scale = scale_of(example["instrument"])
    hits = rules_hit(scale, answers_of(example), CheckContext())
    assert hits == set(example["expected_rule_hits"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_it_refuses_exactly_the_invalid_ones(example: dict[str, Any]) -> None:
    scale = scale_of(example["instrument"])
    found = scale.check(answers_of(example), CheckContext())
    refused = any(finding.severity == "hard" for finding in found)
    assert refused is not example["valid"]


def test_it_marks_a_total_with_an_untestable_item_inside() -> None:
    amputated = next(example for example in examples() if example["id"] == "NIHSS-06")
    assert scale_of("NIHSS").flags(answers_of(amputated)) == {
        "total": True,
        "motor": True,
        "motor_face": True,
        "motor_left": True,
        "motor_right": False,
    }
