"""Two versions brought together: whatever happens, no typed or saved answer disappears."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trial.merging import MINE, THEIRS, merge

ITEMS = {
    "gaze": ("gaze",), "note": ("note",), "arm": ("arm", "arm_untestable", "arm_reason"),
}  # fmt: skip
COLUMNS = [column for columns in ITEMS.values() for column in columns]
VALUES = st.sampled_from([None, "", 0, 1, 2, False, True, "amputation"])
VERSIONS = st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, VALUES))
CHOICES = st.fixed_dictionaries({}, optional=dict.fromkeys(ITEMS, st.sampled_from([MINE, THEIRS])))
Version = dict[str, Any]
# A machine with much to do is slow to draw; the examples are small all the same.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def item_of(version: Version, item: str) -> tuple[Any, ...]:
    """The answer to an item in all its columns, a blank as None."""
    return tuple(None if version.get(one) == "" else version.get(one) for one in ITEMS[item])


@unhurried
@given(VERSIONS, VERSIONS, VERSIONS, CHOICES)
def test_what_somebody_changed_stands_or_is_asked_about(
    base: Version, mine: Version, theirs: Version, choices: dict[str, str]
) -> None:
    found = merge(base, mine, theirs, ITEMS)
    outcome = found.decided(choices)
    for item in ITEMS:
        before, my, their, now = (item_of(one, item) for one in (base, mine, theirs, outcome))
        assert now in (my, their)
        if item in found.clashes:
            assert my != their
            assert before not in (my, their)
            assert now == (their if choices.get(item) == THEIRS else my)
        else:
            # Nobody's change gives way without a question.
            assert my in (before, now)
            assert their in (before, now)


@unhurried
@given(VERSIONS, VERSIONS, VERSIONS)
def test_every_difference_is_told_once(base: Version, mine: Version, theirs: Version) -> None:
    found = merge(base, mine, theirs, ITEMS)
    told = [*found.taken, *found.kept, *found.clashes]
    assert sorted(told) == sorted(
        item for item in ITEMS if item_of(mine, item) != item_of(theirs, item)
    )
    assert found.agreed == (not told)


@unhurried
@given(VERSIONS, VERSIONS, VERSIONS)
def test_it_is_the_same_seen_from_the_other_side(
    base: Version, mine: Version, theirs: Version
) -> None:
    here, there = merge(base, mine, theirs, ITEMS), merge(base, theirs, mine, ITEMS)
    assert (here.taken, here.kept, here.clashes) == (there.kept, there.taken, there.clashes)


@unhurried
@given(VERSIONS, VERSIONS)
def test_with_nothing_to_start_from_two_different_answers_always_clash(
    mine: Version, theirs: Version
) -> None:
    found = merge({}, mine, theirs, ITEMS)
    blank = {item: (None,) * len(columns) for item, columns in ITEMS.items()}
    for item in ITEMS:
        my, their = item_of(mine, item), item_of(theirs, item)
        both = blank[item] not in (my, their) and my != their
        assert (item in found.clashes) == both


def test_the_columns_of_an_item_change_hands_together() -> None:
    mine = {"arm_untestable": True, "arm_reason": "amputation"}
    found = merge({"arm": 1}, mine, {"arm": 2}, ITEMS)
    assert found.clashes == ("arm",)
    theirs = {"arm": 2, "arm_untestable": None, "arm_reason": None}
    assert {one: found.decided({"arm": THEIRS})[one] for one in ITEMS["arm"]} == theirs


def test_a_clash_waits_for_mine_or_theirs() -> None:
    found = merge({}, {"gaze": 1}, {"gaze": 2}, ITEMS)
    assert found.undecided({}) == found.undecided({"gaze": "both"}) == ("gaze",)
    assert found.undecided({"gaze": MINE}) == ()
