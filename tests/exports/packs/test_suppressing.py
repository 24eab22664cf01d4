"""Nobody can tell from what is printed that a part held back is under three."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.packs.figures.suppressing import FEW, LEAST, MARK, held_back, parts, told, two

pytestmark = pytest.mark.requirement("R-056")


@given(st.lists(st.integers(0, 12), max_size=8), st.sets(st.integers(0, 7)))
def test_a_part_held_back_could_be_three_or_more(counts: list[int], also: set[int]) -> None:
    hidden = held_back(counts, {place for place in also if place < len(counts)})
    shown = [count for place, count in enumerate(counts) if place not in hidden]
    assert all(count >= LEAST for count in shown)
    # The total is known unless all of it is held back and it is under three itself.
    left = sum(counts) - sum(shown)
    if hidden and shown:
        assert len(hidden) > 1
        assert left >= LEAST


@pytest.mark.parametrize(
    ("counts", "printed"),
    [
        ([9, 4, 5], ["9", "4", "5"]),
        ([9, 4, 2], ["9", MARK, MARK]),
        ([9, 1, 1], [MARK, MARK, MARK]),
        ([9, 2, 1], ["9", MARK, MARK]),
        ([9, 4, 0], ["9", MARK, MARK]),
        ([2], [MARK]),
        ([], []),
    ],
)
def test_parts_as_they_are_printed(counts: list[int], printed: list[str]) -> None:
    assert parts(counts) == printed


def test_a_number_that_is_no_part_is_told_from_three_on() -> None:
    assert [told(count) for count in (0, 2, 3)] == [FEW, FEW, "3"]


@given(st.integers(0, 40), st.integers(0, 40))
def test_two_parts_of_a_known_whole_never_tell_a_small_one(part: int, rest: int) -> None:
    first, second = two(part, part + rest)
    # Everything that would be printed alike: a small part is one of several numbers, or all are.
    alike = [other for other in range(part + rest + 1)
             if two(other, part + rest) == (first, second)]  # fmt: skip
    assert part in alike
    if min(part, rest) < LEAST:
        assert len(alike) > 1 or part + rest == 0
        assert not first.isdigit()
        assert not second.isdigit()
