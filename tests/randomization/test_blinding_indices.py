"""The indices of blinding, against the published example and their own meaning."""

from __future__ import annotations

import pytest

from randomization.blinding_indices import CANNOT_TELL, bang, james

ARMS = ("active", "placebo")


def table(counts: dict[str, tuple[int, int, int]]) -> list[tuple[str, str]]:
    """Pairs from counts of (guessed active, guessed placebo, cannot tell) by arm."""
    guesses = (*ARMS, CANNOT_TELL)
    return [
        (arm, guess)
        for arm, row in counts.items()
        for guess, count in zip(guesses, row, strict=True)
        for _ in range(count)
    ]


# Bang 2004, table of the CRISP trial.
CRISP = table({"active": (82, 25, 170), "placebo": (27, 29, 83)})


@pytest.mark.requirement("R-017")
def test_the_published_example() -> None:
    active, placebo = bang(CRISP, ARMS)
    assert (round(active.index, 2), round(placebo.index, 2)) == (0.21, 0.01)
    assert james(CRISP) == pytest.approx(0.75, abs=0.005)
    assert active.low < 0.21 < active.high
    assert placebo.low < 0 < placebo.high


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize(
    ("counts", "index", "whole"),
    [
        ({"active": (10, 0, 0), "placebo": (0, 10, 0)}, [1, 1], 0),
        ({"active": (5, 5, 0), "placebo": (5, 5, 0)}, [0, 0], 0.5),
        ({"active": (0, 0, 9), "placebo": (0, 0, 9)}, [0, 0], 1),
        ({"active": (0, 10, 0), "placebo": (10, 0, 0)}, [-1, -1], 1),
        ({"active": (4, 0, 0), "placebo": (4, 0, 0)}, [1, -1], 0.5),
    ],
)
def test_what_the_numbers_mean(
    counts: dict[str, tuple[int, int, int]], index: list[float], whole: float
) -> None:
    pairs = table(counts)
    assert [one.index for one in bang(pairs, ARMS)] == pytest.approx(index)
    assert james(pairs) == pytest.approx(whole)


@pytest.mark.requirement("R-017")
def test_by_chance_among_three_arms_it_is_nought() -> None:
    arms = ("high", "low", "none")
    pairs = [(arm, guess) for arm in arms for guess in arms for _ in range(4)]
    assert [one.index for one in bang(pairs, arms)] == pytest.approx([0, 0, 0])


def test_without_guesses_there_is_no_index() -> None:
    assert (bang([], ARMS), james([])) == ([], None)
