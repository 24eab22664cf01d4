"""The table of limits, and the calendar they are counted in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from safety import clocks, rules
from safety.clocks import REGIMES, Due, Judged, Sent, Told
from trial import safety_plan

PARIS, CHICAGO, KIRITIMATI = "Europe/Paris", "America/Chicago", "Pacific/Kiritimati"
CTR, JARDE, OTHER = (REGIMES[code] for code in ("eu_ctr", "fr_jarde", "other"))


def at(text: str, zone: str = PARIS) -> datetime:
    """An instant by the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


AWARE = at("2026-03-02T10:00")
LATER = at("2026-03-10T10:00")


def kinds(
    told: list[Told], judged: list[Judged], sent: tuple[Sent, ...] = (), regime: clocks.Regime = CTR
) -> dict[str, date]:
    """The last day of each clock."""
    found = clocks.clocks(regime, PARIS, told, judged, sent)
    return {due.kind: due.due_on for due in found}


# aware (local), zone, days, last day in time
CALENDAR = [
    ("2026-03-02T00:00", PARIS, 7, "2026-03-09"),
    ("2026-03-02T23:59", PARIS, 7, "2026-03-09"),
    ("2026-03-02T10:00", PARIS, 15, "2026-03-17"),
    ("2026-04-24T10:00", PARIS, 7, "2026-05-01"),
    ("2026-01-31T10:00", PARIS, 15, "2026-02-15"),
    ("2026-12-28T10:00", PARIS, 7, "2027-01-04"),
    ("2028-02-22T10:00", PARIS, 7, "2028-02-29"),
    ("2028-02-23T10:00", PARIS, 7, "2028-03-01"),
    ("2027-02-22T10:00", PARIS, 7, "2027-03-01"),
    ("2028-02-29T10:00", PARIS, 15, "2028-03-15"),
    ("2100-02-28T10:00", PARIS, 1, "2100-03-01"),
    # clocks go forward on 29 March 2026 and back on 25 October 2026 in Paris
    ("2026-03-22T10:00", PARIS, 7, "2026-03-29"),
    ("2026-03-29T03:30", PARIS, 7, "2026-04-05"),
    ("2026-10-18T23:30", PARIS, 7, "2026-10-25"),
    ("2026-10-25T02:30", PARIS, 15, "2026-11-09"),
    ("2026-03-08T12:00", CHICAGO, 7, "2026-03-15"),
    ("2026-03-02T10:00", KIRITIMATI, 0, "2026-03-02"),
]


@pytest.mark.requirement("R-052")
@pytest.mark.parametrize(("aware", "zone", "days", "last"), CALENDAR)
def test_days_are_calendar_days_and_that_of_awareness_is_day_0(
    aware: str, zone: str, days: int, last: str
) -> None:
    due = Due("other", at(aware, zone), zone, days)
    assert due.due_on == date.fromisoformat(last)
    assert due.day0 == date.fromisoformat(aware[:10])
    minute = timedelta(minutes=1)
    assert (due.ends_at - minute).astimezone(ZoneInfo(zone)).date() == due.due_on
    assert due.ends_at.astimezone(ZoneInfo(zone)).date() == due.due_on + timedelta(days=1)
    assert (due.state(due.ends_at - minute), due.state(due.ends_at)) == ("running", "overdue")


@pytest.mark.requirement("R-052")
def test_the_day_of_awareness_is_the_day_in_the_study_s_zone() -> None:
    instant = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    days = [clocks.last_day(instant, zone, 7).day for zone in (PARIS, CHICAGO, KIRITIMATI)]
    assert days == [9, 8, 9]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-30", 24)]
)
def test_a_last_day_lasts_as_long_as_the_clock_says(day: str, hours: int) -> None:
    whole = date.fromisoformat(day)
    span = clocks.end_of(whole, PARIS) - clocks.end_of(whole - timedelta(days=1), PARIS)
    assert span == timedelta(hours=hours)


@pytest.mark.requirement("R-052")
@pytest.mark.parametrize("aware", ["2026-03-28T20:00", "2026-10-24T20:00", "2028-02-28T20:00"])
def test_24_hours_are_elapsed_hours(aware: str) -> None:
    assert {one.investigator for one in REGIMES.values()} == {rules.SAE_LIMIT}
    assert rules.due_at(at(aware)) - at(aware).astimezone(UTC) == timedelta(hours=24)


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="zone"):
        clocks.last_day(datetime(2026, 3, 2, 10, tzinfo=UTC).replace(tzinfo=None), PARIS, 7)


# What is known and judged -> each clock and the day, counted from its own day 0, it ends on.
GRAVE, MILD = [Told(1, AWARE, grave=True)], [Told(1, AWARE, grave=False)]
WORSE = [*MILD, Told(2, LATER, grave=True)]
YES, NO = Judged(1, AWARE, susar=True), Judged(1, AWARE, susar=False)
TABLE = [
    ("a grave SUSAR", CTR, GRAVE, [YES], {"grave": 7, "complete": 15}),
    ("another SUSAR", CTR, MILD, [YES], {"other": 15}),
    ("no SUSAR", CTR, GRAVE, [NO], {}),
    ("a grave one to assess", CTR, GRAVE, [], {"assess": 7}),
    ("another to assess", CTR, MILD, [], {"assess": 15}),
    ("a grave SUSAR, Jardé", JARDE, GRAVE, [YES], {"grave": 0, "complete": 8}),
    ("another SUSAR, Jardé", JARDE, MILD, [YES], {"other": 15, "complete": 23}),
    ("a grave SUSAR, E2A", OTHER, GRAVE, [YES], {"grave": 7, "complete": 15}),
    ("another SUSAR, E2A", OTHER, MILD, [YES], {"other": 15}),
]


