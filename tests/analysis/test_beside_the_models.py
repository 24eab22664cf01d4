"""What stands beside the mixed models: adjusted p values, methods, other covariances."""

from __future__ import annotations

import random

import numpy as np
import pytest

from analysis.alternatives import alternatives, alternatives_table
from analysis.longitudinal import Series
from analysis.manifest import Outcome, PlannedVisit
from analysis.model_words import methods
from analysis.models import NO_ADJUSTED, fit_model
from analysis.multiplicity import across_outcomes, holm
from analysis.sets import AnalysisSet, Group
from analysis.shift import shifts
from analysis.study import Study
from tests.analysis.test_mixed_models import balanced, fitted, groups, series

pytestmark = pytest.mark.requirement("R-065")


def test_holm_multiplies_by_what_is_left() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([]) == []
    known, unknown = holm([0.02, float("nan")])
    assert known == pytest.approx(0.02)
    assert np.isnan(unknown)


def test_it_adjusts_over_the_outcomes_of_one_analysis_set(study: Study) -> None:
    adjusted = across_outcomes(study.fits)
    raw = {(one.outcome.code, one.analysis_set.code): one.tests[-1].p for one in study.fits}

    assert adjusted.keys() == raw.keys()
    for code in ("as_treated", "itt"):
        family = [key for key in raw if key[1] == code]
        assert len(family) == 6
        assert [adjusted[key] for key in family] == holm([raw[key] for key in family])
        smallest = min(family, key=lambda key: raw[key])
        assert adjusted[smallest] == pytest.approx(min(1, 6 * raw[smallest]))


def test_the_methods_say_what_was_run(study: Study) -> None:
    told = " ".join(methods(study.fits))

    assert "12 of 12 could be fitted, 0 of them without variance" in told
    assert "As treated: 6, Intention to treat: 6" in told
    none = " ".join(methods([fit_model(series({}), groups())]))
    assert "0 of 1 could be fitted" in none
    assert "Holm" not in none


def test_it_sets_other_covariances_beside_the_one_chosen(study: Study) -> None:
    found = study.alternatives
    assert len(found) == 3 * len(study.fits)
    for plain, slope, free in zip(found[::3], found[1::3], found[2::3], strict=True):
        fit = next(
            one
            for one in study.fits
            if (one.outcome, one.analysis_set) == (plain.outcome, plain.analysis_set)
        )
        assert fit.model is not None
        assert plain.criterion == fit.model.criterion
        assert plain.estimates[0].value == fit.differences[-1].estimate.value
        # Each holds the random intercept as a special case and fits at least as well.
        for wider in (slope, free):
            if wider.criterion is None:
                assert wider.word
            else:
                assert wider.criterion <= fit.model.criterion + 1e-6
                assert wider.parameters > plain.parameters
    assert all(one.test for one in found if one.covariance == "unstructured")


def test_the_alternatives_keep_a_row_for_what_could_not_be_fitted(study: Study) -> None:
    table = alternatives_table(study.alternatives)
    refused = [one for one in study.alternatives if one.test is None]

    assert {one.outcome.code for one in refused} == {"mi4p"}
    assert "as many random effects as readings" in refused[0].word
    assert len(table.rows) == len(study.alternatives)
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_one_visit_has_no_other_covariance() -> None:
    readings = {key: v for key, v in balanced(baseline=None).items() if key[1] in {"V0", "V1"}}

    assert alternatives([fitted(readings)]) == ()


@pytest.mark.parametrize("seed", [108, 120, 185, 225, 301, 308, 311, 42])
def test_little_data_end_in_a_sentence_or_in_numbers(seed: int) -> None:
    # Most of these once ended in a singular matrix, an overflow or the root of a negative number.
    one, chosen = scattered(seed)
    fit = fit_model(one, chosen)

    for term in fit.terms:
        assert term.satterthwaite.df > 0
        assert 0 <= term.p <= 1
        assert 0 <= term.kenward_roger.p <= 1 or NO_ADJUSTED in fit.words
    for other in alternatives([fit]):
        assert other.test is not None or other.word
    for shift in shifts([one], [chosen]):
        assert shift.word or (shift.odds_ratio or 0) > 0


def scattered(seed: int) -> tuple[Series, AnalysisSet]:
    """A few participants in two or three groups, with few readings of few grades."""
    draw = random.Random(seed)  # noqa: S311 - a fixed stream of test data
    count = draw.choice((2, 2, 3))
    chosen = AnalysisSet(
        "as_treated",
        "As treated",
        "by treatment",
        tuple(
            Group(
                f"g{n}",
                f"G{n}",
                experimental=n < count - 1,
                members=tuple(f"g{n}p{m}" for m in range(draw.randint(1, 7))),
            )
            for n in range(count)
        ),
    )
    between, within = draw.choice((0, 0.3, 2)), draw.choice((0, 0.3, 1))
    visits, missed = SCATTERED[: draw.randint(2, 5)], draw.choice((0, 0.2, 0.5))
    whole = draw.random() < 0.6
    readings: dict[tuple[str, str], float] = {}
    for member in (member for group in chosen.groups for member in group.members):
        level = draw.gauss(3, between)
        for visit in visits:
            if draw.random() >= missed:
                value = level + draw.gauss(0, within)
                readings[member, visit.code] = (
                    float(min(6, max(0, round(value)))) if whole else value
                )
    outcome = Outcome("mrs", "mrs.csv", "total", "mRS", 0, 6, "lower", "V0")
    held = {visit for _, visit in readings}
    return Series(outcome, readings, tuple(v for v in visits if v.code in held), ()), chosen


SCATTERED = tuple(PlannedVisit(f"V{n}", f"Visit {n}", 30.0 * n) for n in range(5))
