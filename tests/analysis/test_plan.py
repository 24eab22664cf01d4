"""The analysis plan drives the report: all of it, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import Cut, read_cut
from analysis.manifest import Protocol, parse_protocol
from analysis.multiplicity import across_outcomes
from analysis.plan import (
    OVERALL,
    Family,
    Feasibility,
    Horizon,
    OrdinalShift,
    OtherCovariances,
    Plan,
    Safety,
)
from analysis.plan_words import as_data, digest
from analysis.plans import is_declared, plan_for
from analysis.plans.derived import derived_plan
from analysis.plans.isis_hermes import PLAN
from analysis.report import build_document, results
from analysis.sections.plan import section
from analysis.study import Study, analyse
from exports.manifest import describe
from tests.analysis.cut_builder import LIGHT, write_cut
from tests.protocols import three_arms
from trial.protocols import isis_hermes

pytestmark = pytest.mark.requirement("R-065")


@pytest.fixture(scope="module")
def light(light_folder: Path) -> Cut:
    """The known cut with the modified Rankin Scale alone."""
    return read_cut(light_folder)


@pytest.fixture(scope="module")
def bare(bare_folder: Path) -> Cut:
    """The known cut without outcomes."""
    return read_cut(bare_folder)


@pytest.fixture(scope="module")
def there(bare: Cut) -> set[str]:
    """The sections of the whole plan."""
    return parts_of(analyse(bare))[0]


def run(cut: Cut, **changed: Any) -> Study:
    return analyse(cut, replace(PLAN, **changed))


def mrs(**changed: Any) -> dict[str, Any]:
    """A plan of the modified Rankin Scale alone, changed."""
    (one,) = (outcome for outcome in PLAN.outcomes if outcome.code == "mrs")
    return {
        "outcomes": (replace(one, **changed),),
        "families": (),
        "sensitivities": (),
        "simulation": None,
    }


def parts_of(study: Study) -> tuple[set[str], dict[str, Any]]:
    document = build_document(study)
    return {section.key for section in document.sections}, results(study, document)


def test_a_plan_that_says_nothing_runs_nothing(light: Cut) -> None:
    empty = Plan("ISIS-HERMES", "0", 0.05, (), (), PLAN.sets, (), PLAN.models, (), (), ())
    study = analyse(light, empty)
    sections, told = parts_of(study)

    for run_ in (study.fits, study.alternatives, study.shifts, study.series):
        assert not run_
    assert study.feasibility == ()
    assert study.tallies == {}
    # What is left is words: the methods, the plan itself, and that there is no outcome.
    assert sections == {"outcomes", "models", "methods", "plan"}
    assert set(told["tables"]) == {"analysis_plan"}


@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        ({"questions": (Safety("s", "primary", ("itt",)),)}, "treatment"),
        ({"questions": (Feasibility("f", "primary"),)}, "events"),
        ({"parts": ("baseline", "means")}, "flow"),
        ({"parts": ("flow", "sets", "exposure")}, "baseline"),
        ({"parts": ("flow", "baseline", "exposure")}, "sets"),
        ({"parts": ("flow", "baseline", "sets")}, "exposure"),
    ],
)
def test_a_part_the_plan_leaves_out_is_not_there(
    bare: Cut, there: set[str], changed: dict[str, Any], gone: str
) -> None:
    left, _ = parts_of(run(bare, **{"parts": ("baseline",), **mrs(), **changed}))

    assert gone in there
    assert gone not in left


def test_sets_and_horizons_are_the_plans(light: Cut) -> None:
    study = run(
        light,
        **mrs(sets=("itt",)),
        questions=(Safety("events", "primary", ("as_treated",)),),
        sets=tuple(reversed(PLAN.sets)),
        horizons=(Horizon("one month", 30),),
    )

    assert [chosen.code for chosen in study.sets] == ["itt", "as_treated"]
    assert [fit.analysis_set.code for fit in study.fits] == ["itt"]
    assert set(study.tallies) == {"as_treated"}
    assert {tally.horizon.days for tally in study.tallies["as_treated"]} == {30}
    assert any("horizons are the plan's" in line for line in study.absent)


def test_the_model_is_the_plans(light: Cut) -> None:
    (main,) = PLAN.models
    fits = {
        name: run(light, **mrs(sets=("itt",)), models=(model,)).fits[0]
        for name, model in {
            "as declared": main,
            "terms": replace(main, terms=("group", "visit", "group:visit", "age")),
            "slope": replace(main, covariance="random intercept and slope"),
            "unstructured": replace(main, covariance="unstructured"),
            "df": replace(main, df="kenward_roger"),
        }.items()
    }
    declared = fits["as declared"]
    for name, fit in fits.items():
        assert fit.fitted, fit.words
        assert name == "as declared" or fit.tests[-1].p != declared.tests[-1].p
    assert "age" in {term.name for term in fits["terms"].terms}
    assert fits["df"].tests[-1].p == declared.tests[-1].kenward_roger.p
    assert fits["df"].differences[0].estimate.se == (
        declared.differences[0].estimate.kenward_roger.se
    )
    assert fits["unstructured"].components is None


def test_the_family_is_the_plans(study: Study, cut_folder: Path) -> None:
    cut = read_cut(cut_folder)
    two = Family("pair", ("barthel", "mrs"), ("itt",), OVERALL)
    few = [one for one in PLAN.outcomes if one.code in {"barthel", "mrs", "nihss"}]
    changed: dict[str, Any] = {"outcomes": tuple(few), "sensitivities": (), "simulation": None}
    found = analyse(cut, replace(PLAN, **changed, families=(two,)))
    adjusted = across_outcomes(found.fits)

    assert set(adjusted) == {("barthel", "itt"), ("mrs", "itt")}
    raw = {fit.outcome.code: fit for fit in found.fits if fit.analysis_set.code == "itt"}
    overall = raw["barthel"].overall
    assert overall is not None
    assert raw["barthel"].family_test == overall
    assert overall.p == pytest.approx(raw["barthel"].differences[-1].estimate.p)
    least = min(fit.overall.p for code, fit in raw.items() if code != "nihss" and fit.overall)
    assert min(adjusted.values()) == pytest.approx(2 * least)
    assert len(across_outcomes(study.fits)) == 12


def test_sensitivity_analyses_are_the_plans(light: Cut) -> None:
    one = mrs(sets=("itt",))
    del one["sensitivities"]
    shift = OrdinalShift("shift", ("mrs",))
    slope = OtherCovariances("slope", ("mrs",), ("random intercept and slope",))

    shifted = run(light, **one, sensitivities=(shift,))
    sloped = run(light, **one, sensitivities=(slope,))

    assert shifted.alternatives == ()
    assert {found.analysis_set.code for found in shifted.shifts} == {"itt"}
    assert sloped.shifts == ()
    assert [found.covariance for found in sloped.alternatives] == [
        "random intercept",
        "random intercept and slope",
    ]


def test_an_outcome_is_read_as_the_plan_says(light: Cut) -> None:
    declared = run(light, **mrs()).series[0]
    changed = run(light, **mrs(baseline_visit="M1", column="day", better="higher", death="missing"))
    series = changed.series[0]

    assert declared.outcome.death_is_worst
    assert any("death record" in note for note in declared.notes)
    assert not any("death record" in note for note in series.notes)
    assert series.outcome.baseline_visit == "M1"
    assert series.readings["GRE-001", "M6"] == 180
    said = " ".join(changed.absent)
    assert "the plan's column is day, the protocol's total; the plan is followed" in said
    assert "the plan's baseline visit is M1" in said


def test_outcomes_that_only_plan_or_protocol_knows_are_told(light: Cut, cut_folder: Path) -> None:
    assert "that this cut does not know: nihss" in " ".join(analyse(light).absent)
    few = run(read_cut(cut_folder), **mrs(sets=("itt",)))
    assert "not in the plan: NIHSS total, Motor NIHSS" in " ".join(few.absent)
    assert {fit.outcome.code for fit in few.fits} == {"mrs"}


def test_a_protocol_without_a_plan_gets_one_derived_and_the_report_says_so(
    tmp_path: Path, bare: Cut
) -> None:
    other = dict(LIGHT) | {"code": "OTHER"}
    study = analyse(read_cut(write_cut(tmp_path / "cut", protocol=other)))
    told = section(study)

    assert not is_declared(study.plan)
    assert "derived from the description" in str(told.blocks)
    assert told.numbers["analysis_plan"] == {
        "digest": digest(as_data(study.plan)),
        "declared": False,
        "plan": as_data(study.plan),
        "locked": None,
        "changes_since_lock": [],
    }
    assert {fit.outcome.code for fit in study.fits} == {"mrs"}
    assert "derived from" not in str(section(analyse(bare)).blocks)


def read_protocol(plan: Any, *, blinded: bool) -> Protocol:
    return parse_protocol(describe(plan, blinded=blinded))


@pytest.mark.parametrize("plan", [isis_hermes.PROTOCOL, three_arms.PROTOCOL])
def test_a_blinded_cut_has_the_same_plan(plan: Any) -> None:
    blinded, whole = (read_protocol(plan, blinded=one) for one in (True, False))

    assert plan_for(blinded) == plan_for(whole)
    assert derived_plan(blinded) == derived_plan(whole)
    assert is_declared(plan_for(whole)) == (plan is isis_hermes.PROTOCOL)
