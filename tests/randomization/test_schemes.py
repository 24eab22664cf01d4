"""Allocation lists: exact ratios, the same list for ever, and an order nobody can prefer."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from randomization.schemes import (
    ALGORITHM,
    PlannedSlot,
    SchemeError,
    Stream,
    commitment,
    make_list,
)

PINS = json.loads(
    (Path(__file__).resolve().parents[1] / "pins" / "allocation_lists.json").read_text()
)
SEEDS = st.integers(min_value=0, max_value=2**63 - 1)


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, object]:
    """Any scheme: two to five arms with shares of 1 to 4, one to three block sizes and strata."""
    shares = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    total = sum(shares)
    return {
        "ratios": {f"arm{number}": share for number, share in enumerate(shares)},
        "block_sizes": [
            total * rounds
            for rounds in draw(st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True))
        ],
        "strata": [f"stratum{number}" for number in range(draw(st.integers(1, 3)))],
        "length": draw(st.integers(1, 60)),
        "seed": draw(SEEDS),
    }


def built(scheme: dict[str, object]) -> tuple[PlannedSlot, ...]:
    """The list of a drawn scheme."""
    ratios = scheme["ratios"]
    rest = {name: value for name, value in scheme.items() if name != "ratios"}
    return make_list(ratios, **rest)  # type: ignore[arg-type]  # a drawn scheme is a plain map


@pytest.mark.requirement("R-010")
@given(schemes())
def test_every_block_it_makes_holds_the_ratio_exactly(scheme: dict[str, object]) -> None:
    ratios: dict[str, int] = scheme["ratios"]  # type: ignore[assignment]  # a drawn scheme
    for _, block in itertools.groupby(built(scheme), key=lambda slot: (slot.stratum, slot.block)):
        slots = list(block)
        rounds = slots[0].block_size // sum(ratios.values())
        assert len(slots) == slots[0].block_size
        assert slots[0].block_size in scheme["block_sizes"]  # type: ignore[operator]  # a list
        assert Counter(slot.arm for slot in slots) == {
            arm: share * rounds for arm, share in ratios.items()
        }


@given(schemes())
def test_every_stratum_is_numbered_from_one_without_a_gap_and_is_long_enough(
    scheme: dict[str, object],
) -> None:
    slots = built(scheme)
    length: int = scheme["length"]  # type: ignore[assignment]  # a drawn scheme
    for stratum in scheme["strata"]:  # type: ignore[attr-defined]  # a list
        mine = [slot for slot in slots if slot.stratum == stratum]
        assert [slot.position for slot in mine] == list(range(1, len(mine) + 1))
        assert length <= len(mine) < length + max(scheme["block_sizes"])  # type: ignore[call-overload]  # a list
        blocks = sorted({slot.block for slot in mine})
        assert blocks == list(range(1, len(blocks) + 1))


@given(schemes())
def test_the_same_seed_gives_the_same_list_it_gave_before(scheme: dict[str, object]) -> None:
    assert built(scheme) == built(scheme)


@given(schemes())
def test_a_longer_list_begins_as_the_shorter_one_it_extends(scheme: dict[str, object]) -> None:
    shorter = built(scheme)
    longer = built({**scheme, "length": scheme["length"] + 20})  # type: ignore[operator]  # an int
    for stratum in scheme["strata"]:  # type: ignore[attr-defined]  # a list
        head = [slot for slot in shorter if slot.stratum == stratum]
        assert [slot for slot in longer if slot.stratum == stratum][: len(head)] == head


def test_a_stratum_keeps_its_list_whatever_strata_stand_beside_it() -> None:
    alone = make_list({"a": 2, "b": 1}, block_sizes=[3, 6], strata=["x"], length=30, seed=7)
    among = make_list({"a": 2, "b": 1}, block_sizes=[6, 3], strata=["y", "x"], length=30, seed=7)
    assert tuple(slot for slot in among if slot.stratum == "x") == alone
    assert [s.arm for s in among if s.stratum == "y"] != [s.arm for s in alone]


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize("pin", PINS, ids=lambda pin: str(pin["name"]))
def test_a_pinned_list_is_the_list_it_always_was(pin: dict[str, object]) -> None:
    assert pin["algorithm"] == ALGORITHM
    slots = built(pin["scheme"])  # type: ignore[arg-type]  # a pin read from JSON
    written = [
        " ".join(
            "".join(slot.arm[0] for slot in block)
            for _, block in itertools.groupby(
                [slot for slot in slots if slot.stratum == stratum], key=lambda slot: slot.block
            )
        )
        for stratum in pin["scheme"]["strata"]  # type: ignore[index]  # a pin read from JSON
    ]
    assert written == pin["lists"]
    assert commitment(slots, str(pin["salt"])) == pin["commitment"]


class ByHand:
    """PCG64 and the draws again, from the module's text alone and without numpy."""

    MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
    MASK = 2**128 - 1

    def __init__(self, seed: int, stratum: str, algorithm: str = ALGORITHM) -> None:
        digest = hashlib.sha256(f"{algorithm}\n{seed}\n{stratum}".encode()).hexdigest()
        self.state, self.inc = int(digest[:32], 16), int(digest[32:], 16) | 1

    def raw(self) -> int:
        """The next 64 bits."""
        self.state = (self.state * self.MULTIPLIER + self.inc) & self.MASK
        turn = self.state >> 122
        word = (self.state >> 64 ^ self.state) & (2**64 - 1)
        return (word >> turn | word << (-turn % 64)) & (2**64 - 1)

    def below(self, limit: int) -> int:
        """A number below the limit."""
        while (drawn := self.raw()) >= 2**64 // limit * limit:
            pass
        return drawn % limit


