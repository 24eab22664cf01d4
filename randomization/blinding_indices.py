"""How well a blind held: Bang's and James's indices of the assessors' guesses. Pure.

Bang H, Ni L, Davis CE. Assessment of blinding in clinical trials. Control Clin Trials
2004;25:143-156. One index an arm: 1 everybody guesses right, 0 as by chance, -1 everybody guesses
wrong. For more than two arms a wrong guess counts 1/(arms - 1), our extension, so that 0 stays
what chance gives.

James KE, Bloch DA, Lee KK, Kraemer HC, Fuller RK. An index for assessing blindness in a
multi-centre clinical trial: disulfiram for alcohol cessation. Stat Med 1996;15:1421-1434. One
index for the trial: 1 nobody can tell, 0.5 as by chance, 0 everybody guesses right. Weights as
published: 0 for a right guess, 0.5 for a wrong one, 1 for "cannot tell".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

CANNOT_TELL = "cannot-tell"
# Of the standard normal distribution, for 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Bang:
    """The index of one arm with its 95 % interval; ``guesses`` include those who cannot tell."""

    arm: str
    guesses: int
    right: int
    wrong: int
    index: float
    low: float
    high: float


def bang(pairs: Iterable[tuple[str, str]], arms: Sequence[str]) -> list[Bang]:
    """Bang's index of each arm with guesses; ``pairs`` are (arm, guess), arms in their order."""
    known = list(pairs)
    return [
        _bang(arm, [guess for own, guess in known if own == arm], len(arms))
        for arm in arms
        if any(own == arm for own, _ in known)
    ]


def _bang(arm: str, guesses: Collection[str], arms: int) -> Bang:
    count = len(guesses)
    right = sum(guess == arm for guess in guesses)
    wrong = sum(guess not in {arm, CANNOT_TELL} for guess in guesses)
    weight = 1 / max(arms - 1, 1)
    index = (right - weight * wrong) / count
    # The mean of +1, -weight and 0: its variance is E(x^2) - E(x)^2, over the number of guesses.
    squares = (right + weight**2 * wrong) / count
    error = math.sqrt(max(squares - index**2, 0.0) / count)
    low, high = max(index - _Z * error, -1.0), min(index + _Z * error, 1.0)
    return Bang(arm, count, right, wrong, index, low, high)


def james(pairs: Iterable[tuple[str, str]]) -> float | None:
    """James's index of the whole trial; None without guesses, or where they cannot disagree."""
    known = list(pairs)
    if not known:
        return None
    told = [(own, guess) for own, guess in known if guess != CANNOT_TELL]
    unsure = 1 - len(told) / len(known)
    if not told:
        return 1.0
    arms = {arm for pair in told for arm in pair}
    observed = 0.5 * sum(own != guess for own, guess in told) / len(told)
    expected = 0.5 * sum(
        sum(own == one for own, _ in told) * sum(guess == other for _, guess in told)
        for one in arms
        for other in arms - {one}
    ) / len(told) ** 2  # fmt: skip
    if not expected:
        return None
    return (1 + unsure + (1 - unsure) * (observed - expected) / expected) / 2
