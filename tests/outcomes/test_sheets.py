"""The typed forms that are not scored: it ..."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from outcomes.scales import INSTRUMENTS, SHEETS
from outcomes.scales.base import CheckContext, Number, Value
from outcomes.scales.imaging import SIGNAL_CHANGE, passive_wrist

EACH_SHEET = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)


def found(code: str, **answers: Value) -> list[tuple[str, str, str | None]]:
    findings = INSTRUMENTS[code].check(answers)
    return [(finding.rule, finding.severity, finding.item) for finding in findings]


def refused(code: str, item: str) -> list[tuple[str, str, str | None]]:
    return [("RANGE", "hard", item)]


def doubted(item: str) -> list[tuple[str, str, str | None]]:
    return [(f"ODD-{item}", "soft", item)]


@EACH_SHEET
def test_it_is_never_scored(sheet: Number) -> None:
    form = INSTRUMENTS[sheet.code]
    assert form.scores == ()
    assert form.score_columns() == ()
    assert form.flags({}) == {}


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize(
    ("code", "item", "fine", "odd", "impossible"),
    [
        ("vitals", "heart_rate", 72, 30, 301),
        ("vitals", "systolic", 135, 210, 39),
        ("vitals", "diastolic", 80, 115, 19),
        ("vitals", "temperature", Decimal("36.8"), Decimal("39.5"), Decimal("44.1")),
        ("vitals", "oxygen_saturation", 97, 85, 101),
        ("vitals", "respiratory_rate", 16, 30, 3),
        ("lesion", "volume_ml", Decimal("62.5"), 0, Decimal("600.1")),
        ("rehab", "physiotherapy", 0, 1200, 2401),
        ("rehab", "occupational_therapy", 180, 1200, -1),
        ("rehab", "speech_therapy", 90, 1200, 2401),
        ("fmri", "mi_4a", Decimal("-0.4312"), 11, -101),
        ("fmri", "mi_4p", 2, -11, 101),
    ],
)
def test_it_refuses_the_impossible_and_asks_about_the_odd(
    code: str, item: str, fine: Value, odd: Value, impossible: Value
) -> None:
    assert found(code, **{item: fine}) == []
    assert found(code, **{item: odd}) == doubted(item)
    assert found(code, **{item: impossible}) == refused(code, item)


@EACH_SHEET
def test_it_takes_both_ends_of_a_number_s_range(sheet: Number) -> None:
    for item in INSTRUMENTS[sheet.code].items:
        if isinstance(item, Number):
            assert item.problem(item.minimum) == ""
            assert item.problem(item.maximum) == ""
            assert item.problem(item.maximum + 1) != ""
            assert item.problem(item.minimum - 1) != ""


@pytest.mark.parametrize(
    ("code", "item", "value"),
    [
        ("vitals", "temperature", Decimal("36.85")),
        ("vitals", "heart_rate", Decimal("72.5")),
        ("vitals", "heart_rate", True),
        ("vitals", "heart_rate", Decimal("NaN")),
        ("vitals", "heart_rate", "fast"),
        ("fmri", "mi_4a", Decimal("0.12345")),
        ("fmri", "wrist", "both"),
        ("fmri", "scanned_on", "2027-03-12"),
        ("fmri", "scanned_on", datetime(2027, 3, 12, 9)),  # noqa: DTZ001  the point is that it is no date
        ("demographics", "hypertension", 1),
        ("demographics", "infarct_side", "both"),
        ("demographics", "prestroke_mrs", 6),
        ("demographics", "territory_other", "x" * 81),
        ("demographics", "territory_other", 3),
    ],
)
def test_it_refuses_a_value_of_the_wrong_kind_or_precision(
    code: str, item: str, value: Value
) -> None:
    assert found(code, **{item: value}) == refused(code, item)


def test_it_compares_pressures_only_when_both_are_there() -> None:
    assert found("vitals", systolic=80) == doubted("systolic")
    assert ("VITALS-C1", "hard", "systolic") in found("vitals", systolic=80, diastolic=90)


def test_it_names_the_unit_of_the_activity_for_the_whole_trial() -> None:
    sheet = passive_wrist(unit=SIGNAL_CHANGE, limit=3)
    activity = next(column for column in sheet.columns() if column.name == "mi_4a")
    assert activity.unit == "% signal change"
    assert [finding.rule for finding in sheet.check({"mi_4a": 4})] == ["ODD-mi_4a"]


def test_it_asks_about_a_scan_dated_after_the_assessment() -> None:
    context = CheckContext(assessed_on=date(2027, 3, 12))
    lesion = INSTRUMENTS["lesion"]
    assert lesion.check({"scanned_on": date(2027, 3, 12)}, context) == ()
    late = lesion.check({"scanned_on": date(2027, 3, 13)}, context)
    assert [(finding.rule, finding.severity) for finding in late] == [("LESION-C1", "soft")]
    assert lesion.check({"scanned_on": date(2027, 3, 13)}) == ()


def test_it_refuses_a_scan_read_for_a_day_after_death() -> None:
    context = CheckContext(assessed_on=date(2027, 3, 12), died_on=date(2027, 3, 12))
    assert [finding.rule for finding in INSTRUMENTS["fmri"].check({}, context)] == ["FMRI-C2"]


def test_it_asks_what_an_answer_calls_for_and_no_more() -> None:
    form = INSTRUMENTS["demographics"]
    everything = {item.name for item in form.items}
    calls_for = {"territory_other", "earlier_deficit"}
    assert set(form.missing({})) == everything - calls_for
    answered: dict[str, Value] = {"territory": "other", "earlier_stroke": True}
    assert calls_for <= set(form.missing(answered))


def test_it_holds_no_identity() -> None:
    words = {"name", "initials", "birth", "address", "phone", "email"}
    for sheet in SHEETS:
        for column in sheet.columns():
            assert not words & set(column.name.split("_"))
