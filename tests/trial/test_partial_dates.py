"""Partial dates: what is known is kept, what is not known is never made up."""

from __future__ import annotations

import calendar
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.partial_dates import PATTERN, PartialDate

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    """Any date, known to the year, the month or the day."""
    day = draw(DAYS)
    known = draw(st.integers(1, 3))
    return PartialDate(*(day.year, day.month, day.day)[:known])


@pytest.mark.requirement("R-023")
@given(partial_dates())
def test_it_reads_back_what_it_writes(partial: PartialDate) -> None:
    assert PartialDate.parse(str(partial)) == partial


@given(partial_dates())
def test_it_can_mean_no_day_before_its_earliest_or_after_its_latest(partial: PartialDate) -> None:
    assert partial.earliest <= partial.latest
    assert (partial.earliest == partial.latest) is partial.is_full
    for end in (partial.earliest, partial.latest):
        assert end.isoformat().startswith(str(partial))


@given(DAYS)
def test_it_takes_every_day_that_exists(day: date) -> None:
    assert PartialDate.parse(day.isoformat()).earliest == day


@given(st.integers(1900, 2199), st.integers(0, 13), st.integers(0, 32))
def test_it_takes_no_day_that_does_not_exist(year: int, month: int, day: int) -> None:
    exists = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    text = f"{year:04d}-{month:02d}-{day:02d}"
    assert bool(re.fullmatch(PATTERN, text)) is exists
    if not exists:
        with pytest.raises(ValueError, match="2027-03-12"):
            PartialDate.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "2027 ", "2027\n", "2027-03-12\n", "27", "02027", "2027-3", "2027-13", "2027-00",
        "2027-02-29", "1900-02-29", "2100-02-29", "2027-04-31", "2027-03-", "2027--12", "-2027",
        "0000", "0001-01-01", "1899", "2200", "20270312", "12/03/2027", "2027-03-12T10:00",
        "٢٠٢٧", "2027-0３-12", "2027-03-12 or 13", "unknown",
    ],
)  # fmt: skip
def test_it_refuses_another_form(text: str) -> None:
    with pytest.raises(ValueError, match="2027-03-12, 2027-03 or 2027"):
        PartialDate.parse(text)


@given(st.text(max_size=12))
def test_it_reads_or_refuses_any_text(text: str) -> None:
    try:
        found = PartialDate.parse(text)
    except ValueError:
        return
    assert str(found) == text


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2027, None, 5), (2027, 2, 29), (2027, 13, None), (27, None, None)]
)
def test_it_cannot_be_built_wrong(year: int, month: int | None, day: int | None) -> None:
    with pytest.raises(ValueError, match="There is no such date"):
        PartialDate(year, month, day)


def test_it_has_no_order_of_its_own() -> None:
    with pytest.raises(TypeError):
        sorted([PartialDate(2027, 3), PartialDate(2027)])  # type: ignore[type-var]  # the point
