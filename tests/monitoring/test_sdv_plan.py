"""Which records are verified: the same ones on every machine, about as many as the plan says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring.sdv import Place, draw_limit, drawn, is_planned, items_of, planned_items
from trial import registry
from trial.protocol import EVERY_ITEM, ProtocolError, SdvPlan, current, load

PLAN = SdvPlan(critical={"mrs": (EVERY_ITEM,), "fmri": ("mi_4a",)}, share_percent=20, seed="s")
FMRI = ("scanned_on", "wrist", "mi_4a", "mi_4p")
PROTOCOLS = ("trial.protocols.isis_hermes", "tests.protocols.three_arms")


def _places(form: str) -> list[Place]:
    return [Place(f"GRE-{number:03d}-0", "M6", form) for number in range(5000)]


@pytest.mark.requirement("R-041")
def test_critical_items_are_planned_in_every_record() -> None:
    for place in _places("mrs")[:200]:
        assert planned_items(PLAN, place, ("grade",)) == ("grade",)
    assert all(is_planned(PLAN, place, "mi_4a") for place in _places("fmri")[:200])


@pytest.mark.requirement("R-041")
def test_of_the_other_records_the_stated_share_is_drawn_whole() -> None:
    share = sum(drawn(PLAN, place) for place in _places("rehab")) / 5000
    assert 0.18 < share < 0.22
    whole = next(place for place in _places("fmri") if drawn(PLAN, place))
    other = next(place for place in _places("fmri") if not drawn(PLAN, place))
    assert planned_items(PLAN, whole, FMRI) == FMRI
    assert planned_items(PLAN, other, FMRI) == ("mi_4a",)


@pytest.mark.requirement("R-041")
def test_the_draw_is_pinned() -> None:
    """A changed hash would draw other records in a running trial."""
    picked = [place.participant for place in _places("rehab")[:30] if drawn(PLAN, place)]
    assert picked == ["GRE-007-0", "GRE-017-0", "GRE-018-0"]


def test_nothing_and_everything_can_be_drawn() -> None:
    places = _places("rehab")[:300]
    assert not any(drawn(replace(PLAN, share_percent=0), place) for place in places)
    assert all(drawn(replace(PLAN, share_percent=100), place) for place in places)


def test_the_limit_of_the_draw_is_the_first_number_that_is_not_drawn() -> None:
    """A fifth of 2 ** 48 is no whole number: the one below it is drawn, the one above is not."""
    assert draw_limit(PLAN) == (2**48 // 5 + 1).to_bytes(6)
    assert draw_limit(replace(PLAN, share_percent=50)) == (2**47).to_bytes(6)


def test_an_item_takes_its_untestable_mark_along() -> None:
    items = items_of(registry.form("nihss").columns)
    assert len(items) == 15
    assert items["arm_left"] == ("arm_left", "arm_left_untestable", "arm_left_untestable_reason")
    assert items["gaze"] == ("gaze",)


@pytest.mark.parametrize("module", PROTOCOLS)
def test_every_critical_item_is_an_item_of_its_form(module: str) -> None:
    for form, items in load(module).sdv.critical.items():
        assert {*items} <= {*items_of(registry.form(form).columns), EVERY_ITEM}


def test_every_outcome_of_the_trial_is_verified_completely() -> None:
    plan = current()
    assert {outcome.form for outcome in plan.outcomes} <= set(plan.sdv.critical)


@pytest.mark.parametrize(
    ("sdv", "sentence"),
    [
        (SdvPlan(critical={"pulse": ("rate",)}, seed="s"), "planned at no visit: pulse"),
        (SdvPlan(critical={"mrs": ()}, seed="s"), "form mrs are named once each"),
        (SdvPlan(critical={"mrs": (EVERY_ITEM, "grade")}, seed="s"), "Every item of form mrs"),
        (SdvPlan(share_percent=101, seed="s"), "is a percentage"),
        (SdvPlan(share_percent=10), "needs a seed"),
    ],
)
def test_a_plan_that_contradicts_itself_stops_the_start(sdv: SdvPlan, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        replace(load(PROTOCOLS[0]), sdv=sdv)


def test_a_certificate_is_asked_for_forms_of_the_trial_only() -> None:
    with pytest.raises(ProtocolError, match="certificate are planned at no visit: pulse"):
        replace(load(PROTOCOLS[0]), certified_forms=frozenset({"pulse"}))
