"""The plan as data: its digest, its words, what changed, and how the report stands to the lock."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import Cut, read_cut
from analysis.errors import CutRefused
from analysis.manifest import Protocol, parse_protocol
from analysis.page import to_page
from analysis.plan import (
    BadPlanError,
    Family,
    Plan,
)
from analysis.plan_status import plan_in_brief, standing, warnings
from analysis.plan_words import ABSENT, as_data, changes, digest, lines
from analysis.plans import DECLARED
from analysis.plans.derived import derived_plan
from analysis.plans.isis_hermes import PLAN
from analysis.report import build_document, results
from analysis.sections.plan import section
from analysis.study import Study, analyse
from analysis.summary import summary_lines
from exports.manifest import describe
from tests.analysis.cut_builder import BARE, write_cut
from trial.protocols import isis_hermes

pytestmark = pytest.mark.requirement("R-065")


@pytest.fixture(scope="module")
def bare(bare_folder: Path) -> Cut:
    """The known cut without outcomes."""
    return read_cut(bare_folder)


def read_protocol(plan: Any, *, blinded: bool) -> Protocol:
    return parse_protocol(describe(plan, blinded=blinded))


def test_the_declared_plan_agrees_with_its_protocol() -> None:
    protocol = read_protocol(isis_hermes.PROTOCOL, blinded=False)
    derived = derived_plan(protocol)

    assert PLAN.outcomes == derived.outcomes
    assert PLAN.horizons == derived.horizons
    assert PLAN.simulation is not None
    arms = isis_hermes.PROTOCOL.arms
    assert PLAN.simulation.ratio == tuple(arm.ratio for arm in arms)


def test_a_changed_plan_is_a_deliberate_act() -> None:
    # The digest of the declared plan, as it stands in the pins: change both or neither.
    pinned = json.loads((Path(__file__).parents[1] / "pins" / "analysis_plans.json").read_text())

    assert pinned == {code: digest(as_data(plan)) for code, plan in DECLARED.items()}


def test_the_digest_hangs_on_everything_the_plan_says() -> None:
    data = as_data(PLAN)

    def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if isinstance(value, dict):
            return [found for key in value for found in places(value[key], (*path, key))]
        if isinstance(value, list):
            return [found for at, one in enumerate(value) for found in places(one, (*path, at))]
        return [path]

    seen = {digest(data)}
    for path in places(data):
        copy = json.loads(json.dumps(data))
        inner = copy
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = "changed"
        assert digest(copy) not in seen
        seen.add(digest(copy))
        assert changes(data, copy), path
    # Through JSON, as a manifest holds it, and back: the same.
    assert digest(json.loads(json.dumps(data, indent=1))) == digest(data)


def test_every_value_of_the_plan_stands_in_words() -> None:
    told = " ".join(
        f"{line.head} {line.of} {line.item} {line.said}" for line in lines(as_data(PLAN))
    )

    for outcome in PLAN.outcomes:
        for value in (outcome.code, outcome.table, outcome.column, outcome.baseline_visit):
            assert value in told
    for words in (
        "level of the tests 0.05",
        "Holm",
        "2 years",
        "731",
        "Satterthwaite",
        "ordinal yes",
    ):
        assert words in told


def test_what_changed_is_told_in_words() -> None:
    mrs_later = replace(PLAN.outcomes[3], baseline_visit="M1")
    outcomes = (*PLAN.outcomes[:3], mrs_later, *PLAN.outcomes[4:])
    now = replace(PLAN, alpha=0.1, outcomes=outcomes, families=())
    said = [change.sentence for change in changes(as_data(PLAN), as_data(now))]

    assert said == [
        "Plan, level of the tests: 0.05 → 0.1",
        "Outcome mrs, baseline visit: V0 → M1",
        f"Plan, families: {ABSENT} → none",
        f"Family of tests secondary, the whole entry: in the plan → {ABSENT}",
    ]
    assert changes(as_data(PLAN), as_data(PLAN)) == ()
    turned = replace(PLAN, outcomes=tuple(reversed(PLAN.outcomes)))
    (only,) = changes(as_data(PLAN), as_data(turned))
    assert only.item == "order of the entries"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"alpha": 0.0}, "between 0 and 1"),
        ({"outcomes": (*PLAN.outcomes, PLAN.outcomes[0])}, "twice among the outcomes"),
        ({"models": ()}, "does not hold, models: main"),
        ({"sets": PLAN.sets[:1]}, "does not hold, analysis sets: itt"),
        ({"outcomes": PLAN.outcomes[1:]}, "does not hold, outcomes: nihss"),
        ({"families": (*PLAN.families, Family("b", ("mrs",), ("itt",)))}, "twice"),
    ],
)
def test_a_plan_that_contradicts_itself_is_none(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(BadPlanError, match=why):
        replace(PLAN, **changed)


def test_a_term_nobody_knows_is_none() -> None:
    with pytest.raises(BadPlanError, match="what is unknown: moon"):
        replace(PLAN.models[0], terms=("group", "moon"))


def test_whoever_writes_the_plan_down_loads_no_statistics() -> None:
    code = "import sys, analysis.plans, analysis.plan_words; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "analysis.plans.isis_hermes" in loaded
    assert not {"numpy", "pandas", "scipy", "matplotlib", "django"} & set(loaded)


def at_lock(plan: Plan) -> dict[str, Any]:
    """The entry of a manifest after a lock that found this plan."""
    data = as_data(plan)
    return {"digest": digest(data), "locked_at": "2029-12-01T08:00:00Z", "plan": data}


def locked(tmp_path: Path, plan: Plan) -> Study:
    cut = write_cut(tmp_path / "cut", protocol=BARE, analysis_plan=at_lock(plan))
    return analyse(read_cut(cut))


def test_before_the_lock_the_plan_may_change(bare: Cut) -> None:
    study = analyse(bare)

    assert warnings(study) == ()
    assert "the plan may still change" in str(section(study).blocks)
    assert "the plan may still change" in plan_in_brief(study)


def test_the_plan_of_the_lock_is_told_as_unchanged(tmp_path: Path) -> None:
    study = locked(tmp_path, PLAN)

    assert warnings(study) == ()
    assert "the plan of the database lock of 2029-12-01T08:00:00Z, unchanged" in standing(study)
    assert "analysis_plan_changes" not in str(section(study).blocks)


def test_a_plan_changed_after_the_lock_is_flagged_with_what_changed(tmp_path: Path) -> None:
    earlier = replace(PLAN, alpha=0.1, outcomes=(replace(PLAN.outcomes[0], baseline_visit="M1"),
        *PLAN.outcomes[1:]))  # fmt: skip
    study = locked(tmp_path, earlier)
    document = build_document(study)
    told = results(study, document)

    (banner,) = document.warnings
    assert "CHANGED AFTER THE DATABASE LOCK of 2029-12-01T08:00:00Z" in banner
    assert "level of the tests: 0.1 → 0.05" in banner
    assert summary_lines(study)[0] == banner
    page = to_page(document).decode()
    assert page.count("THE ANALYSIS PLAN WAS CHANGED AFTER") == 2
    assert page.index("THE ANALYSIS PLAN WAS CHANGED AFTER") < page.index("<h1>")
    assert told["tables"]["analysis_plan_changes"]["rows"] == [
        ["Plan", "", "level of the tests", "0.1", "0.05"],
        ["Outcome", "nihss", "baseline visit", "M1", "V0"],
    ]
    assert told["analysis_plan"]["locked"]["digest"] == digest(as_data(earlier))
    assert len(told["analysis_plan"]["changes_since_lock"]) == 2


def test_a_locked_plan_that_is_not_that_of_its_digest_is_refused(tmp_path: Path) -> None:
    entry = at_lock(PLAN)
    entry["plan"]["alpha"] = 0.2
    with pytest.raises(CutRefused, match="not that of its digest"):
        read_cut(write_cut(tmp_path / "cut", protocol=BARE, analysis_plan=entry))
    with pytest.raises(CutRefused, match="analysis_plan"):
        read_cut(write_cut(tmp_path / "other", protocol=BARE, analysis_plan="the plan"))
