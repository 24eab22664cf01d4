"""What the schemes promise, counted over 10,000 simulated trials each.

Every trial is a list of the product's own, made from the seeds 0 to 9,999, so that nothing here is
left to chance: a test that passes once passes for ever. Its threshold says how surprising a
deviation would have been before the seeds were fixed: ``ALARM`` is the chance that a right scheme
fails one comparison. What is compared with is worked out here from the papers, without the
product's code.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy import stats

from randomization.schemes import Entry, PlannedSlot, plan_list, replay
from trial.allocation_plan import (
    AllocationPlan,
    BiasedCoin,
    CompleteRandomization,
    Minimization,
    PermutedBlocks,
    Urn,
)
from trial.protocols.isis_hermes import PROTOCOL as ISIS

TRIALS = 10_000
ALARM = 0.001
FAR = float(stats.norm.isf(ALARM / 2))
TWO_TO_ONE = {"a": 2, "b": 1}
EVEN = {"a": 1, "b": 1}
PUBLISHED = {arm.code: arm.ratio for arm in ISIS.arms}
LENGTH = 30


def trials(
    plan: AllocationPlan, ratios: dict[str, int], length: int = LENGTH
) -> Iterator[tuple[PlannedSlot, ...]]:
    """The list of each simulated trial."""
    for seed in range(TRIALS):
        yield plan_list(plan, ratios, strata=["all"], length=length, seed=seed)


@cache
def firsts(plan: AllocationPlan, two_to_one: bool, length: int = LENGTH) -> np.ndarray:
    """A row per trial, a column per place: 1 where the place is of arm a."""
    ratios = TWO_TO_ONE if two_to_one else EVEN
    return np.array(
        [[slot.arm == "a" for slot in slots[:length]] for slots in trials(plan, ratios, length)]
    )


def far(counts: np.ndarray, expected: float) -> float:
    """How many standard errors the mean of independent trials lies from what theory says."""
    return abs(float(counts.mean()) - expected) / float(counts.std(ddof=1) / math.sqrt(len(counts)))


@pytest.fixture(scope="module")
def published() -> list[tuple[PlannedSlot, ...]]:
    """The lists of this trial's own scheme, 31 places or more."""
    return list(trials(ISIS.allocation, PUBLISHED, ISIS.planned))


@pytest.mark.requirement("R-010")
def test_every_closed_block_of_ten_thousand_trials_holds_the_ratio_exactly(
    published: list[tuple[PlannedSlot, ...]],
) -> None:
    for slots in published:
        for _, block in itertools.groupby(slots, key=lambda slot: slot.block):
            arms = [slot.arm for slot in block]
            assert arms.count("cells") == 2 * arms.count("control") > 0


