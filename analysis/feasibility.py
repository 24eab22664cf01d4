"""Feasibility: of those allocated to the product, how many received it, and why the others not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import beta

from analysis.manifest import Arm, Protocol
from analysis.people import Participant
from analysis.tables import NOT_AVAILABLE, Table, count_percent, fixed, percent

NO_REASON = "no reason recorded"


@dataclass(frozen=True)
class Proportion:
    """`successes` of `trials` with its exact interval, whose limits are None without a trial."""

    successes: int
    trials: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """The proportion, 0 to 1."""
        return self.successes / self.trials if self.trials else None


@dataclass(frozen=True)
class Feasibility:
    """Treatment feasibility of one experimental arm, or of all of them when `code` is "all"."""

    code: str
    label: str
    treated: Proportion
    reasons: tuple[tuple[str, int], ...]


def exact_interval(successes: int, trials: int, level: float = 0.95) -> Proportion:
    """The Clopper-Pearson interval of a binomial proportion.

    Source: Clopper CJ, Pearson ES. Biometrika 1934;26:404-413, by quantiles of the beta
    distribution. The coverage is never below `level`.

    Raises:
        ValueError: not 0 <= successes <= trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no proportion")
    if trials == 0:
        return Proportion(0, 0, None, None)
    tail = (1 - level) / 2
    failures = trials - successes
    low = 0.0 if successes == 0 else float(beta.ppf(tail, successes, failures + 1))
    high = 1.0 if failures == 0 else float(beta.ppf(1 - tail, successes + 1, failures))
    return Proportion(successes, trials, low, high)


def feasibility(protocol: Protocol, people: Sequence[Participant]) -> tuple[Feasibility, ...]:
    """Feasibility per experimental arm, then over all of them where there are several.

    Treated means: received the arm of the allocation. The denominator is everybody allocated.
    """
    arms = [arm for arm in protocol.arms if arm.experimental]
    found = [_of_arms(arm.code, arm.label, [arm], people) for arm in arms]
    if len(arms) > 1:
        found.append(_of_arms("all", "All experimental arms", arms, people))
    return tuple(found)


def _of_arms(
    code: str, label: str, arms: Sequence[Arm], people: Sequence[Participant]
) -> Feasibility:
    codes = {arm.code for arm in arms}
    allocated = [person for person in people if person.arm in codes]
    missed = [person for person in allocated if person.received != person.arm]
    reasons = Counter(person.reason_not_treated or NO_REASON for person in missed)
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    treated = exact_interval(len(allocated) - len(missed), len(allocated))
    return Feasibility(code, label, treated, tuple(ordered))


def sentence(found: Feasibility) -> str:
    """ "16/20 = 80.0 % (exact 95 % CI 56.3 to 94.3)"."""
    treated = found.treated
    if treated.value is None or treated.low is None or treated.high is None:
        return "0/0: nobody was allocated to the product"
    return (
        f"{treated.successes}/{treated.trials} = {percent(treated.successes, treated.trials)} % "
        f"(exact 95 % CI {fixed(100 * treated.low, 1)} to {fixed(100 * treated.high, 1)})"
    )


def feasibility_table(results: Sequence[Feasibility]) -> Table:
    """Treated of allocated with the exact interval, and one row for each reason not treated."""
    rows = [row for found in results for row in _rows(found)]
    return Table(
        "feasibility",
        "Treatment feasibility: participants who received the product they were allocated to",
        ("Allocated to", "Treatment", "Allocated, n", "Participants (%)", "Exact 95 % CI, %"),
        tuple(rows),
        (
            "Denominator: everybody allocated to the arm.",
            "Interval: Clopper-Pearson (exact binomial).",
        ),
        stub=2,
    )


def _rows(found: Feasibility) -> list[tuple[str, ...]]:
    treated = found.treated
    n, missed = treated.trials, treated.trials - treated.successes
    counts = [("treated as allocated", treated.successes), ("not treated", missed)]
    counts += [(f"not treated: {reason}", count) for reason, count in found.reasons]
    intervals = [_interval(treated), *[""] * (len(counts) - 1)]
    return [
        (found.label, words, str(n), count_percent(count, n), interval)
        for (words, count), interval in zip(counts, intervals, strict=True)
    ]


def _interval(found: Proportion) -> str:
    if found.low is None or found.high is None:
        return NOT_AVAILABLE
    return f"{fixed(100 * found.low, 1)} to {fixed(100 * found.high, 1)}"
