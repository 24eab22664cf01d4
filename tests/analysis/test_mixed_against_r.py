"""The mixed models against R: lme4, lmerTest, pbkrtest, nlme on simulated trials of our own.

R's answers are pinned in tests/references/answers.json; nothing here needs R.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.mixed import (
    Covariate,
    Factor,
    Inference,
    KenwardRoger,
    MixedFit,
    Satterthwaite,
    Source,
    cook_by_participant,
    design,
    fit_least_squares,
    fit_random_effects,
    fit_random_intercept,
    fit_unstructured,
    type_three,
)
from analysis.mixed.terms import Columns, Term, Variable
from tests.references import simulate

pytestmark = pytest.mark.requirement("R-065")

REFERENCES = Path(__file__).resolve().parents[1] / "references"
TRIALS = (
    "balanced",
    "dropout",
    "three_arms",
    "tiny",
    "near_singular",
    "zero_variance",
    "no_baseline",
    "crossed",
    "collinear",
)
SLOPES = ("slope", "flat_slope")
STANDARD: tuple[Term, ...] = (("baseline",), ("group",), ("visit",), ("group", "visit"))
CROSSED: tuple[Term, ...] = (
    ("baseline",),
    ("side",),
    ("group",),
    ("visit",),
    ("group", "visit"),
    ("side", "group"),
    ("baseline", "visit"),
)


@cache
def answers() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((REFERENCES / "answers.json").read_text("utf-8"))
    return found


@dataclass(frozen=True)
class Trial:
    """A simulated trial, laid out for a fit."""

    y: NDArray[np.float64]
    who: NDArray[np.int64]
    visit: NDArray[np.int64]
    months: NDArray[np.float64]
    people: tuple[str, ...]
    variables: tuple[Variable, ...]
    terms: tuple[Term, ...]
    columns: Columns


def factor(name: str, cells: list[str]) -> Factor:
    levels = sorted(set(cells), key=lambda level: (level != "control", level))
    return Factor(name, tuple(levels), [levels.index(cell) for cell in cells])


@cache
def trial(name: str) -> Trial:
    text = (REFERENCES / "trials" / f"{name}.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["baseline"]]
    people = tuple(dict.fromkeys(row["participant"] for row in rows))
    visits = factor("visit", [row["visit"] for row in rows])
    variables: tuple[Variable, ...] = (
        Covariate("baseline", np.array([float(row["baseline"]) for row in rows])),
        factor("side", [row["side"] for row in rows]),
        factor("group", [row["group"] for row in rows]),
        visits,
    )
    terms = {"crossed": CROSSED, "one_visit": STANDARD[:2]}.get(name, STANDARD)
    return Trial(
        y=np.array([float(row["y"]) for row in rows]),
        who=np.array([people.index(row["participant"]) for row in rows]),
        visit=np.asarray(visits.codes),
        months=np.array([float(row["months"]) for row in rows]),
        people=people,
        variables=variables,
        terms=terms,
        columns=design(variables, terms),
    )


@cache
def fit_of(name: str) -> MixedFit:
    one = trial(name)
    if name in SLOPES:
        random = np.column_stack([np.ones(len(one.y)), one.months])
        return fit_random_effects(Source(one.y, one.columns.x, one.who, random))
    return fit_random_intercept(one.y, one.columns.x, one.who)


def in_r(name: str) -> str:
    """Our name of a column as R writes it."""
    return "(Intercept)" if name == "intercept" else name.replace(" : ", ":").replace(" ", "")


def inferences(fit: MixedFit) -> tuple[tuple[str, Inference, float], ...]:
    """Each way to test, with the tolerance its df are held to."""
    return (
        ("satterthwaite", Satterthwaite(fit), 1e-3),
        ("kenward_roger", KenwardRoger(fit), 1e-2),
    )


@pytest.mark.parametrize("name", [*TRIALS, *SLOPES])
def test_it_gives_rs_estimates_errors_df_and_intervals(name: str) -> None:
    fit, known = fit_of(name), answers()["trials"][name]
    names = trial(name).columns.names
    assert {in_r(one) for one in names} == known["satterthwaite"].keys()
    for method, inference, tolerance in inferences(fit):
        for position, column in enumerate(names):
            found = inference.estimate(np.eye(len(names))[position])
            pinned = known[method][in_r(column)]
            assert found.value == pytest.approx(pinned["estimate"], rel=1e-4), column
            assert found.se == pytest.approx(pinned["se"], rel=1e-4), column
            assert found.df == pytest.approx(pinned["df"], rel=tolerance), (method, column)
            assert found.p == pytest.approx(pinned["p"], rel=1e-3, abs=1e-12), column
            assert found.limits()[0] == pytest.approx(pinned["low"], rel=1e-3, abs=1e-3), column
            assert found.limits()[1] == pytest.approx(pinned["high"], rel=1e-3, abs=1e-3), column


@pytest.mark.parametrize("name", [*TRIALS, *SLOPES])
def test_it_gives_rs_type_three_tests(name: str) -> None:
    one, fit, known = trial(name), fit_of(name), answers()["trials"][name]["type3"]
    rows = {":".join(term): rows for term, rows in type_three(one.variables, one.terms).items()}
    with_group = [position for position, term in enumerate(one.columns.terms) if "group" in term]
    rows["all with group"] = np.eye(len(one.columns.names))[with_group]
    assert {frozenset(term.split(":")) for term in known["satterthwaite"]} == {
        frozenset(term.split(":")) for term in rows
    }
    for method, inference, tolerance in inferences(fit):
        pinned = {frozenset(term.split(":")): row for term, row in known[method].items()}
        for term, contrast in rows.items():
            found, row = inference.joint(contrast), pinned[frozenset(term.split(":"))]
            assert found.num_df == row["num_df"], term
            assert found.f == pytest.approx(row["f"], rel=1e-3), (method, term)
            assert found.den_df == pytest.approx(row["den_df"], rel=tolerance), (method, term)
            assert found.p == pytest.approx(row["p"], rel=1e-3, abs=1e-9), (method, term)


@pytest.mark.parametrize("name", [*TRIALS, *SLOPES])
def test_it_gives_rs_variances(name: str) -> None:
    fit, known = fit_of(name), answers()["trials"][name]
    theta = fit.factor.T[np.triu_indices(len(fit.factor))]

    assert fit.criterion == pytest.approx(known["criterion"], abs=1e-6)
    assert fit.sigma == pytest.approx(known["sigma"], rel=1e-4)
    assert list(theta) == pytest.approx(np.atleast_1d(known["theta"]).tolist(), rel=1e-3, abs=1e-4)
    assert fit.singular is known["singular"]


def test_it_gives_rs_answer_without_random_effects() -> None:
    one, known = trial("one_visit"), answers()["trials"]["one_visit"]
    fit = fit_least_squares(one.y, one.columns.x, one.who)
    for _, inference, _ in inferences(fit):
        for position, column in enumerate(one.columns.names):
            found = inference.estimate(np.eye(len(one.columns.names))[position])
            pinned = known["coefficients"][in_r(column)]
            assert found.value == pytest.approx(pinned["estimate"], rel=1e-9)
            assert found.se == pytest.approx(pinned["se"], rel=1e-9)
            assert found.df == pytest.approx(known["df"], rel=1e-9)
            assert found.p == pytest.approx(pinned["p"], rel=1e-8)
        both = inference.joint(np.eye(len(one.columns.names))[1:])
        assert both.den_df == pytest.approx(known["df"], rel=1e-9)


def test_it_gives_rs_unstructured_fit() -> None:
    one, known = trial("unstructured"), answers()["trials"]["unstructured"]
    fit = fit_unstructured(one.y, one.columns.x, one.who, one.visit)
    matrix = fit.covariance.v[np.flatnonzero(fit.blocks.held.all(axis=1))[0]]

    assert fit.criterion == pytest.approx(known["criterion"], abs=1e-6)
    assert matrix == pytest.approx(np.array(known["covariance"]), rel=1e-3)
    for position, column in enumerate(one.columns.names):
        found = Satterthwaite(fit).estimate(np.eye(len(one.columns.names))[position])
        assert found.value == pytest.approx(known["estimate"][in_r(column)], rel=1e-4)
        assert found.se == pytest.approx(known["se"][in_r(column)], rel=1e-4)


def test_it_gives_rs_predictions_residuals_and_influence() -> None:
    one, fit, known = trial("dropout"), fit_of("dropout"), answers()["trials"]["dropout"]

    assert list(fit.random_effects[:, 0]) == pytest.approx(
        [known["blup"][person] for person in one.people], rel=1e-4, abs=1e-5
    )
    assert list(fit.conditional) == pytest.approx(known["conditional"], rel=1e-4, abs=1e-5)
    assert list(fit.marginal) == pytest.approx(known["marginal"], rel=1e-4, abs=1e-5)
    assert list(cook_by_participant(fit)) == pytest.approx(
        [known["cook"][person] for person in one.people], rel=1e-4
    )


def test_the_simulated_trials_are_what_their_seeds_give() -> None:
    for name in simulate.PLANS:
        pinned = (REFERENCES / "trials" / f"{name}.csv").read_text("utf-8")
        assert simulate.as_csv(name) == pinned, name
