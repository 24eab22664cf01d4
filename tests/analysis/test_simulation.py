"""Power and type I error by simulation: right where theory knows, the same however it is run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, nct
from scipy.stats import t as student

from analysis.__main__ import main
from analysis.plan import JOINT, OVERALL, Model, SimulatedVisit, Simulation
from analysis.plans.isis_hermes import PLAN
from analysis.simulate import Counts, Scenario, replicate, scenario_of
from analysis.simulate_report import files, rows_of, text_table
from analysis.simulate_run import Progress, run

pytestmark = pytest.mark.requirement("R-065")

COMPLETE = Simulation(
    outcome="motor_fma",
    participants=24,
    ratio=(1, 1),
    visits=(SimulatedVisit("M6", 6), SimulatedVisit("M12", 12)),
    between_sd=10.0,
    within_sd=6.0,
    lost=0.0,
    effects=(0.0, 14.0),
    shape="every visit",
    replicates=200,
    seed=7,
)
"""Balanced and complete, two arms of twelve."""
UNADJUSTED = Model("main", ("group", "visit", "group:visit"))


def counted(scenario: Scenario, **changes: Any) -> Counts:
    design = replace(scenario.design, **changes)
    return run(replace(scenario, design=design), processes=1, tell=lambda _: None)


@pytest.fixture(scope="module")
def complete() -> Counts:
    """200 complete trials, analysed without the baseline."""
    return counted(Scenario(COMPLETE, UNADJUSTED, 0.05))


def test_power_is_that_of_the_t_test_where_the_two_are_the_same(complete: Counts) -> None:
    # Complete and balanced, the difference over the visits is a t test of participants' means.
    per_arm, visits = 12, 2
    spread = np.sqrt((10.0**2 + 6.0**2 / visits) * 2 / per_arm)
    edge = student.ppf(0.975, 2 * per_arm - 2)
    noncentral = nct(2 * per_arm - 2, 14.0 / spread)
    known = noncentral.sf(edge) + noncentral.cdf(-edge)

    low, high = binom.interval(0.999, complete.done, known)
    assert known == pytest.approx(0.86, abs=0.04)
    assert low <= complete.rejected[14.0, OVERALL] <= high


def test_each_replicate_is_that_t_test(complete: Counts) -> None:
    scenario = replace(complete.scenario, design=replace(COMPLETE, effects=(0.0,)))
    for number in range(5):
        rng = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(number,)))
        treated = np.isin(np.arange(24), rng.permutation(24)[:12])
        rng.random()
        means = rng.normal(0, 10.0, 24) + rng.normal(0, 6.0, (24, 3))[:, 1:].mean(axis=1)
        one, other = means[treated], means[~treated]
        pooled = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 12)
        known = 2 * student.sf(abs(one.mean() - other.mean()) / pooled, 22)
        found = replicate(scenario, number)
        if not found.singular:
            assert found.p[0, 1] == pytest.approx(known, rel=1e-5)


def test_the_type_one_error_is_the_level_within_monte_carlo_error() -> None:
    # The plan's own design: 31 participants two to one, a fifth of them lost, its own model.
    assert PLAN.simulation is not None
    scenario = scenario_of(PLAN, PLAN.simulation)
    found = counted(scenario, replicates=300, effects=(0.0,))

    for test in (JOINT, OVERALL):
        low, high = binom.interval(0.999, found.done, 0.05)
        assert low <= found.rejected[0.0, test] <= high
    assert found.done == 300
    assert found.failed == 0


@pytest.mark.parametrize("shape", ["every visit", "last visit", "slope"])
def test_one_fit_for_all_effects_gives_what_a_fit_for_each_would(
    shape: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PLAN.simulation is not None
    design = replace(PLAN.simulation, shape=shape, effects=(0.0, 8.0))
    scenario = scenario_of(PLAN, design)
    shared = replicate(scenario, 3).p
    monkeypatch.setattr("analysis.simulate.IN_SPAN", -1.0)
    each = replicate(scenario, 3).p

    assert shared == pytest.approx(each, rel=1e-7)
    assert shared[0].tolist() != shared[1].tolist()


def test_the_plans_method_and_covariance_are_those_that_run() -> None:
    assert PLAN.simulation is not None
    scenario = scenario_of(PLAN, replace(PLAN.simulation, effects=(8.0,)))
    told = {
        (model.covariance, model.df): replicate(replace(scenario, model=model), 11).p[0, 0]
        for model in (
            scenario.model,
            replace(scenario.model, df="kenward_roger"),
            replace(scenario.model, covariance="unstructured"),
            replace(scenario.model, terms=("group", "visit", "group:visit")),
        )
    }
    assert len(set(told.values())) == len(told)


def test_processes_change_nothing() -> None:
    scenario = Scenario(replace(COMPLETE, replicates=24, lost=0.2), UNADJUSTED, 0.05)
    alone = run(scenario, processes=1, tell=lambda _: None)
    shared = run(scenario, processes=2, tell=lambda _: None)

    assert files(alone, PLAN) == files(shared, PLAN)
    assert alone.done == 24
    other = counted(scenario, seed=8)
    assert other.rejected != alone.rejected


def test_a_trial_that_cannot_be_fitted_is_counted_and_not_significant() -> None:
    tiny = replace(COMPLETE, participants=4, lost=0.9, replicates=30)
    found = counted(Scenario(tiny, UNADJUSTED, 0.05))

    assert 0 < found.failed <= 30
    assert sum(found.failures.values()) == found.failed
    assert all(why.endswith(".") for why in found.failures)
    assert found.rejected[0.0, JOINT] <= 30 - found.failed


def test_ctrl_c_leaves_what_is_done_so_far(complete: Counts) -> None:
    def stop(done: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    found = run(complete.scenario, processes=1, tell=stop)

    assert found.done == 20
    assert all(row.trials == 20 for row in rows_of(found))
    assert not json.loads(files(found, PLAN)["results.json"])["complete"]


def test_every_share_stands_with_its_monte_carlo_error(complete: Counts) -> None:
    made = files(complete, PLAN)
    rows = list(csv.DictReader(io.StringIO(made["power.csv"].decode())))
    told = json.loads(made["results.json"])

    assert len(rows) == 4
    for row, same in zip(rows, told["rows"], strict=True):
        share, trials = float(row["share"]), int(row["trials"])
        assert float(row["se"]) == pytest.approx(np.sqrt(share * (1 - share) / trials), rel=1e-4)
        assert float(row["low"]) <= share <= float(row["high"])
        assert share == same["share"]
        assert row["kind"] == ("power" if float(row["effect"]) else "type I error")
    assert "type I error" in text_table(rows_of(complete))
    assert b"SIMULATED" in made["power.svg"]


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "power"
    command = ["simulate", str(out), "--replicates", "20", "--processes", "1", "--n", "30"]

    assert main([*command, "--effect", "12", "--ratio", "1:1", "--visits", "6,24"]) == 0

    said = capsys.readouterr()
    assert "30 participants 1:1" in said.out
    assert "20 of 20 trials" in said.out
    assert said.err == ""  # no bar where there is no terminal
    told = json.loads((out / "results.json").read_text())
    assert told["design"]["effects"] == [0.0, 12.0]
    assert {path.name for path in out.iterdir()} == {"power.csv", "power.svg", "results.json"}
    (out / "notes.txt").write_text("mine")
    assert main(command) == 2
    assert "no earlier simulation" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["--ratio", "2"], ["--visits", "0,6"], ["--lost", "1.5"], ["--n", "3"]]
)
def test_the_command_refuses_what_is_no_design(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", *wrong])
    assert stopped.value.code == 2


def test_an_outcome_the_plan_has_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--outcome", "grip"]) == 2
    assert "grip" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_tells_how_much_is_left() -> None:
    now = [100.0]
    terminal = Terminal()
    bar = Progress(200, terminal, lambda: now[0])
    now[0] += 10
    bar.tell(50)
    bar.tell(51)  # too soon after the last one
    now[0] += 30
    bar.tell(200)
    bar.end()

    drawn = terminal.getvalue().split("\r")[1:]
    assert [line.strip() for line in drawn] == [
        "[######------------------]  25%  50 of 200 trials, 30 s left",
        "[########################] 100%  200 of 200 trials, 0 s left",
    ]
    quiet = io.StringIO()
    Progress(200, quiet).tell(50)
    assert quiet.getvalue() == ""