@pytest.mark.requirement("R-052")
@pytest.mark.parametrize(
    ("regime", "told", "judged", "limits"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_the_table_of_limits(
    regime: clocks.Regime, told: list[Told], judged: list[Judged], limits: dict[str, int]
) -> None:
    wanted = {kind: date(2026, 3, 2) + timedelta(days=days) for kind, days in limits.items()}
    assert kinds(told, judged, regime=regime) == wanted


@pytest.mark.requirement("R-052")
def test_a_susar_that_becomes_fatal_has_seven_days_from_that() -> None:
    judged = [YES, Judged(2, LATER, susar=True)]
    assert kinds(WORSE, judged) == {
        "other": date(2026, 3, 17),
        "graver": date(2026, 3, 17),
        "complete": date(2026, 3, 25),
    }
    # Until it is assessed anew, it is to be assessed within the shorter limit.
    assert kinds(WORSE, [YES])["assess"] == date(2026, 3, 17)


@pytest.mark.requirement("R-052")
def test_an_urgent_safety_measure_is_notified_within_seven_days() -> None:
    due = clocks.urgent_measure(CTR, PARIS, AWARE)
    assert (due.due_on, due.state(AWARE)) == (date(2026, 3, 9), "running")
    told = clocks.urgent_measure(CTR, PARIS, AWARE, LATER)
    assert told.state(LATER) == "missed"


def test_what_became_unexpected_later_runs_from_then() -> None:
    told = [*MILD, Told(2, LATER, grave=False)]
    assert kinds(told, [NO, Judged(2, LATER, susar=True)]) == {"other": date(2026, 3, 25)}


def test_what_was_judged_wrongly_runs_from_when_it_was_told() -> None:
    assert kinds(MILD, [NO, Judged(1, LATER, susar=True)]) == {"other": date(2026, 3, 17)}


def test_an_assessment_covers_the_versions_before_it_that_had_none() -> None:
    told = [*MILD, Told(2, LATER, grave=False)]
    assert kinds(told, [Judged(2, LATER, susar=True)]) == {"other": date(2026, 3, 17)}
    assert kinds(told, []) == {"assess": date(2026, 3, 17)}


def test_the_earlier_of_two_versions_to_assess_does_not_hide_the_more_urgent() -> None:
    soon = [*MILD, Told(2, AWARE + timedelta(days=1), grave=True)]
    assert kinds(soon, []) == {"assess": date(2026, 3, 10)}


def test_a_submission_meets_the_clock_of_what_it_tells() -> None:
    judged = [YES, Judged(2, LATER, susar=True)]
    sent = (Sent(1, AWARE), Sent(2, LATER))
    states = {due.kind: due.state(LATER) for due in clocks.clocks(CTR, PARIS, WORSE, judged, sent)}
    assert states == {"other": "met", "graver": "met", "complete": "running"}
    early = clocks.clocks(CTR, PARIS, WORSE, judged, sent[:1])
    assert {due.kind for due in early if due.is_open} == {"graver", "complete"}
    whole = clocks.clocks(CTR, PARIS, WORSE, judged, (Sent(2, LATER, complete=True),))
    assert not [due for due in whole if due.is_open]


def test_a_late_submission_stays_late() -> None:
    due = clocks.clocks(CTR, PARIS, MILD, [YES], (Sent(1, at("2026-03-18T00:00")),))[0]
    assert (due.state(LATER), due.is_open) == ("missed", False)


def test_no_susar_after_all_ends_a_clock_but_not_one_that_ran_out() -> None:
    lifted = clocks.clocks(CTR, PARIS, MILD, [YES, Judged(1, LATER, susar=False)], ())[0]
    assert (lifted.state(LATER), lifted.is_open) == ("lifted", False)
    after = at("2026-03-18T00:00")
    late = clocks.clocks(CTR, PARIS, MILD, [YES, Judged(1, after, susar=False)], ())[0]
    assert (late.state(after), late.is_open) == ("overdue", True)


def test_it_says_how_much_time_is_left() -> None:
    due = Due("other", AWARE, PARIS, 15)
    assert due.words(at("2026-03-16T00:00")) == "2 days left"
    assert due.words(at("2026-03-17T21:00")) == "3 h left"
    assert due.words(at("2026-03-18T01:00")) == "overdue by 1 h"


def test_each_limit_names_its_source_and_each_regime_a_protocol_may_name_is_known() -> None:
    from safety.grading import GRADINGS

    assert set(REGIMES) == safety_plan.REGIMES
    assert set(GRADINGS) == safety_plan.GRADINGS
    for regime in REGIMES.values():
        limits = {name for name in vars(regime) if name.endswith("_days")} | {"investigator"}
        assert limits == set(regime.sources)


def test_a_protocol_names_a_regime_a_grading_and_a_zone_there_are() -> None:
    wrong = safety_plan.SafetyPlan(regime="x", grading="y", zone="Nowhere/Z", duplicate_days=-1)
    assert len([*wrong.objections()]) == 4