@pytest.mark.requirement("R-010")
def test_every_order_of_a_block_is_as_likely_as_any_other(
    published: list[tuple[PlannedSlot, ...]],
) -> None:
    orders: dict[int, Counter[tuple[str, ...]]] = {3: Counter(), 6: Counter()}
    for slots in published:
        block = [slot for slot in slots if slot.block == 2]
        orders[len(block)][tuple(slot.arm for slot in block)] += 1
    for size, found in orders.items():
        assert len(found) == math.comb(size, size // 3)
        assert stats.chisquare(list(found.values())).pvalue > ALARM
    assert stats.binomtest(orders[3].total(), TRIALS).pvalue > ALARM


# The guesser knows ratio, sizes and everything before, and names the arm most likely to come.
State = tuple[int, int]


def _starts(sizes: tuple[int, ...], ratio: tuple[int, int]) -> dict[State, Fraction]:
    share = sum(ratio)
    return {
        (ratio[0] * size // share, ratio[1] * size // share): Fraction(1, len(sizes))
        for size in sizes
    }


def guesser(
    sizes: tuple[int, ...], ratio: tuple[int, int], length: int
) -> tuple[Fraction, dict[str, str]]:
    """The best guesser's expected number of right guesses, and the guess after each history.

    Worked out exactly: a history's weight is spread over what may be left of each arm in the
    block that is open; every history is followed to its end.
    """
    fresh = _starts(sizes, ratio)
    guesses: dict[str, str] = {}
    right = Fraction(0)
    now = {"": fresh}
    for _ in range(length):
        then: dict[str, dict[State, Fraction]] = {}
        for history, states in now.items():
            chance = {
                arm: sum(
                    (w * Fraction(left[place], sum(left)) for left, w in states.items()),
                    Fraction(0),
                )
                for place, arm in enumerate("ab")
            }
            guesses[history] = max(chance, key=lambda arm: chance[arm])
            right += max(chance.values())
            for place, arm in enumerate("ab"):
                after = _after(states, place, fresh)
                if after:
                    then[history + arm] = after
        now = then
    return right, guesses


def _after(
    states: dict[State, Fraction], place: int, fresh: dict[State, Fraction]
) -> dict[State, Fraction]:
    found: dict[State, Fraction] = {}
    for left, weight in states.items():
        if not left[place]:
            continue
        rest = list(left)
        rest[place] -= 1
        moved = weight * Fraction(left[place], sum(left))
        follow = fresh if sum(rest) == 0 else {(rest[0], rest[1]): Fraction(1)}
        for state, share in follow.items():
            found[state] = found.get(state, Fraction(0)) + moved * share
    return found


def guessed(lists: list[str], guesses: dict[str, str]) -> np.ndarray:
    """How often the guesser is right in each trial."""
    return np.array(
        [
            sum(guesses[arms[:place]] == arm for place, arm in enumerate(arms))
            for arms in lists
        ]
    )  # fmt: skip


@pytest.mark.requirement("R-010")
def test_the_best_guesser_of_the_published_blocks_is_right_as_often_as_theory_says(
    published: list[tuple[PlannedSlot, ...]],
) -> None:
    assert ISIS.allocation == PermutedBlocks((3, 6))
    right, guesses = guesser((3, 6), (2, 1), 12)
    lists = ["".join("ab"[slot.arm == "control"] for slot in slots[:12]) for slots in published]
    assert far(guessed(lists, guesses), float(right)) < FAR
    # Better than the eight of twelve of whoever names the larger arm every time, and never sure.
    assert Fraction(9) < right < Fraction(10)


@pytest.mark.parametrize("size", [2, 4, 6])
def test_the_best_guesser_of_one_equal_block_is_blackwell_and_hodges(size: int) -> None:
    """D. Blackwell, J. L. Hodges, Annals of Mathematical Statistics 1957;28:449-460."""
    right, guesses = guesser((size,), (1, 1), size)
    assert right == Fraction(size - 1, 2) + Fraction(2 ** (size - 1), math.comb(size, size // 2))
    plan = PermutedBlocks((size,))
    lists = ["".join("ab"[not first] for first in row) for row in firsts(plan, False, size)]
    assert far(guessed(lists, guesses), float(right)) < FAR


SCHEMES: list[AllocationPlan] = [
    CompleteRandomization(),
    BiasedCoin(Fraction(2, 3)),
    Urn(1, 1),
]


@pytest.mark.parametrize("plan", SCHEMES, ids=str)
def test_at_every_place_two_to_one_is_two_to_one(plan: AllocationPlan) -> None:
    """Thirty comparisons share the chance of a false alarm."""
    for column in firsts(plan, True).sum(axis=0):
        assert stats.binomtest(int(column), TRIALS, 2 / 3).pvalue > ALARM / LENGTH


def test_complete_randomization_is_as_unbalanced_as_chance_and_forgets_what_came_before() -> None:
    table = firsts(CompleteRandomization(), True)
    found = np.bincount(table.sum(axis=1), minlength=LENGTH + 1)
    expected = np.asarray(stats.binom.pmf(range(LENGTH + 1), LENGTH, 2 / 3)) * TRIALS
    assert _like(found, expected)
    after_a = table[:, 1:][table[:, :-1]]
    assert stats.binomtest(int(after_a.sum()), after_a.size, 2 / 3).pvalue > ALARM


def _like(found: np.ndarray, expected: np.ndarray) -> bool:
    """Chi-square over the counts, where at least five are expected; the tails are one."""
    enough = expected >= 5
    seen = [*found[enough], found[~enough].sum()]
    foreseen = [*expected[enough], expected[~enough].sum()]
    return bool(stats.chisquare(seen, foreseen).pvalue > ALARM)


def test_the_biased_coin_is_as_unbalanced_as_efrons_chain() -> None:
    """The difference of two equal arms walks towards 0 with probability p; exactly, by steps."""
    chance = np.zeros(2 * LENGTH + 1)
    chance[LENGTH] = 1.0
    up = np.where(np.arange(-LENGTH, LENGTH + 1) < 0, 2 / 3, 1 / 3)
    up[LENGTH] = 1 / 2
    for _ in range(LENGTH):
        chance = np.roll(chance * up, 1) + np.roll(chance * (1 - up), -1)
    assert chance[LENGTH] == pytest.approx(1 / 2, abs=0.02)  # Efron's limit: 1 - (1 - p) / p
    table = firsts(BiasedCoin(Fraction(2, 3)), False)
    found = np.bincount(2 * table.sum(axis=1), minlength=2 * LENGTH + 1)
    assert _like(found, chance * TRIALS)


@pytest.mark.parametrize("two_to_one", [False, True])
@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (0, 2)])
def test_the_urn_is_as_unbalanced_as_its_balls_say(alpha: int, beta: int, two_to_one: bool) -> None:
    """V of the count of an arm with r of R shares: each draw pulls back by beta over all balls.

    V(n + 1) = V(n) (1 - 2 beta / (R alpha + (R - 1) beta n)) + (r/R)(1 - r/R), from the urn's
    definition; for two equal arms it tends to n/12, a third of what chance alone leaves.
    """
    share, shares = (2, 3) if two_to_one else (1, 2)
    variance = 0.0
    for drawn in range(LENGTH):
        balls = shares * alpha + (shares - 1) * beta * drawn
        pull = 1 - 2 * beta / balls if balls else 1.0
        variance = variance * pull + share / shares * (1 - share / shares)
    counts = firsts(Urn(alpha, beta), two_to_one).sum(axis=1)
    assert far((counts - LENGTH * share / shares) ** 2, variance) < FAR
    assert variance < LENGTH * share / shares * (1 - share / shares) * 0.75


PEOPLE = 30
LEVELS = {"site": ["GRE", "LYO", "PAR"], "severity": ["mild", "severe"]}


@cache
def arrivals() -> dict[str, np.ndarray]:
    """A row per trial: the level of each factor of everybody who comes, as a number.

    The first site is the largest, the severity is even.
    """
    drawn = np.random.default_rng(0).integers
    shape = TRIALS, PEOPLE
    return {"site": drawn(4, size=shape) % 3, "severity": drawn(2, size=shape)}


def imbalance(first: np.ndarray) -> np.ndarray:
    """By trial, the mean over the levels of how many are too many or too few in arm a."""
    found = []
    for factor, came in arrivals().items():
        for level in range(len(LEVELS[factor])):
            mine = came == level
            found.append(np.abs((mine & first).sum(axis=1) - mine.sum(axis=1) * 2 / 3))
    return np.asarray(np.mean(found, axis=0))


@cache
def minimized() -> np.ndarray:
    """As ``firsts``: who of those who came got arm a by minimization."""
    plan = Minimization(Fraction(4, 5), dict.fromkeys(LEVELS, 1))
    who = {
        (site, severity): {"site": LEVELS["site"][site], "severity": LEVELS["severity"][severity]}
        for site, severity in itertools.product(range(3), range(2))
    }
    rows = zip(*(came.tolist() for came in arrivals().values()), strict=True)
    found = []
    for draws, (sites, severities) in zip(trials(plan, TWO_TO_ONE, PEOPLE), rows, strict=True):
        people = zip(draws, sites, severities, strict=True)
        entries = [Entry(who[site, severity], slot.draw) for slot, site, severity in people]
        found.append([arm == "a" for arm in replay(plan, TWO_TO_ONE, entries)])
    return np.array(found)


@pytest.mark.requirement("R-010")
def test_minimization_balances_the_factors_clearly_better_than_simple_randomization() -> None:
    assert PEOPLE == LENGTH
    ours = imbalance(minimized())
    theirs = imbalance(firsts(CompleteRandomization(), True))
    assert ours.mean() < 0.6 * theirs.mean()
    assert (ours < theirs).mean() > 0.85


@pytest.mark.requirement("R-010")
def test_minimization_keeps_two_to_one_at_every_place_and_overall() -> None:
    first = minimized()
    for column in first.sum(axis=0):
        assert stats.binomtest(int(column), TRIALS, 2 / 3).pvalue > ALARM / PEOPLE
    assert far(first.sum(axis=1), PEOPLE * 2 / 3) < FAR
    assert first.sum(axis=1).std() < 0.5 * math.sqrt(PEOPLE * 2 / 9)
