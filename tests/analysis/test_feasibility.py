"""Treatment feasibility and its exact interval."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.stats import beta, binom, binomtest

from analysis.cut import read_cut
from analysis.feasibility import exact_interval, sentence
from analysis.study import Study, analyse
from tests.analysis.cut_builder import BARE, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe RG, Stat Med 1998;17:857-872, table I, method 5 (Clopper-Pearson).
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
        # The trial's own: 16 of 20.
        (16, 20, 0.563, 0.943),
    ],
)
def test_it_gives_the_published_intervals(
    successes: int, trials: int, low: float, high: float
) -> None:
    found = exact_interval(successes, trials)

    digits = 3 if trials == 20 and successes else 4
    assert (round(found.low or 0, digits), round(found.high or 0, digits)) == (low, high)


@pytest.mark.parametrize("trials", [1, 2, 7, 20, 31])
def test_it_agrees_with_beta_quantiles_and_with_scipys_own(trials: int) -> None:
    for successes in range(trials + 1):
        found = exact_interval(successes, trials)
        low = beta.ppf(0.025, successes, trials - successes + 1) if successes else 0.0
        high = beta.ppf(0.975, successes + 1, trials - successes) if successes < trials else 1.0
        own = binomtest(successes, trials).proportion_ci(0.95, "exact")
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
        assert (found.low, found.high) == pytest.approx((own.low, own.high), abs=1e-9)


def test_it_leaves_a_tail_of_a_fortieth_at_each_limit() -> None:
    found = exact_interval(16, 20)

    assert found.low is not None
    assert found.high is not None
    assert binom.sf(15, 20, found.low) == pytest.approx(0.025)
    assert binom.cdf(16, 20, found.high) == pytest.approx(0.025)


def test_it_has_no_interval_without_a_trial() -> None:
    assert exact_interval(0, 0).low is None
    assert exact_interval(0, 0).value is None


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3)])
def test_it_refuses_what_is_no_proportion(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        exact_interval(successes, trials)


def test_it_counts_the_treated_and_the_reasons(study: Study) -> None:
    (found,) = study.feasibility

    assert sentence(found) == "16/20 = 80.0 % (exact 95 % CI 56.3 to 94.3)"
    assert found.reasons == (
        ("Poor cell growth", 2),
        ("Clinical deterioration", 1),
        ("Release test failed", 1),
    )


def test_it_says_when_no_reason_is_recorded(tmp_path: Path, tables: Tables) -> None:
    for row in tables["treatment.csv"]:
        row["reason_not_treated"] = ""

    (found,) = analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE))).feasibility

    assert found.reasons == (("no reason recorded", 4),)


def test_it_gives_each_experimental_arm_and_all_of_them(tmp_path: Path, tables: Tables) -> None:
    arms = [
        {"code": "cells", "label": "Low dose", "experimental": True},
        {"code": "high", "label": "High dose", "experimental": True},
        {"code": "control", "label": "Control", "experimental": False},
    ]
    for name, column in (("allocation.csv", "arm"), ("treatment.csv", "received")):
        for row in tables[name][::3]:
            if row[column] == "cells":
                row[column] = "high"

    cut = read_cut(write_cut(tmp_path, tables, protocol=dict(BARE) | {"arms": arms}))
    found = {one.code: one.treated for one in analyse(cut).feasibility}

    assert (found["all"].successes, found["all"].trials) == (16, 20)
    assert found["cells"].trials + found["high"].trials == 20
    assert found["cells"].successes + found["high"].successes == 16
