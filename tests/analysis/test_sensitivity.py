"""Sensitivity analyses: the dose, time as a slope, and the tipping points of missing readings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from analysis.linear_effects import ONE_DOSE, dose_response, linear_table, slopes
from analysis.longitudinal import Series
from analysis.models import COVARIANCES, fit_model
from analysis.people import Participant
from analysis.plan import DoseResponse, Model, TimeAsSlope
from analysis.plans.isis_hermes import PLAN
from analysis.sections.sensitivity import section
from analysis.sets import AnalysisSet, Group
from analysis.study import Study
from analysis.tipping import Line, Tipping, tipping_points
from analysis.tipping_table import conclusion, tipping_table
from tests.analysis.test_mixed_models import balanced, groups, series

pytestmark = pytest.mark.requirement("R-065")

MAIN = PLAN.models[0]
START = date(2020, 1, 1)
CUT = date(2030, 1, 1)


def declared(kind: type[Any]) -> Any:
    return next(one for one in PLAN.sensitivities if isinstance(one, kind))


def person(code: str, **facts: Any) -> Participant:
    known: dict[str, Any] = {
        "code": code, "site": "GRE", "sex": "f", "stratum": "", "age": 50.0, "eligible": True,
        "randomized": True, "index_on": START, "consented_on": START, "randomized_on": START,
        "died_on": None, "died_by": None, "withdrawn_on": None, "lost_on": None,
    }  # fmt: skip
    return Participant(**(known | facts))


def two() -> AnalysisSet:
    """The first experimental group and the control of the balanced trial."""
    chosen = groups()
    kept = tuple(one for one in (*chosen.groups[:1], chosen.reference))
    return replace(chosen, groups=kept)


def tipped(one: Series, chosen: AnalysisSet, **told: Any) -> Tipping:
    people = {code: person(code) for group in chosen.groups for code in group.members}
    known: dict[str, Any] = {"facts": {}, "alpha": 0.05, "as_of": CUT, "people": people} | told
    (found,) = tipping_points(fit_model(one, chosen), one, **known)
    return found


def gappy(seed: int = 3, share: float = 0.2) -> tuple[Series, AnalysisSet]:
    """The balanced trial with readings after the baseline lost at random."""
    draw = np.random.default_rng(seed)
    readings = {
        key: value
        for key, value in balanced(baseline=None).items()
        if key[1] == "V0" or draw.random() >= share
    }
    return series(readings), two()


def test_without_a_shift_it_is_the_plans_own_estimate() -> None:
    one, chosen = gappy()
    found = tipped(one, chosen)
    own = fit_model(one, chosen).differences[-1].estimate

    assert found.line is not None
    assert found.line.theta == pytest.approx(own.value, rel=1e-8)
    assert found.line.estimate(0.0)[1] == pytest.approx(own.se, rel=0.25)
    assert 0 < found.missing < found.expected


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_same_holds_whatever_the_covariance(covariance: Any, study: Study) -> None:
    one = next(s for s in study.series if s.outcome.code == "motor_fma")
    chosen = study.sets[0]
    model = replace(MAIN, covariance=covariance)
    fit = fit_model(one, chosen, model)
    (found,) = tipping_points(fit, one, study.people, facts={}, alpha=0.05, as_of=study.as_of)

    assert found.line is not None
    assert found.line.theta == pytest.approx(fit.differences[-1].estimate.value, rel=1e-5)


def test_a_shift_moves_the_estimate_as_imputing_by_hand_does() -> None:
    # Balanced once completed: the estimate is the difference of plain means, adjusted for baseline.
    one, chosen = gappy()
    found = tipped(one, chosen)
    assert found.line is not None
    fit = fit_model(one, chosen)
    assert fit.model is not None
    assert fit.design is not None
    treated = chosen.groups[0]
    filled = dict(one.readings)
    effects = dict(zip(fit.design.names, fit.model.effects, strict=True))
    intercepts = dict(zip(fit.design.people, fit.model.random_effects[:, 0], strict=True))
    for group in chosen.groups:
        for member in group.members:
            for visit in fit.design.visits:
                if (member, visit) in filled:
                    continue
                names = ["intercept", f"group {group.label}", f"visit {visit}"]
                names += [f"group {group.label} : visit {visit}"]
                mean = sum(effects.get(name, 0.0) for name in names)
                mean += effects["baseline"] * one.readings[member, "V0"]
                shift = 5.0 if group is treated else 0.0
                filled[member, visit] = mean + intercepts.get(member, 0.0) + shift
    again = fit_model(replace(one, readings=filled), chosen).differences[-1].estimate

    assert found.line.estimate(5.0)[0] == pytest.approx(again.value, rel=1e-7)


def test_the_conclusion_changes_where_it_says() -> None:
    line = Line(theta=-2.0, weight=0.5, variances=(0.49, 0.02, 0.01), df=20.0)
    roots = line.crossings(0.05)

    assert [line.p(root) for root in roots] == pytest.approx([0.05] * len(roots))
    root = min(one for one in roots if one > 0)
    assert line.p(root - 0.1) < 0.05 < line.p(root + 0.1)
    value, se = line.estimate(1.0)
    assert value == -1.5
    assert line.limits(1.0)[0] == pytest.approx(value - student.ppf(0.975, 20) * se)


def test_a_worse_shift_is_up_where_lower_is_better() -> None:
    one, chosen = gappy()
    lower = tipped(one, chosen)
    outcome = replace(one.outcome, better="higher")
    higher = tipped(replace(one, outcome=outcome), chosen)

    assert lower.towards_worse == 1.0
    assert higher.towards_worse == -1.0
    assert (lower.worse, lower.better) == (higher.better, higher.worse)


def test_nobody_is_imputed_after_death_or_before_a_visit_is_due() -> None:
    one, chosen = gappy()
    whole = tipped(one, chosen)
    everybody = {code: person(code) for group in chosen.groups for code in group.members}
    died = {
        code: replace(who, died_by=START + timedelta(days=1), died_on=START + timedelta(days=1))
        for code, who in everybody.items()
    }

    dead = tipped(one, chosen, people=died)
    early = tipped(one, chosen, as_of=START)

    for none in (dead, early):
        assert none.missing == 0
        assert none.expected == whole.expected - whole.missing
        assert "None of the group's readings is missing" in none.word
        assert none.worse is none.better is None


def test_it_says_why_there_is_no_tipping_point(study: Study) -> None:
    nothing = series({})
    chosen = two()
    (found,) = tipping_points(
        fit_model(nothing, chosen), nothing, {}, facts={}, alpha=0.05, as_of=CUT
    )
    table = tipping_table([found], 2.0)

    assert "not fitted" in found.word
    assert conclusion(found, 2.0) == found.word
    assert len(table.rows[0]) == len(table.columns)


def test_the_conclusion_is_told_in_words() -> None:
    one, chosen = gappy()
    found = replace(tipped(one, chosen), worse=4.0, better=None, baseline_sd=2.5)

    assert "worse by the shift told" in conclusion(found, 2.0)
    assert "whatever the shift up to 1 SD" in conclusion(found, 1.0)
    assert "no baseline SD" in conclusion(replace(found, baseline_sd=None), 2.0)
    assert tipping_table([found], 2.0).rows[0][-2:] == ("4.00 (1.6)", "over 2 SD")


def dosed(per_unit: float) -> tuple[Series, AnalysisSet, dict[str, float | None]]:
    """A trial whose outcome falls with the dose: none, one unit or three."""
    draw = np.random.default_rng(5)
    members = [f"P{number:02d}" for number in range(30)]
    doses: dict[str, float | None] = {
        code: (0.0, 1.0, 3.0)[at % 3] for at, code in enumerate(members)
    }
    readings = {}
    for code in members:
        level = draw.normal(0, 2)
        for visit in ("V0", "V1", "V2", "V3"):
            given = doses[code] or 0.0
            gain = per_unit * given * (visit != "V0")
            readings[code, visit] = 40 + level + gain + draw.normal(0, 0.5)
    treated = tuple(code for code in members if doses[code])
    control = tuple(code for code in members if not doses[code])
    chosen = AnalysisSet(
        "as_treated", "As treated", "by treatment",
        (Group("cells", "Treated", True, treated), Group("control", "Control", False, control)),
    )  # fmt: skip
    return series(readings), chosen, doses


def test_the_dose_stands_per_unit_and_an_unknown_one_is_left_out() -> None:
    one, chosen, doses = dosed(-2.0)
    found = dose_response(declared(DoseResponse), one, chosen, {"dose": doses})

    names = [name for name, _ in found.estimates]
    assert names == ["V1", "V2", "V3", "mean over visits"]
    for _, estimate in found.estimates:
        assert estimate.value == pytest.approx(-2.0, abs=0.25)
        assert estimate.low < -2.0 < estimate.high
    assert found.test is not None
    assert found.test.num_df == 3
    assert found.people == 30
    doses["P01"] = None
    less = dose_response(declared(DoseResponse), one, chosen, {"dose": doses})
    assert less.people == 29
    assert "want of the dose: 1" in less.words[0]


def test_one_dose_is_the_group_in_other_units(study: Study) -> None:
    found = study.sensitivities.linear["dose"]
    assert {one.analysis_set.code for one in found} == {"as_treated"}
    for one in found:
        fit = next(
            f for f in study.fits if (f.outcome, f.analysis_set) == (one.outcome, one.analysis_set)
        )
        overall = dict(one.estimates)["mean over visits"]
        assert overall.value == pytest.approx(fit.differences[-1].estimate.value / 3)
        assert overall.p == pytest.approx(fit.differences[-1].estimate.p)
        assert one.test is not None
        assert one.test.p == pytest.approx(fit.tests[-1].p)
        assert ONE_DOSE in one.words


def test_slopes_are_those_the_trial_was_made_with() -> None:
    draw = np.random.default_rng(9)
    chosen = two()
    days = {visit.code: visit.day or 0.0 for visit in series(balanced()).visits}
    readings = {}
    for group in chosen.groups:
        for member in group.members:
            level, own = draw.normal(0, 3), draw.normal(0, 0.02)
            for visit, day in days.items():
                rate = own + (0.5 if group.experimental else 0.2)
                readings[member, visit] = 20 + level + rate * day / 30.4375 + draw.normal(0, 0.05)
    model = Model(
        "slope", ("baseline", "group", "months", "group:months"), "random intercept and slope"
    )
    planned = TimeAsSlope("slope", ("nihss",), ("as_treated",), model)
    found = slopes(planned, series(readings), chosen, {})

    ((name, estimate),) = found.estimates
    assert name == f"{chosen.groups[0].label} – {chosen.reference.label}"
    assert estimate.value == pytest.approx(12 * 0.3, abs=0.5)
    assert estimate.low < 3.6 < estimate.high
    single = {key: value for key, value in readings.items() if key[1] in {"V0", "V1"}}
    assert "no slope" in slopes(planned, series(single), chosen, {}).words[0]


def test_every_analysis_keeps_a_row_for_what_could_not_be_fitted(study: Study) -> None:
    planned = declared(TimeAsSlope)
    found = study.sensitivities.linear["slope"]
    table = linear_table(planned, found)
    refused = [one for one in found if one.test is None]

    assert {one.outcome.code for one in refused} == {"mi4p"}
    assert len(table.rows) == len(found)
    assert all(len(row) == len(table.columns) for row in table.rows)
    told = section(study)
    assert told is not None
    assert "as many random effects as readings" in str(told.blocks)


def test_the_section_tells_every_declared_analysis_to_people_and_machines(study: Study) -> None:
    told = section(study)
    assert told is not None
    numbers = told.numbers["sensitivity"]

    assert set(numbers) == {"dose", "slope", "tipping"}
    assert len(numbers["tipping"]) == len(study.fits)
    names = {getattr(block, "name", "") for block in told.blocks}
    assert {"sensitivity_dose", "sensitivity_slope", "sensitivity_tipping", "tipping"} <= names


def test_a_blinded_cut_has_none(blinded_study: Study) -> None:
    assert section(blinded_study) is None
    assert not any(blinded_study.sensitivities.tipping.values())
    assert not np.array(list(blinded_study.sensitivities.linear.values())).size