# Above 2^63 every other number is one that must be drawn again.
@given(
    SEEDS,
    st.text(min_size=1, max_size=8),
    st.one_of(st.integers(1, 100), st.integers(2**63 + 1, 2**63 + 100), st.integers(1, 2**64)),
)
def test_its_numbers_are_those_of_the_published_generator_written_again_by_hand(
    seed: int, stratum: str, limit: int
) -> None:
    ours, theirs = Stream(seed, stratum, algorithm=ALGORITHM), ByHand(seed, stratum)
    assert [ours.below(limit) for _ in range(5)] == [theirs.below(limit) for _ in range(5)]


def test_every_order_of_a_block_is_as_likely_as_any_other() -> None:
    orders = Counter(
        tuple(slot.arm for slot in slots[:6])
        for seed in range(6000)
        for slots in [
            make_list({"a": 2, "b": 1}, block_sizes=[6], strata=["all"], length=1, seed=seed)
        ]
    )
    assert len(orders) == math.comb(6, 2)
    assert stats.chisquare(list(orders.values())).pvalue > 0.001


def test_every_block_size_is_as_likely_as_any_other() -> None:
    slots = make_list({"a": 2, "b": 1}, block_sizes=[3, 6, 9], strata=["all"], length=20000, seed=3)
    sizes = Counter({slot.block: slot.block_size for slot in slots}.values())
    assert stats.chisquare(list(sizes.values())).pvalue > 0.001


@given(schemes(), st.data())
def test_a_commitment_changes_with_any_slot_order_or_salt_it_covers(
    scheme: dict[str, object], data: st.DataObject
) -> None:
    slots = list(built(scheme))
    sealed = commitment(slots, "salt")
    assert commitment(list(reversed(slots)), "salt") == sealed
    assert commitment(slots, "salt2") != sealed
    place = data.draw(st.integers(0, len(slots) - 1))
    slot = slots[place]
    other = PlannedSlot(slot.stratum, slot.position, slot.block, slot.block_size, f"not-{slot.arm}")
    assert commitment([*slots[:place], other, *slots[place + 1 :]], "salt") != sealed
    assert commitment(slots[:place] + slots[place + 1 :], "salt") != sealed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ratios": {"a": 1}}, "two arms"),
        ({"ratios": {"a": 2, "b": 0}}, "whole share"),
        ({"block_sizes": []}, "multiples of 3"),
        ({"block_sizes": [3, 4]}, "multiples of 3"),
        ({"block_sizes": [0]}, "multiples of 3"),
        ({"strata": []}, "needs strata"),
        ({"strata": ["all", "all"]}, "code of its own"),
        ({"strata": ["a\tb"]}, "printable"),
        ({"strata": [""]}, "printable"),
        ({"length": 0}, "at least one slot"),
        ({"seed": -1}, "whole number"),
    ],
)
def test_what_no_list_can_be_made_of_it_refuses_in_a_sentence(
    change: dict[str, object], words: str
) -> None:
    scheme: dict[str, object] = {
        "ratios": {"a": 2, "b": 1},
        "block_sizes": [3],
        "strata": ["all"],
        "length": 6,
        "seed": 1,
    }
    built(scheme)
    with pytest.raises(SchemeError, match=words):
        built(scheme | change)


settings.register_profile("pure", deadline=None)
settings.load_profile("pure")
