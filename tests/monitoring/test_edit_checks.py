"""Each edit check is raised, not raised and put right; the set is whole and asks nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitoring.checks import BY_CODE, CHECKS, findings, fingerprint
from monitoring.checks.facts import Found, Snapshot
from monitoring.checks.reconcile import Plan, Point, reconcile
from outcomes.scales import INSTRUMENTS
from tests.monitoring.check_cases import CASES, Case

FACTS = json.loads((Path(__file__).parents[1] / "data/instruments.json").read_text("utf-8"))
VERSIONS = {check.code: check.version for check in CHECKS}
# Hard rules of a row or of entry, which is refused; those a check asks about have its code.
AT_ENTRY = {
    "NIHSS-C1", "NIHSS-C8", "NIHSS-C11", "SMRSQ-C1", "BIC1", "BIC4", "BIC5", "BCC1", "BCC4",
    "BCC5", "FMA-C1", "FMA-C2", "FMA-C3", "FMA-C7",
}  # fmt: skip


def found_by(code: str, snapshot: Snapshot) -> list[Found]:
    """What one check finds."""
    return [one for one in findings(snapshot) if one.code == code]


def asked(code: str, snapshot: Snapshot) -> dict[Point, str]:
    """The live queries after a run over the snapshot."""
    return {one.point: one.seen for one in found_by(code, snapshot)}


def planned(
    case: Case, snapshot: Snapshot, *, live: dict[Point, str], explained: set[Found]
) -> Plan:
    """What a run over the snapshot does, as far as this check goes."""
    known = {(one.point, VERSIONS[one.code], one.seen) for one in explained}
    return reconcile(found_by(case.code, snapshot), live, known, VERSIONS)


def test_every_check_has_its_three_cases() -> None:
    assert sorted(case.code for case in CASES) == sorted(check.code for check in CHECKS)
    assert len(BY_CODE) == len(CHECKS)


@pytest.mark.requirement("R-026")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_it_is_raised_and_says_so_in_a_sentence(case: Case) -> None:
    found = found_by(case.code, case.raises)
    assert found
    assert all(one.sentence.endswith((".", "?")) and "{" not in one.sentence for one in found)


@pytest.mark.requirement("R-026")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_it_is_not_raised_by_what_is_only_near(case: Case) -> None:
    assert found_by(case.code, case.quiet) == []


@pytest.mark.requirement("R-040")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_it_closes_itself_once_put_right(case: Case) -> None:
    live = asked(case.code, case.raises)
    plan = planned(case, case.right, live=live, explained=set())
    assert (set(plan.close), plan.raise_) == (set(live), ())


@pytest.mark.requirement("R-040")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_it_is_raised_once_and_not_again_once_explained(case: Case) -> None:
    found = set(found_by(case.code, case.raises))
    again = planned(case, case.raises, live=asked(case.code, case.raises), explained=set())
    explained = planned(case, case.raises, live={}, explained=found)
    assert (again, explained) == (Plan((), (), ()), Plan((), (), ()))


def test_a_changed_value_raises_it_again_and_a_changed_check_too() -> None:
    case = next(case for case in CASES if case.code == "MRS-C3-LOW")
    found = found_by(case.code, case.raises)
    known = {(one.point, 1, "other values") for one in found}
    assert reconcile(found, {}, known, VERSIONS).raise_ == tuple(found)
    older = {(one.point, 0, one.seen) for one in found}
    assert reconcile(found, {}, older, VERSIONS).raise_ == tuple(found)


def test_a_live_query_hears_of_newer_values_and_is_not_raised_twice() -> None:
    case = next(case for case in CASES if case.code == "MRS-C3-LOW")
    found = found_by(case.code, case.raises)
    plan = reconcile(found, {found[0].point: "older values"}, set(), VERSIONS)
    assert plan == Plan((), (), tuple(found))


@pytest.mark.requirement("R-026")
def test_every_soft_check_of_the_instruments_is_there() -> None:
    printed = {
        check["id"] for instrument in FACTS["instruments"] for check in instrument["edit_checks"]
    }
    ours = {code.split("/")[-1].removesuffix("-LOW").removesuffix("-HIGH") for code in BY_CODE}
    assert printed - ours == AT_ENTRY


def test_every_soft_rule_of_a_form_is_asked_again_where_nobody_confirmed_it() -> None:
    rules = {
        f"{code}/{rule.code}"
        for code, instrument in INSTRUMENTS.items()
        for rule in instrument.rules
        if rule.severity == "soft"
    }
    assert rules <= set(BY_CODE)


ACROSS_VISITS = ("NIHSS-RISE", "NIHSS-C9", "NIHSS-C10", "VISIT-ORDER")


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("code", ACROSS_VISITS)
def test_what_names_a_visit_that_tells_an_arm_is_hidden_and_still_asked(code: str) -> None:
    raises = next(case.raises for case in CASES if case.code == code)
    first, *rest = raises.visits
    told = replace(raises, visits=(replace(first, hidden=True), *rest))
    found = found_by(code, told)
    assert [one.hidden for one in found] == [True]
    assert found[0].sentence == found_by(code, raises)[0].sentence


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("code", ACROSS_VISITS)
def test_a_visit_that_tells_an_arm_changes_nothing_of_what_the_others_are_asked(code: str) -> None:
    raises = next(case.raises for case in CASES if case.code == code)
    first, last = raises.visits
    between = replace(first, key=99, name="BMA", hidden=True)
    found = found_by(code, replace(raises, visits=(first, between, last)))
    assert [one for one in found if not one.hidden] == found_by(code, raises)


def test_a_draft_is_asked_nothing() -> None:
    for case in CASES:
        if not case.code.startswith(("NO-", "VISIT-", "AE-", "DEATH-")):
            drafts = tuple(
                replace(
                    visit,
                    records={
                        form: replace(record, status="draft")
                        for form, record in visit.records.items()
                    },
                )
                for visit in case.raises.visits
            )
            assert found_by(case.code, replace(case.raises, visits=drafts)) == [], case.code


def test_the_fingerprint_is_that_of_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr("monitoring.checks.CHECKS", CHECKS[1:])
    assert before != fingerprint()
