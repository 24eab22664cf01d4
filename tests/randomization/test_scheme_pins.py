"""Five schemes with their seeds, pinned: made again here, in a new process, and by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from randomization.schemes import (
    Entry,
    PlannedSlot,
    algorithm_of,
    commitment,
    plan_list,
    queues,
    replay,
)
from tests.randomization.test_schemes import ByHand
from trial import allocation_plan
from trial.allocation_plan import AllocationPlan, Minimization

ROOT = Path(__file__).resolve().parents[2]
PINS: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "pins" / "allocation_schemes.json").read_text()
)
NAMES = [pin["name"] for pin in PINS]
MINIMIZED = PINS[-1]


def plan_of(pin: dict[str, Any]) -> AllocationPlan:
    """The declaration of a pin."""
    kind, given = pin["plan"]
    read: dict[str, Callable[[Any], Any]] = {"probability": Fraction, "sizes": tuple}
    facts = {name: read.get(name, lambda same: same)(value) for name, value in given.items()}
    plan: AllocationPlan = getattr(allocation_plan, kind)(**facts)
    return plan


def made(pin: dict[str, Any]) -> tuple[PlannedSlot, ...]:
    """Its list."""
    rest = {name: pin[name] for name in ("strata", "length", "seed")}
    return plan_list(plan_of(pin), pin["ratios"], **rest)


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize("pin", PINS, ids=NAMES)
def test_a_pinned_scheme_and_seed_give_the_list_they_always_gave(pin: dict[str, Any]) -> None:
    slots = made(pin)
    assert algorithm_of(plan_of(pin)) == pin["algorithm"]
    assert commitment(slots, pin["salt"]) == pin["commitment"]
    lists = [
        " ".join(slot.arm or slot.draw for slot in slots if slot.stratum == queue)
        for queue in queues(plan_of(pin), pin["strata"])
    ]
    assert lists == pin["lists"]


@pytest.mark.requirement("R-010")
def test_another_process_makes_the_same_five_lists() -> None:
    wanted = "\n".join(pin["commitment"] for pin in PINS)
    program = (
        "from tests.randomization.test_scheme_pins import PINS, commitment, made\n"
        "for pin in PINS: print(commitment(made(pin), pin['salt']))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env={"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() == wanted


@pytest.mark.requirement("R-010")
def test_the_pinned_draws_give_the_arms_they_always_gave() -> None:
    plan = plan_of(MINIMIZED)
    assert isinstance(plan, Minimization)
    draws = MINIMIZED["lists"][0].split()
    entries = [
        Entry(dict(zip(plan.weights, levels.split("/"), strict=True)), draw)
        for levels, draw in zip(MINIMIZED["levels"], draws, strict=True)
    ]
    arms = MINIMIZED["arms"].split()
    assert list(replay(plan, MINIMIZED["ratios"], entries)) == arms
    assert list(_minimized_by_hand(MINIMIZED)) == arms


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize("pin", PINS[1:4], ids=NAMES[1:4])
def test_a_list_is_what_its_text_says_written_again_by_hand(pin: dict[str, Any]) -> None:
    lists = [
        " ".join(_by_hand(pin, ByHand(pin["seed"], stratum, pin["algorithm"])))
        for stratum in pin["strata"]
    ]
    assert lists == pin["lists"]


def _by_hand(pin: dict[str, Any], stream: ByHand) -> Iterator[str]:
    """From the prose of ``coins.py`` and ``shares.py`` alone."""
    kind, given = pin["plan"]
    arms = [arm for arm, ratio in pin["ratios"].items() for _ in range(ratio)]
    drawn: list[int] = []
    for _ in range(pin["length"]):
        counts = [drawn.count(share) for share in range(len(arms))]
        if kind == "Urn":
            weights = [given["alpha"] + given["beta"] * (len(drawn) - n) for n in counts]
        elif kind == "BiasedCoin":
            weights = _leaning_by_hand(counts, Fraction(given["probability"]))
        else:
            weights = [1] * len(arms)
        drawn.append(_share(weights, stream.below(sum(weights))))
        yield arms[drawn[-1]]


def _leaning_by_hand(scores: list[int], p: Fraction) -> list[int]:
    ties = scores.count(min(scores))
    a, b, rest = p.numerator, p.denominator, len(scores) - 1
    return [
        a * rest + (ties - 1) * (b - a) if score == min(scores) else ties * (b - a)
        for score in scores
    ]


def _share(weights: list[int], number: int) -> int:
    return next(s for s in range(len(weights)) if sum(weights[: s + 1]) > number)


def _minimized_by_hand(pin: dict[str, Any]) -> Iterator[str]:
    """From the prose of ``minimization.py`` alone, for the variance."""
    _, given = pin["plan"]
    arms = [arm for arm, ratio in pin["ratios"].items() for _ in range(ratio)]
    stream = ByHand(pin["seed"], "all", pin["algorithm"])
    before: list[tuple[list[str], int]] = []
    for levels in (text.split("/") for text in pin["levels"]):
        scores = []
        for supposed in range(len(arms)):
            everybody = [*before, (levels, supposed)]
            score = 0
            for place, weight in enumerate(given["weights"].values()):
                fell = [share for other, share in everybody if other[place] == levels[place]]
                c = [fell.count(share) for share in range(len(arms))]
                score += weight * (len(arms) * sum(n * n for n in c) - sum(c) ** 2)
            scores.append(score)
        weights = _leaning_by_hand(scores, Fraction(given["probability"]))
        before.append((levels, _share(weights, stream.raw() * sum(weights) // 2**64)))
        yield arms[before[-1][1]]
