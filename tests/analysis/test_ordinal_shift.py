"""The proportional odds model against R's polr, closed forms and its own awkward cases."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from analysis.mixed import NotFitted
from analysis.ordinal import fit_proportional_odds, likelihood_ratio_p
from analysis.shift import shift_table
from analysis.study import Study

pytestmark = pytest.mark.requirement("R-065")

REFERENCES = Path(__file__).resolve().parents[1] / "references"


def graded() -> tuple[list[int], Any]:
    """The trial with drop-out at its fourth visit, its readings cut into six grades."""
    text = (REFERENCES / "trials" / "dropout.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["visit"] == "V4"]
    grades = [min(5, max(0, round((float(row["y"]) - 6) / 3))) for row in rows]
    group = [1.0 * (row["group"] == "cells") for row in rows]
    return grades, np.column_stack([group, [float(row["baseline"]) for row in rows]])


def test_it_gives_rs_proportional_odds() -> None:
    known = json.loads((REFERENCES / "answers.json").read_text("utf-8"))["trials"]["ordinal"]
    grades, x = graded()
    full, alone = fit_proportional_odds(grades, x), fit_proportional_odds(grades, x[:, 1:])

    assert full.log_likelihood == pytest.approx(known["log_likelihood"], abs=1e-7)
    assert alone.log_likelihood == pytest.approx(known["without"], abs=1e-7)
    names = ("groupcells", "baseline")
    assert list(full.effects) == pytest.approx([known["estimate"][n] for n in names], rel=1e-4)
    errors = np.sqrt(np.diag(full.covariance))
    assert list(errors) == pytest.approx([known["se"][n] for n in names], rel=1e-3)
    cuts = [value for name, value in known["estimate"].items() if "|" in name]
    assert list(full.cuts) == pytest.approx(cuts, rel=1e-4)
    expected = chi2.sf(2 * (known["log_likelihood"] - known["without"]), 1)
    assert likelihood_ratio_p(full, alone) == pytest.approx(expected, abs=1e-6)


def test_with_two_grades_it_is_the_odds_ratio_of_the_table() -> None:
    grades = [0] * 8 + [1] * 4 + [0] * 3 + [1] * 9
    group = np.repeat([0.0, 1.0], 12)[:, None]
    fit = fit_proportional_odds(grades, group)

    assert math.exp(fit.effects[0]) == pytest.approx((9 * 8) / (3 * 4))
    assert fit.covariance[0, 0] == pytest.approx(1 / 8 + 1 / 4 + 1 / 3 + 1 / 9)


def test_grades_nobody_has_do_not_count() -> None:
    grades, x = graded()
    plain, apart = (
        fit_proportional_odds(grades, x),
        fit_proportional_odds([3 * g for g in grades], x),
    )

    assert list(apart.effects) == pytest.approx(list(plain.effects))


@pytest.mark.parametrize(
    ("grades", "columns", "words"),
    [
        ([2] * 12, [[0.0] * 6 + [1.0] * 6], "same grade"),
        ([0] * 6 + [1] * 6, [[0.0] * 6 + [1.0] * 6], "separated"),
        ([0, 1, 2], [[0.0, 1.0, 1.0]], "too few"),
        ([0, 1] * 6, [[1.0] * 12], "cannot be told apart"),
        ([0, 1] * 6, [[0.0] * 6 + [1.0] * 6, [1.0] * 6 + [0.0] * 6], "cannot be told apart"),
    ],
)
def test_it_says_why_it_cannot_fit(grades: list[int], columns: list[Any], words: str) -> None:
    with pytest.raises(NotFitted, match=words):
        fit_proportional_odds(grades, np.array(columns).T)


def test_a_better_grade_is_above_one(study: Study) -> None:
    outcome = next(one for one in study.series if one.outcome.code == "mrs")
    assert {one.outcome.code for one in study.shifts} == {"mrs"}
    assert len(study.shifts) == 2 * len(outcome.follow_up)
    for one in study.shifts:
        treated, control = (
            np.mean(outcome.values(one.visit, group.members))
            for group in (one.group, one.reference)
        )
        if one.odds_ratio is None or one.low is None or one.high is None:
            assert one.word
            continue
        assert one.low < one.odds_ratio < one.high
        if abs(treated - control) > 0.4:
            assert (one.odds_ratio > 1) == (treated < control)


def test_the_table_keeps_a_row_for_what_could_not_be_fitted(study: Study) -> None:
    assert "Remark" not in shift_table(study.shifts).columns
    refused = replace(
        study.shifts[0], odds_ratio=None, low=None, high=None, p=None, word="Why not."
    )
    table = shift_table([refused, *study.shifts[1:]])

    assert table.rows[0][-1] == "Why not."
    assert len(table.rows) == len(study.shifts)
    assert all(len(row) == len(table.columns) for row in table.rows)
