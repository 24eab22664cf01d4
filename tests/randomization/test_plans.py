"""Every scheme a protocol may declare gives a list: complete, in order, from the seed alone."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from randomization.schemes import PlannedSlot, SchemeError, algorithm_of, plan_list, queues
from trial.allocation_plan import (
    AllocationPlan,
    BiasedCoin,
    CompleteRandomization,
    Minimization,
    PermutedBlocks,
    Urn,
)

STRATA = ("GRE/mild", "GRE/severe")
SHARES = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(
    lambda shares: {f"arm{number}": share for number, share in enumerate(shares)}
)


@st.composite
def declared(draw: st.DrawFn) -> tuple[AllocationPlan, dict[str, int]]:
    """Any scheme with the ratios it is declared for."""
    ratios = draw(SHARES)
    total = sum(ratios.values())
    probability = Fraction(draw(st.integers(1, 99)), 100)
    likely = Fraction(1, total) + probability * (1 - Fraction(1, total))
    plans: list[AllocationPlan] = [
        PermutedBlocks((total, 2 * total)),
        CompleteRandomization(),
        BiasedCoin(likely),
        Urn(draw(st.integers(0, 3)), draw(st.integers(1, 3))),
        Minimization(likely, {"site": 1}),
    ]
    return draw(st.sampled_from(plans)), ratios


def made(plan: AllocationPlan, ratios: dict[str, int], **given: int) -> tuple[PlannedSlot, ...]:
    """A list of twenty places in each of two strata."""
    facts = {"length": 20, "seed": 5} | given
    return plan_list(plan, ratios, strata=STRATA, **facts)


@pytest.mark.requirement("R-010")
@given(declared(), st.integers(0, 2**63 - 1))
def test_a_list_is_numbered_without_a_gap_and_holds_known_arms_or_draws(
    scheme: tuple[AllocationPlan, dict[str, int]], seed: int
) -> None:
    plan, ratios = scheme
    slots = made(plan, ratios, seed=seed)
    assert [*dict.fromkeys(slot.stratum for slot in slots)] == [*queues(plan, STRATA)]
    for queue in queues(plan, STRATA):
        mine = [slot for slot in slots if slot.stratum == queue]
        assert [slot.position for slot in mine] == list(range(1, len(mine) + 1))
        assert len(mine) >= 20
    computed = isinstance(plan, Minimization)
    assert all((slot.arm in ratios, bool(slot.draw)) == (not computed, computed) for slot in slots)
    blocked = isinstance(plan, PermutedBlocks)
    assert all((slot.block > 0) is (slot.block_size > 0) is blocked for slot in slots)


@given(declared())
def test_the_seed_alone_makes_the_list_and_a_longer_one_begins_as_the_shorter(
    scheme: tuple[AllocationPlan, dict[str, int]],
) -> None:
    short, long = made(*scheme), made(*scheme, length=50)
    assert made(*scheme) == short
    for queue in queues(scheme[0], STRATA):
        head = [slot for slot in short if slot.stratum == queue]
        assert [slot for slot in long if slot.stratum == queue][: len(head)] == head


def test_every_algorithm_has_a_name_of_its_own_and_draws_of_its_own() -> None:
    ratios = {"a": 1, "b": 1}
    plans: list[AllocationPlan] = [
        PermutedBlocks((2,)),
        CompleteRandomization(),
        BiasedCoin(Fraction(2, 3)),
        Urn(1, 1),
        Minimization(Fraction(4, 5), {"site": 1}),
    ]
    names = [algorithm_of(plan) for plan in plans]
    assert len(set(names)) == 5
    assert all(name.startswith("pcg64-") and name.endswith("/1") for name in names)
    lists = {tuple(slot.arm or slot.draw for slot in made(plan, ratios)) for plan in plans}
    assert len(lists) == 5


def test_the_strata_of_one_seed_do_not_repeat_each_other() -> None:
    slots = made(CompleteRandomization(), {"a": 1, "b": 1}, length=64)
    first, second = ([s.arm for s in slots if s.stratum == stratum] for stratum in STRATA)
    assert first != second
    assert (
        len({slot.draw for slot in made(Minimization(Fraction(4, 5), {"x": 1}), {"a": 1, "b": 1})})
        == 20
    )


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (PermutedBlocks((4,)), "multiples of 3"),
        (BiasedCoin(Fraction(1, 3)), "probability above 1/3"),
        (BiasedCoin(Fraction(1)), "below 1"),
        (Urn(0, 0), "adds 1 or more"),
        (Urn(-1, 1), "0 balls or more"),
        (Minimization(Fraction(4, 5), {}), "needs factors"),
        (Minimization(Fraction(1), {"site": 1}), "nobody may be certain"),
        (Minimization(Fraction(4, 5), {"site": 1}, "spread"), "range or its variance"),
    ],
)
def test_an_impossible_declaration_is_refused_in_a_sentence(
    plan: AllocationPlan, words: str
) -> None:
    with pytest.raises(SchemeError, match=words):
        made(plan, {"a": 2, "b": 1})


@pytest.mark.parametrize(
    "plan",
    [CompleteRandomization(), Urn(1, 1), Minimization(Fraction(4, 5), {"site": 1})],
)
@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"length": 0}, "at least one slot"),
        ({"seed": -1}, "whole number"),
    ],
)
def test_no_scheme_takes_an_impossible_length_or_seed(
    plan: AllocationPlan, given_: dict[str, int], words: str
) -> None:
    with pytest.raises(SchemeError, match=words):
        made(plan, {"a": 2, "b": 1}, **given_)
    with pytest.raises(SchemeError, match="two arms"):
        made(plan, {"a": 2})


@given(SHARES)
def test_counts_follow_the_arms_that_were_declared(ratios: dict[str, int]) -> None:
    slots = made(PermutedBlocks((sum(ratios.values()),)), ratios, length=1)
    assert Counter(slot.arm for slot in slots if slot.stratum == STRATA[0]) == ratios


settings.register_profile("pure", deadline=None)
settings.load_profile("pure")
