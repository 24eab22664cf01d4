"""The words an instrument is declared in: it ..."""

from decimal import Decimal
from typing import Any

import pytest

from outcomes.scales.base import (
    HARD,
    Branch,
    Category,
    Choice,
    Cond,
    Item,
    Number,
    Option,
    Ref,
    Rule,
    Scale,
    Sheet,
    Sum,
    TextItem,
    Tree,
    Value,
)

NO_YES = (Option(0, "No"), Option(1, "Yes"))
WALKS = Item("walks", "1", "Walks", options=NO_YES)
TALKS = Item("talks", "2", "Talks", options=NO_YES, untestable=("intubated",))
LAUGHS = Item("laughs", "3", "Laughs", options=NO_YES, ask_if=Cond("talks", "==", 1))


def scale(**changes: Any) -> Scale:
    parts: dict[str, Any] = {
        "code": "two", "title": "Two", "version": "1", "better": "higher",
        "items": (WALKS, TALKS), "scores": (Sum("total"),),
    }  # fmt: skip
    return Scale(**{**parts, **changes})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"items": (WALKS, WALKS)}, "unique"),
        ({"items": (Item("Walks", "1", "Walks", options=NO_YES),)}, "lower-case"),
        ({"items": (Item("walks far", "1", "Walks", options=NO_YES),)}, "lower-case"),
        ({"scores": (Sum("walks"),)}, "unique"),
        ({"scores": (Sum("total", of=("sings",)),)}, "unknown"),
        ({"scores": (Sum("all", of=("total",)), Sum("total"))}, "unknown"),
        ({"scores": ()}, "at least one score"),
        ({"drawn": ("motor",)}, "no score is called"),
        ({"optional": ("walks",)}, "no score is called"),
        ({"scores": (Tree("grade", Branch("sings", yes=1, no=0)),)}, "unknown"),
        ({"items": (LAUGHS, TALKS)}, "not before it"),
        ({"rules": (Rule("R", HARD, "m", then=(Cond("sings", "==", 1),)),)}, "no column"),
        ({"rules": (Rule("R", HARD, "m", then=(Cond("walks", "<", Ref("x")),)),)}, "no column"),
    ],
)
def test_it_refuses_a_contradictory_declaration(changes: dict[str, Any], sentence: str) -> None:
    assert scale().code == "two"
    with pytest.raises(ValueError, match=sentence):
        scale(**changes)


def test_it_refuses_options_that_do_not_rise() -> None:
    for options in ((Option(0, "a"),), (Option(1, "a"), Option(0, "b")), (Option(0, "a"),) * 2):
        with pytest.raises(ValueError, match="rising order"):
            Item("walks", "1", "Walks", options=options)


def test_it_refuses_a_choice_without_two_options() -> None:
    with pytest.raises(ValueError, match="two or more"):
        Choice("side", "1", "Side", options=(Category("left", "Left"),))


def test_it_refuses_limits_that_do_not_rise() -> None:
    with pytest.raises(ValueError, match="must rise"):
        Number("pulse", "1", "Pulse", minimum=50, maximum=200, usual_minimum=40)


def test_it_refuses_a_rule_that_says_nothing_or_two_things() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Rule("R", HARD, "m")
    with pytest.raises(ValueError, match="exactly one"):
        Rule("R", HARD, "m", then=(Cond("walks", "==", 1),), structure="branching")
    with pytest.raises(ValueError, match="which items"):
        Rule("R", HARD, "m", predicate=lambda answers, context: False)


def test_it_refuses_scores_on_a_sheet() -> None:
    with pytest.raises(ValueError, match="declare a Scale"):
        Sheet(code="s", title="S", version="1", items=(WALKS,), scores=(Sum("total"),))


@pytest.mark.parametrize("op", ["==", "!=", "<=", ">=", "<", ">"])
@pytest.mark.parametrize("answer", [0, 1, 2])
def test_it_says_the_opposite_of_a_condition(op: Any, answer: int) -> None:
    condition = Cond("walks", op, 1)
    assert condition.holds({"walks": answer}) is (not condition.opposite().holds({"walks": answer}))
    assert condition.holds({}) is condition.opposite().holds({}) is None


def test_it_fails_an_untestable_item_unless_the_rule_exempts_it() -> None:
    must_talk = {"when": (Cond("walks", "==", 1),), "then": (Cond("talks", "==", 1),)}
    marked: dict[str, Value] = {
        "walks": 1,
        "talks_untestable": True,
        "talks_untestable_reason": "intubated",
    }
    strict = scale(rules=(Rule("R", HARD, "m", **must_talk),))  # type: ignore[arg-type]  # conditions only
    lenient = scale(rules=(Rule("R", HARD, "m", exempt_untestable=True, **must_talk),))  # type: ignore[arg-type]  # as above
    assert [finding.rule for finding in strict.check(marked)] == ["R"]
    assert lenient.check(marked) == ()


def test_it_turns_an_item_that_may_be_untestable_into_three_columns() -> None:
    columns = scale().columns()
    assert [(column.name, column.kind, column.role) for column in columns] == [
        ("walks", "integer", "answer"),
        ("talks", "integer", "answer"),
        ("talks_untestable", "boolean", "untestable"),
        ("talks_untestable_reason", "choice", "reason"),
    ]
    assert columns[0].values == ((0, "No"), (1, "Yes"))
    assert columns[3].values == (("intubated", "Intubated"),)


def test_it_describes_a_score_as_a_column() -> None:
    (total,) = scale().score_columns()
    assert (total.name, total.role, total.minimum, total.maximum) == ("total", "score", 0, 2)
    assert total.label == "Total"


def test_it_says_every_hard_condition_a_row_can_break_under_its_own_name() -> None:
    checks = scale(items=(WALKS, TALKS, LAUGHS)).row_checks()
    assert {check.name: check.then for check in checks} == {
        "branch_laughs_after_talks": (Cond("laughs", "blank"),),
        "untestable_talks": (
            Cond("talks", "blank"),
            Cond("talks_untestable_reason", "answered"),
            Cond("talks_untestable_reason", "in", ("intubated",)),
        ),
        "untestable_talks_reason": (Cond("talks_untestable", "==", True),),
    }


def test_it_groups_items_under_their_headings() -> None:
    legs = Item("stands", "1", "Stands", "Legs", options=NO_YES)
    assert scale(items=(legs, WALKS)).sections() == (("Legs", (legs,)), ("", (WALKS,)))
    assert scale().item("walks") is WALKS


def test_it_finds_the_words_of_a_value() -> None:
    assert WALKS.label_of(1) == "Yes"
    assert WALKS.label_of(2) == ""
    assert WALKS.label_of(Decimal("sNaN")) == ""


def test_it_lets_an_optional_item_be_left_out() -> None:
    remark = TextItem("remark", "2", "Remark", required=False)
    form = Sheet(code="s", title="S", version="1", items=(WALKS, remark))
    assert form.missing({"walks": 0}) == ()
    assert form.check({"walks": 0, "remark": "steady"}) == ()
