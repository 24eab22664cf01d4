"""The entry form of an instrument: it ..."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from outcomes.forms import InstrumentForm
from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import Finding, Instrument, Item, Value
from trial import registry

from .reference import highest, lowest

NIHSS, BI100, MRS, FMA, BI20, SMRSQ = SCALES
EACH_FORM = pytest.mark.parametrize("form", INSTRUMENTS.values(), ids=lambda form: form.code)


def form_of(code: str, posted: dict[str, str] | None = None, **options: Any) -> InstrumentForm:
    data = None
    if posted is not None:
        data = QueryDict(mutable=True)
        data.update(posted)
    built = registry.form(code).form(data, **options)
    assert isinstance(built, InstrumentForm)
    return built


def posted_of(answers: dict[str, Value]) -> dict[str, str]:
    return {name: str(value) for name, value in answers.items()}


def known(answers: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in answers.items() if value not in (None, False)}


@EACH_FORM
def test_it_shows_every_item_once_with_nothing_preselected(form: Instrument) -> None:
    page = str(form_of(form.code))
    for item in form.items:
        assert page.count(f'data-item="{item.name}"') == 1
    assert "checked" not in page
    assert "selected" not in page
    assert not re.search(r'value="[^"]+" aria-describedby', page)
    assert not form_of(form.code).is_bound


@EACH_FORM
def test_it_takes_a_form_with_nothing_typed(form: Instrument) -> None:
    empty = form_of(form.code, {})
    assert empty.is_valid()
    assert set(empty.answers()) == {column.name for column in form.columns()}
    assert known(empty.answers()) == {}


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.code)
def test_it_reads_the_points_that_were_chosen(scale: Instrument) -> None:
    for answers in (lowest(scale), highest(scale)):  # type: ignore[arg-type]  # every one is a Scale
        form = form_of(scale.code, posted_of(answers))
        assert form.is_valid()
        read = form.answers()
        assert {name: read[name] for name in answers} == answers


def test_it_reads_an_untestable_limb_and_its_reason() -> None:
    posted = {"arm_left": "UN", "arm_left_untestable_reason": "amputation"}
    assert known(form_of("nihss", posted).answers()) == {
        "arm_left_untestable": True,
        "arm_left_untestable_reason": "amputation",
    }


def test_it_forgets_a_reason_once_points_are_chosen_and_only_then() -> None:
    reason = {"arm_left_untestable_reason": "amputation"}
    scored = form_of("nihss", {"arm_left": "2", **reason}).answers()
    assert known(scored) == {"arm_left": 2}
    unmarked = form_of("nihss", reason).answers()
    assert [finding.rule for finding in NIHSS.check(unmarked)] == ["NIHSS-C8"]


@pytest.mark.parametrize(
    ("code", "item", "typed", "read"),
    [
        ("vitals", "temperature", "36.8", Decimal("36.8")),
        ("vitals", "temperature", " 36,8 ", Decimal("36.8")),
        ("vitals", "heart_rate", "72", 72),
        ("vitals", "heart_rate", "400", 400),
        ("fmri", "mi_4a", "-0.4312", Decimal("-0.4312")),
        ("fmri", "scanned_on", "2027-03-12", date(2027, 3, 12)),
        ("fmri", "wrist", "left", "left"),
        ("demographics", "diabetes", "no", False),
        ("demographics", "diabetes", "yes", True),
        ("demographics", "territory_other", "thalamus", "thalamus"),
    ],
)
def test_it_reads_what_was_typed(code: str, item: str, typed: str, read: Value) -> None:
    form = form_of(code, {item: typed})
    assert form.is_valid()
    assert form.answers()[item] == read
    assert type(form.answers()[item]) is type(read)


@pytest.mark.parametrize(
    ("code", "item", "typed"),
    [
        ("nihss", "gaze", "two"),
        ("nihss", "gaze", "-1"),
        ("nihss", "gaze", "1.5"),
        ("nihss", "gaze", "²"),
        ("nihss", "gaze", "99999"),
        ("vitals", "temperature", "warm"),
        ("vitals", "temperature", "NaN"),
        ("vitals", "temperature", "1e3"),
        ("vitals", "heart_rate", "9" * 40),
        ("fmri", "scanned_on", "12/03/2027"),
        ("fmri", "scanned_on", "2027-02-30"),
        ("fmri", "wrist", "x" * 300),
        ("demographics", "diabetes", "maybe"),
        ("nihss", "arm_left_untestable_reason", "x" * 300),
    ],
)
def test_it_keeps_what_it_cannot_read_and_says_so_beside_the_item(
    code: str, item: str, typed: str
) -> None:
    form = form_of(code, {item: typed})
    assert not form.is_valid()
    shown = item.removesuffix("_untestable_reason")
    entry = next(e for s in form.sections() for e in s.entries if e.item["name"] == shown)
    assert entry.item["errors"]
    assert form[item].value() == typed
    assert form.answers()[item] is None


def test_it_hands_an_impossible_value_on_to_the_instrument_s_own_check() -> None:
    form = form_of("nihss", {"gaze": "7"})
    assert form.is_valid()
    assert [finding.rule for finding in NIHSS.check(form.answers())] == ["RANGE"]


def test_it_shows_refusals_and_missing_answers_beside_their_items() -> None:
    form = form_of("nihss", {"consciousness": "3", "sensory": "0"})
    findings = [
        *NIHSS.check(form.answers()),
        Finding("X", "hard", None, "Something of the whole form."),
    ]
    form.refuse(findings, ["gaze"])
    page = str(form)
    assert set(form.errors) == {"sensory", "gaze", "__all__"}
    assert "line 8 is 2" in page
    assert "Not answered." in page
    assert "Something of the whole form." in page
    assert form.answers()["sensory"] == 0
    assert 'value="3" data-key="3" checked' in re.sub(r"\s+", " ", page)


def test_it_shows_saved_answers() -> None:
    saved = {**lowest(NIHSS), "arm_left": None, "arm_left_untestable": True,
             "arm_left_untestable_reason": "joint fusion"}  # fmt: skip
    form = form_of("nihss", initial=saved)
    assert form["gaze"].value() == "0"
    assert form["arm_left"].value() == "UN"
    assert '<option value="joint fusion" selected>' in str(form)
    assert form.answers()["arm_left_untestable"] is True


def test_it_shows_the_saved_answer_struck_through_where_another_was_typed() -> None:
    saved: dict[str, Any] = {"gaze": 0, "face": 1, "visual": None, "ataxia_untestable": True}
    form = form_of("nihss", {"gaze": "2", "face": "1", "visual": "1", "ataxia": "0"}, initial=saved)
    was = {
        entry.item["name"]: entry.item["was"]
        for section in form.sections()
        for entry in section.entries
        if entry.item["was"]
    }
    assert was == {"gaze": "0 Normal", "ataxia": "untestable"}
    shown = "<p data-was>saved: <del>0 Normal</del>"
    assert shown in str(form)
    # Before anything is typed it is there for the scripts, and not to be seen.
    before = str(form_of("nihss", initial=saved))
    assert shown not in before
    assert "<p data-was hidden>saved: <del>0 Normal</del>" in before


def test_it_shows_the_last_visit_small_and_copies_nothing() -> None:
    form = form_of("nihss", previous={"gaze": "2 at M4"})
    assert "was 2 at M4" in str(form)
    assert form["gaze"].value() is None


def test_it_offers_nothing_to_press_when_it_is_only_read() -> None:
    saved: dict[str, Any] = {"heart_rate": 72, "temperature": Decimal("36.8")}
    page = str(form_of("vitals", initial=saved, readonly=True))
    assert "<input" not in page
    assert "<b>72</b> beats/min" in page
    assert "no answer" in page
    assert "<input" not in str(form_of("nihss", initial=highest(NIHSS), readonly=True))


@pytest.mark.parametrize(
    ("code", "item", "earlier", "value"),
    [
        ("smrsq", "walks", "lives_alone", "0"),
        ("demographics", "earlier_deficit", "earlier_stroke", "yes"),
        ("demographics", "territory_other", "territory", "other"),
    ],
)
def test_it_says_when_an_item_is_asked_in_the_values_that_are_posted(
    code: str, item: str, earlier: str, value: str
) -> None:
    page = re.sub(r"\s+", " ", str(form_of(code)))
    assert f'data-item="{item}"' in page
    assert f'data-ask-if="{earlier}" data-ask-value="{value}"' in page


def test_it_gives_running_scores_to_the_page() -> None:
    form = form_of("nihss", posted_of(highest(NIHSS)))
    total = form.scores()[0]
    assert (total["name"], total["value"], total["maximum"]) == ("total", 42, 42)
    assert total["of"].split() == [item.name for item in NIHSS.items]
    assert form_of("nihss", {"gaze": "1"}).scores()[0]["value"] is None
    assert form_of("vitals").scores() == ()


def test_the_scores_that_are_drawn_come_before_their_parts() -> None:
    names = [score["name"] for score in form_of("fma").scores()]
    assert names[:3] == ["motor", "shoulder_elbow", "wrist"]
    assert len(names) == len(set(names)) == 16
    assert [score["name"] for score in form_of("nihss").scores()][:2] == ["total", "motor"]


def test_it_gives_a_decision_tree_to_the_page() -> None:
    (grade,) = form_of("smrsq", {"lives_alone": "0", "walks": "1"}).scores()
    assert grade["value"] == 3
    tree = json.loads(grade["tree"])
    assert tree["no"] == {"item": "walks", "yes": 3, "no": {"item": "sits", "yes": 4, "no": 5}}


def test_it_escapes_what_was_typed() -> None:
    page = str(form_of("demographics", {"territory_other": '"><script>alert(1)</script>'}))
    assert "<script>" not in page


def test_it_draws_typed_items_with_unit_and_keyboard() -> None:
    page = re.sub(r"\s+", " ", str(form_of("vitals")))
    assert 'name="temperature" value="" aria-describedby="item-temperature-notes"' in page
    assert 'inputmode="decimal"' in page
    assert '<span class="unit">°C</span>' in page
    assert 'type="date"' in str(form_of("lesion"))


def test_it_puts_items_under_their_headings() -> None:
    headings = [section.heading for section in form_of("fma").sections()]
    assert headings[:2] == ["A.I Arm: reflexes", "A.II Arm: flexor synergy"]
    assert all(isinstance(item, Item) for item in FMA.items)
    assert '<h2 class="record-section">G Balance</h2>' in str(form_of("fma"))
