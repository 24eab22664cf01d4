"""What holds for any answers to any scale: it ..."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import RANGE_RULE, Instrument, Item, Scale, Sum, Value

EACH_SCALE = pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.code)
EACH_FORM = pytest.mark.parametrize("form", INSTRUMENTS.values(), ids=lambda form: form.code)
UNTESTABLE_RULES = {"nihss": "NIHSS-C8"}
SOME = settings(deadline=None, max_examples=25)

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 300),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.text(max_size=5),
    st.dates(),
)


def complete(scale: Scale) -> st.SearchStrategy[dict[str, Value]]:
    """Every item answered with one of its options."""
    each: dict[str, st.SearchStrategy[Value]] = {
        item.name: st.sampled_from(item.points) for item in scale.items
    }
    return st.fixed_dictionaries(each)


def pick(data: st.DataObject, scale: Scale) -> Item:
    return data.draw(st.sampled_from(scale.items), label="item")


def is_option_or_blank(value: Value, item: Item) -> bool:
    return value is None or value == "" or (type(value) is int and value in item.points)


def untested(item: Item, reason: str) -> dict[str, Value]:
    return {item.name: None, item.untestable_column: True, item.reason_column: reason}


@pytest.mark.requirement("R-022")
@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_keeps_every_score_inside_its_declared_range(scale: Scale, data: st.DataObject) -> None:
    scores = scale.score(data.draw(complete(scale)))
    assert list(scores) == [score.name for score in scale.scores]
    for name, value in scores.items():
        low, high = scale.range_of(name)
        assert value is not None
        assert low <= value <= high


@pytest.mark.requirement("R-022")
@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_gives_no_sum_with_one_blank_inside(scale: Scale, data: st.DataObject) -> None:
    answers = data.draw(complete(scale))
    blank = pick(data, scale)
    before, after = scale.score(answers), scale.score({**answers, blank.name: None})
    for score in scale.scores:
        inside = isinstance(score, Sum) and blank in scale.items_of(score.name)
        if inside:
            assert after[score.name] is None
        elif isinstance(score, Sum):
            assert after[score.name] == before[score.name]


@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_gives_no_grade_only_when_a_blank_is_on_the_path(
    scale: Scale, data: st.DataObject
) -> None:
    answers = data.draw(complete(scale))
    asked = {item.name for item in scale.items if scale.asked(item, answers)}
    blank = pick(data, scale)
    scores = scale.score({**answers, blank.name: None})
    for score in scale.scores:
        if not isinstance(score, Sum):
            assert (scores[score.name] is None) is (blank.name in asked)


@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_raises_a_sum_by_as_much_as_an_item_rises(scale: Scale, data: st.DataObject) -> None:
    answers = data.draw(complete(scale))
    item = pick(data, scale)
    low, high = sorted(data.draw(st.tuples(*[st.sampled_from(item.points)] * 2)))
    below = scale.score({**answers, item.name: low})
    above = scale.score({**answers, item.name: high})
    for score in scale.scores:
        if isinstance(score, Sum):
            rise = high - low if item in scale.items_of(score.name) else 0
            before, after = below[score.name], above[score.name]
            assert before is not None
            assert after == before + rise


@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_takes_untestable_only_where_the_scale_allows_it(
    scale: Scale, data: st.DataObject
) -> None:
    item = pick(data, scale)
    reason = data.draw(st.sampled_from(item.untestable or ("amputation",)))
    answers = {**data.draw(complete(scale)), item.name: item.points[0]}
    marked = {**answers, **untested(item, reason)}
    rule = UNTESTABLE_RULES.get(scale.code, "UNTESTABLE")
    if item.untestable:
        assert rule not in {finding.rule for finding in scale.check(marked)}
        assert scale.score(marked) == scale.score(answers)
        assert scale.flags(marked) == {
            score.name: item in scale.items_of(score.name) for score in scale.scores
        }
    else:
        assert rule in {finding.rule for finding in scale.check(marked)}
        assert not any(scale.flags(marked).values())


@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_refuses_a_value_that_is_no_option(scale: Scale, data: st.DataObject) -> None:
    item = pick(data, scale)
    wrong = data.draw(ANYTHING.filter(lambda value: not is_option_or_blank(value, item)))
    answers = {**data.draw(complete(scale)), item.name: wrong}
    refused = [finding.item for finding in scale.check(answers) if finding.rule == RANGE_RULE]
    assert refused == [item.name]
    assert all(
        value is None
        for name, value in scale.score(answers).items()
        if item in scale.items_of(name) and isinstance(_score(scale, name), Sum)
    )


@EACH_FORM
@given(data=st.data())
@SOME
def test_it_survives_anything_typed_into_it(form: Instrument, data: st.DataObject) -> None:
    columns = [column.name for column in form.columns()]
    answers = data.draw(st.dictionaries(st.sampled_from(columns), ANYTHING, max_size=8))
    assert isinstance(form.check(answers), tuple)
    assert set(form.missing(answers)) <= {item.name for item in form.items}
    form.score(answers)


@EACH_FORM
def test_it_says_nothing_of_an_empty_form_but_what_is_missing(form: Instrument) -> None:
    assert form.check({}) == ()
    assert all(value is None for value in form.score({}).values())
    first = form.items[0].name
    assert first in form.missing({})


@EACH_SCALE
@given(data=st.data())
@SOME
def test_it_lacks_nothing_when_every_item_is_answered(scale: Scale, data: st.DataObject) -> None:
    assert scale.missing(data.draw(complete(scale))) == ()


@pytest.mark.parametrize("truth", [True, False])
def test_it_takes_true_and_false_for_no_score(truth: bool) -> None:
    found = INSTRUMENTS["nihss"].check({"consciousness": truth})
    assert [finding.rule for finding in found] == [RANGE_RULE]


def test_it_tells_a_date_from_a_number() -> None:
    values: tuple[Any, ...] = (date(2027, 1, 1), Decimal("1.0"), "1")
    for value in values:
        found = INSTRUMENTS["mrs"].check({"grade": value})
        assert [finding.rule for finding in found] == [RANGE_RULE]


def _score(scale: Scale, name: str) -> Any:
    return next(score for score in scale.scores if score.name == name)
