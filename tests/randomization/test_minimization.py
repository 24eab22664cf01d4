"""Minimization: who comes next evens out the factors, by a rule anybody can replay."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from randomization.schemes import Entry, SchemeError, choose, replay
from randomization.schemes.shares import leaning, pick
from trial.allocation_plan import Minimization

LIKELY = Fraction(4, 5)
PLAN = Minimization(LIKELY, {"site": 1, "severity": 1})
EVEN = {"a": 1, "b": 1}
LOW, HIGH = "0" * 16, "f" * 16
# Of two shares the first has the least score below 4/5 of 2^64, and the other above.
JUST_BELOW, JUST_ABOVE = f"{2**64 * 4 // 5:016x}", f"{2**64 * 4 // 5 + 1:016x}"
LEVELS = {"site": "GRE", "severity": "mild"}
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.fixed_dictionaries(
            {
                "site": st.sampled_from(["GRE", "LYO"]),
                "severity": st.sampled_from(["mild", "severe"]),
            }
        ),
        st.integers(0, 2**64 - 1).map(lambda draw: f"{draw:016x}"),
    ),
    max_size=25,
)
SCORES = st.lists(st.integers(0, 9), min_size=2, max_size=6)


@given(SCORES, st.integers(1, 99))
def test_the_weights_say_the_probability_exactly(scores: list[int], percent: int) -> None:
    probability = Fraction(percent, 100)
    weights = leaning(scores, probability)
    least = [score == min(scores) for score in scores]
    total, others = sum(weights), len(scores) - 1
    assert total == sum(least) * probability.denominator * others
    for weight, preferred in zip(weights, least, strict=True):
        if not preferred:
            assert Fraction(weight, total) == (1 - probability) / others
    if sum(least) == 1:
        assert Fraction(weights[least.index(True)], total) == probability
    assert len({weight for weight, preferred in zip(weights, least, strict=True) if preferred}) == 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any))
def test_every_number_falls_on_a_share_as_often_as_the_weight_of_the_share(
    weights: list[int],
) -> None:
    fallen = [pick(weights, number) for number in range(sum(weights))]
    assert [fallen.count(share) for share in range(len(weights))] == weights
    assert fallen == sorted(fallen)
    with pytest.raises(ValueError, match="not below"):
        pick(weights, sum(weights))


@pytest.mark.requirement("R-010")
@given(ENTRIES)
def test_whoever_comes_later_changes_no_arm_that_was_given(entries: list[Entry]) -> None:
    arms = replay(PLAN, {"a": 2, "b": 1}, entries)
    for length in range(len(entries)):
        assert replay(PLAN, {"a": 2, "b": 1}, entries[:length]) == arms[:length]


@given(ENTRIES, st.integers(0, 2**64 - 1))
def test_names_of_levels_and_arms_decide_nothing(entries: list[Entry], draw: int) -> None:
    renamed = [
        Entry({factor: level[::-1] for factor, level in entry.levels.items()}, entry.draw)
        for entry in entries
    ]
    assert replay(PLAN, EVEN, entries) == replay(PLAN, EVEN, renamed)
    swapped = {"x": 1, "y": 1}
    as_x = ["ab"["xy".index(arm)] for arm in replay(PLAN, swapped, entries)]
    assert as_x == list(replay(PLAN, EVEN, entries))


def test_the_first_participant_is_drawn_by_the_ratio_alone() -> None:
    third = 2**64 // 3
    for draw, arm in ((0, "a"), (2 * third, "a"), (2 * third + 1, "b"), (2**64 - 1, "b")):
        assert replay(PLAN, {"a": 2, "b": 1}, [Entry(LEVELS, f"{draw:016x}")]) == (arm,)


@pytest.mark.parametrize(
    ("draw", "arm"), [(LOW, "a"), (JUST_BELOW, "a"), (JUST_ABOVE, "b"), (HIGH, "b")]
)
def test_the_arm_that_is_behind_comes_with_the_stated_probability(draw: str, arm: str) -> None:
    before = [Entry(LEVELS, HIGH)]
    assert replay(PLAN, EVEN, [*before, Entry(LEVELS, draw)]) == ("b", arm)


def test_another_level_of_every_factor_counts_for_nothing() -> None:
    others = Entry({"site": "LYO", "severity": "severe"}, HIGH)
    half = f"{2**63 - 1:016x}"
    assert replay(PLAN, EVEN, [others] * 3 + [Entry(LEVELS, half)])[-1] == "a"
    assert replay(PLAN, EVEN, [others] * 3 + [Entry(LEVELS, f"{2**63:016x}")])[-1] == "b"


def test_a_factor_counts_as_much_as_its_weight() -> None:
    counts = {("site", "GRE"): [0, 1], ("severity", "mild"): [1, 0]}
    for site, severity, share in ((2, 1, 0), (1, 2, 1)):
        plan = Minimization(LIKELY, {"site": site, "severity": severity})
        assert choose(counts, LEVELS, f"{2**63:016x}", plan, 2) == share


@pytest.mark.parametrize(("measure", "share"), [("range", 0), ("variance", 1)])
def test_range_and_variance_can_prefer_different_shares(measure: str, share: int) -> None:
    """The three shares score 3, 4, 6 by their range and 18, 12, 30 by their variance."""
    counts = {("site", "GRE"): [0, 1, 1], ("severity", "mild"): [2, 0, 3]}
    plan = Minimization(LIKELY, PLAN.weights, measure)
    assert choose(counts, LEVELS, f"{2**63:016x}", plan, 3) == share


NO_DRAWS = ["", "0" * 15, "0" * 17, "F" * 16, "g" * 16, " " * 16, "-1".zfill(16)]


@pytest.mark.parametrize("draw", NO_DRAWS)
def test_it_refuses_what_is_no_draw(draw: str) -> None:
    with pytest.raises(SchemeError, match="16 hexadecimal digits"):
        replay(PLAN, EVEN, [Entry(LEVELS, draw)])


@pytest.mark.parametrize("levels", [{}, {"site": "GRE"}, {"site": "", "severity": "mild"}])
def test_it_refuses_a_participant_without_a_level(levels: dict[str, str]) -> None:
    with pytest.raises(SchemeError, match="needs a level of"):
        replay(PLAN, EVEN, [Entry(levels, LOW)])


settings.register_profile("pure", deadline=None)
settings.load_profile("pure")
