"""The protocol's words: what is declared is read back, and what contradicts itself is refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocols.three_arms import PROTOCOL as THREE
from trial import protocol
from trial.allocation_plan import (
    BiasedCoin,
    CompleteRandomization,
    Minimization,
    PermutedBlocks,
    Urn,
)
from trial.protocol import (
    Arm,
    ConsentVersion,
    Factor,
    Facts,
    FormPlan,
    Horizon,
    ProductPlan,
    Protocol,
    ProtocolError,
    ReleaseTest,
    VisitPlan,
    Window,
    frozen,
)
from trial.protocols.isis_hermes import PROTOCOL as ISIS

FACTS = st.builds(
    Facts,
    site=st.sampled_from(["GRE", "LYO", "XYZ"]),
    sex=st.sampled_from("FM"),
    age=st.none() | st.integers(0, 110),
    days_from_index=st.none() | st.integers(-5, 400),
    scores=st.fixed_dictionaries({}, optional={"nihss.total": st.none() | st.integers(0, 42)}),
)


@pytest.fixture(params=[ISIS, THREE], ids=["isis_hermes", "three_arms"])
def plan(request: pytest.FixtureRequest) -> Protocol:
    """Each protocol in turn."""
    found: Protocol = request.param
    return found


def test_the_environment_chooses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    assert protocol.current() is THREE
    monkeypatch.delenv("HERMES_PROTOCOL")
    assert protocol.current() is ISIS


def test_a_module_without_one_is_refused() -> None:
    with pytest.raises(ProtocolError, match="declares no PROTOCOL"):
        protocol.load("trial.partial_dates")


def test_it_cannot_be_changed(plan: Protocol) -> None:
    with pytest.raises(FrozenInstanceError):
        plan.planned = 3  # type: ignore[misc]  # the point
    with pytest.raises(TypeError):
        plan.ae_categories["new"] = "New"  # type: ignore[index]  # the point


def test_it_finds_by_code(plan: Protocol) -> None:
    assert [plan.arm(arm.code) for arm in plan.arms] == list(plan.arms)
    assert [plan.visit(visit.code) for visit in plan.visits] == list(plan.visits)
    assert [plan.criterion(row.code) for row in plan.criteria] == list(plan.criteria)
    for find in (plan.arm, plan.visit, plan.criterion):
        with pytest.raises(KeyError):
            find("none")


def test_it_starts_with_the_visit_everybody_has(plan: Protocol) -> None:
    assert plan.baseline is plan.visits[0]
    assert not plan.baseline.reveals_arm


def test_it_knows_which_visits_tell_an_arm() -> None:
    assert {visit.code for visit in ISIS.visits if visit.reveals_arm} == {"BMA", "INF", "INF7"}
    assert not any(visit.reveals_arm for visit in THREE.visits)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 90), st.integers(0, 90))
def test_a_window_holds_its_planned_day(anchor: date, before: int, after: int) -> None:
    planned, first, last = VisitPlan("M2", "", 60, Window(before, after)).dates(anchor)
    assert planned == anchor + timedelta(days=60)
    assert ((planned - first).days, (last - planned).days) == (before, after)


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2010, 5, 31), None), (date(2010, 6, 1), "1.0"), (date(2012, 2, 29), "1.0"),
     (date(2012, 3, 1), "2.0"), (date(2030, 1, 1), "2.0")],
)  # fmt: skip
def test_the_newest_consent_in_force_counts(day: date, version: str | None) -> None:
    found = ISIS.consent_on(day)
    assert (found.code if found else None) == version


@pytest.mark.requirement("R-005")
@pytest.mark.parametrize(
    ("code", "facts", "answer"),
    [
        ("I1", {"age": 18}, True), ("I1", {"age": 70}, True), ("I1", {"age": 71}, False),
        ("I1", {"age": 17}, False), ("I1", {"age": None}, None),
        ("I2", {"days_from_index": 0}, True), ("I2", {"days_from_index": 14}, True),
        ("I2", {"days_from_index": 15}, False), ("I2", {"days_from_index": -1}, False),
        ("I2", {"days_from_index": None}, None),
        ("I4", {"scores": {"nihss.total": 7}}, True), ("I4", {"scores": {"nihss.total": 6}}, False),
        ("I4", {"scores": {}}, None),
        ("E2", {"scores": {"nihss.total": 24}}, False),
        ("E2", {"scores": {"nihss.total": 25}}, True), ("E2", {"scores": {}}, None),
        ("E3", {"scores": {"demographics.prestroke_mrs": 2}}, False),
        ("E3", {"scores": {"demographics.prestroke_mrs": 3}}, True),
    ],
)  # fmt: skip
def test_it_answers_the_criteria_it_can(
    code: str, facts: dict[str, Any], answer: bool | None
) -> None:
    known: dict[str, Any] = {"site": "GRE", "sex": "F", "age": 50, "days_from_index": 5}
    computed = ISIS.criterion(code).computed
    assert computed is not None
    assert computed(Facts(**{**known, **facts})) is answer


def test_without_factors_there_is_one_stratum() -> None:
    assert ISIS.strata() == ("all",)
    assert ISIS.stratum(Facts("GRE", "F", None, None)) == "all"


def test_the_strata_are_all_combinations() -> None:
    assert THREE.strata() == ("GRE/mild", "GRE/severe", "LYO/mild", "LYO/severe")


@pytest.mark.parametrize(
    ("site", "total", "stratum"),
    [("GRE", 9, "GRE/mild"), ("LYO", 10, "LYO/severe"), ("GRE", None, None), ("XYZ", 9, None)],
)
def test_the_stratum_is_read_from_the_facts(
    site: str, total: int | None, stratum: str | None
) -> None:
    facts = Facts(site, "M", 40, 3, {"nihss.total": total})
    assert THREE.stratum(facts) == stratum


@given(FACTS, st.sampled_from([ISIS, THREE]))
def test_nobody_falls_into_an_undeclared_stratum(facts: Facts, plan: Protocol) -> None:
    assert plan.stratum(facts) in {None, *plan.strata()}


CELLS, CONTROL = ISIS.arms
FIRST = ISIS.visits[0]
OUTCOME = ISIS.outcomes[0]
PRODUCT = ProductPlan(
    (100,), 42, 100, 70, tests=(ReleaseTest("viability", "Viability", minimum=70),)
)
TWO = (("a", "A"), ("b", "B"))


def _with_visit(**changes: Any) -> dict[str, Any]:
    return {"visits": (*ISIS.visits, replace(FIRST, **{"code": "NEW", **changes}))}


def _with_factor(*levels: tuple[str, str]) -> dict[str, Any]:
    return {"factors": (Factor("x", "X", levels, lambda facts: facts.sex),)}


LIKELY = Fraction(4, 5)


def _minimized(
    weights: dict[str, int], probability: Fraction = LIKELY, measure: str = "range"
) -> dict[str, Any]:
    factors = (Factor("x", "X", TWO, lambda facts: facts.sex),)
    return {"allocation": Minimization(probability, weights, measure), "factors": factors}


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"arms": (CELLS,)}, "needs two arms"),
    ({"arms": (CELLS, replace(CONTROL, ratio=0))}, "whole ratios"),
    ({"arms": (CELLS, replace(CONTROL, code="cells"))}, "Two arms share a code"),
    ({"arms": (CELLS, replace(CONTROL, code=" "))}, "One of the arms has no code"),
    ({"allocation": PermutedBlocks(())}, "multiples of 3"),
    ({"allocation": PermutedBlocks((3, 4))}, "multiples of 3"),
    ({"allocation": PermutedBlocks((0,))}, "multiples of 3"),
    ({"allocation": PermutedBlocks((-3,))}, "multiples of 3"),
    ({"allocation": BiasedCoin(Fraction(1, 3))}, "above 1/3, and below 1"),
    ({"allocation": BiasedCoin(Fraction(1))}, "above 1/3, and below 1"),
    ({"allocation": Urn(-1, 1)}, "An urn begins with 0 balls or more"),
    ({"allocation": Urn(1, 0)}, "adds 1 or more"),
    ({"allocation": Minimization(LIKELY, {})}, "Minimization needs factors"),
    (_minimized({"x": 0}), "whole weight of at least 1"),
    (_minimized({"y": 1}), "names every factor of the protocol, and no other"),
    (_minimized({"x": 1, "y": 1}), "names every factor of the protocol, and no other"),
    (_minimized({"x": 1}, probability=Fraction(1)), "Minimization has a probability above 1/3"),
    (_minimized({"x": 1}, measure="spread"), "by its range or its variance"),
    ({"planned": 0}, "at least one participant"),
    (_with_factor(("a", "A")), "two different levels"),
    (_with_factor(("a", "A"), ("a", "B")), "two different levels"),
    (_with_factor(("a", "A"), ("", "B")), "empty, or holds a slash"),
    (_with_factor(("a", "A"), ("b/c", "B")), "empty, or holds a slash"),
    (_with_factor(("a", "A"), ("b" * 81, "B")), "at most 80 characters"),
    ({"factors": (Factor("x", "X", TWO, str), Factor("x", "Y", TWO, str))}, "Two factors share"),
    ({"criteria": (replace(ISIS.criteria[0], kind="inclsion"),)}, "neither an inclusion nor"),
    ({"criteria": (ISIS.criteria[0], ISIS.criteria[0])}, "Two criteria share a code"),
    ({"criteria": (replace(ISIS.criteria[0], code="X" * 11),)}, "at most 10 characters"),
    ({"visits": ()}, "has a visit"),
    ({"visits": ISIS.visits[1:]}, "everybody has it, once"),
    ({"visits": ISIS.visits[::-1]}, "everybody has it, once"),
    ({"visits": (*ISIS.visits, FIRST)}, "Two visits share a code"),
    (_with_visit(only_arms=("cell",)), "names an unknown arm"),
    (_with_visit(anchor="birth"), "counted from an unknown day"),
    (_with_visit(anchor="infusion"), "not every arm has"),
    (_with_visit(day=None), "needs a target day"),
    (_with_visit(repeatable=True), "needs a target day"),
    (_with_visit(window=Window(-1, 7)), "ends before it begins"),
    (_with_visit(window=Window(0, -7)), "ends before it begins"),
    (_with_visit(forms=(FormPlan("mrs"), FormPlan("mrs", required=False))), "twice for one form"),
    ({"consents": ()}, "has a consent version"),
    ({"consents": (ConsentVersion("1", date(2020, 1, 1)),) * 2}, "Two consent versions share"),
    ({"consents": tuple(ConsentVersion(code, date(2020, 1, 1)) for code in "AB")}, "on one day"),
    ({"outcomes": (OUTCOME, OUTCOME)}, "Two outcomes share a code"),
    ({"outcomes": (replace(OUTCOME, baseline_visit="V9"),)}, "baseline visit of outcome nihss"),
    ({"outcomes": (replace(OUTCOME, form="lesion"),)}, "not measured at its baseline"),
    ({"outcomes": (replace(OUTCOME, better="less"),)}, "better higher or lower"),
    ({"outcomes": (replace(OUTCOME, minimum=42, maximum=0),)}, "range of outcome nihss is empty"),
    ({"horizons": (Horizon("a", 0),)}, "positive numbers of days"),
    ({"horizons": (Horizon("a", 30), Horizon("b", 20))}, "later than the one before"),
    ({"horizons": (Horizon("a", 30), Horizon("b", 30))}, "later than the one before"),
    ({"product": None}, "exactly when the trial has one"),
    ({"product": None}, "the trial has no product"),
    ({"arms": (replace(CELLS, product=False), CONTROL)}, "exactly when the trial has one"),
    ({"product": replace(PRODUCT, doses_millions=())}, "planned doses"),
    ({"product": replace(PRODUCT, doses_millions=(0,))}, "planned doses"),
    ({"product": replace(PRODUCT, latest_day=0)}, "limits of the product"),
    ({"product": replace(PRODUCT, maximum_volume_ml=-1)}, "limits of the product"),
    ({"product": replace(PRODUCT, minimum_viability_percent=101)}, "is a percentage"),
    ({"screen_failures": frozen(**{"x" * 31: "X"})}, "screen failures have at most 30"),
    ({"not_treated_reasons": frozen(**{"x" * 31: "X"})}, "not treated have at most 30"),
    ({"ae_categories": frozen(**{"x" * 31: "X"})}, "AE categories have at most 30"),
    ({"revealing_categories": frozenset({"infusion_reactions"})}, "unknown: infusion_reactions"),
    (
        {"ae_categories": frozen(rash="Rash"), "revealing_categories": frozenset({"rash"})},
        'hide behind "other"',
    ),
    ({"slip_minutes": -1}, "in so many minutes after its entry, or in none"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), CONTRADICTIONS)
def test_a_contradiction_is_refused_in_words(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        replace(ISIS, **changes)


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize(
    "changes",
    [
        {"allocation": CompleteRandomization()},
        {"allocation": BiasedCoin(Fraction(2, 3))},
        {"allocation": Urn(0, 1)},
        _minimized({"x": 2}),
        _minimized({"x": 1}, measure="variance"),
    ],
)
def test_every_scheme_can_be_declared(changes: dict[str, Any]) -> None:
    assert replace(ISIS, **changes).allocation.words


def test_all_contradictions_are_told_at_once() -> None:
    with pytest.raises(ProtocolError) as refused:
        replace(ISIS, planned=0, consents=(), allocation=PermutedBlocks((4,)))
    assert len(str(refused.value).split(". ")) == 3


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 4))
def test_any_ratio_with_whole_blocks_is_taken(ratios: list[int], times: int) -> None:
    arms = tuple(Arm(f"arm{place}", "", ratio) for place, ratio in enumerate(ratios))
    taken = replace(THREE, arms=arms, allocation=PermutedBlocks((sum(ratios) * times,)))
    assert [arm.ratio for arm in taken.arms] == ratios
