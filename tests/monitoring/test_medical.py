"""The medical monitor sees events over time, their clocks, and vital signs out of their range."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.medical.asked import Asked
from monitoring.medical.months import BOTTOM, TOP, months
from monitoring.medical.vitals import ITEMS, is_usual, unusual
from tests.builders import enrolled, saved
from tests.people import AT, People
from tests.safety.coding.books import coded, load
from tests.safety.desk import assessed
from tests.safety.reports import reported, reported_sae
from trial.partial_dates import PartialDate

pytestmark = pytest.mark.requirement("R-052")

USUAL: dict[str, Any] = {
    "heart_rate": 70, "systolic": 130, "diastolic": 80, "temperature": Decimal("36.8"),
    "oxygen_saturation": 97, "respiratory_rate": 16,
}  # fmt: skip


# The third cell of a row that begins with a code.
_TERM = re.compile(r'<th scope="row" class="code.*?</th> <td>.*?</td> <td>([^<]+)')


def shown(people: People, name: str = "safety-overview", **asked: str) -> str:
    client = Client()
    client.force_login(people.sara)
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def lists(people: People, **asked: str) -> list[str]:
    """The terms in the list, in its order."""
    return [term.strip() for term in _TERM.findall(shown(people, **asked))]


def test_the_list_has_the_clocks_and_is_narrowed_by_each_filter(people: People) -> None:
    load()
    here = enrolled(people)
    there = enrolled(people, site=people.lyon)
    old = reported_sae(people, here, term="Quang fever", onset="2026-02-20")
    coded(old, 204, people.sara)
    assessed(people, old, expectedness="expected")
    reported_sae(people, there, actor=people.carl, term="Seizure", category="seizure")
    reported(people, here, term="Headache", onset="2026-03")
    page = shown(people)
    assert "Assess, by" in page
    assert "Quang disorders" in page
    assert lists(people) == ["Seizure", "Quang fever"]
    assert lists(people, kind="all") == ["Seizure", "Headache", "Quang fever"]
    assert lists(people, kind="other") == ["Headache"]
    assert lists(people, site="LYO") == ["Seizure"]
    assert lists(people, group="Quang disorders") == ["Quang fever"]
    assert lists(people, last="2026-02-28") == ["Quang fever"]
    # A month reaches into a period that begins in its middle.
    assert lists(people, kind="all", first="2026-03-20") == ["Headache"]
    nonsense = {"site": "<b>", "group": "x", "kind": "y", "first": "2026-02-31", "last": "soon"}
    assert lists(people, **nonsense) == ["Seizure", "Quang fever"]
    assert "Mar 2026: 2, 1 serious" in page
    assert "Mar 2026: 1, 0 serious" in shown(people, site="GRE")


def test_months_are_counted_without_a_gap_and_a_year_alone_is_told_apart() -> None:
    onsets = [("2026-11-03", True), ("2026-11", False), ("2027-01-31", False), ("2026", True)]
    figure = months((PartialDate.parse(text), serious) for text, serious in onsets)
    assert [(one.words, one.serious, one.other) for one in figure.columns] == [
        ("Nov 2026", 1, 1), ("Dec 2026", 0, 0), ("Jan 2027", 0, 1),
    ]  # fmt: skip
    assert (figure.most, figure.vague) == (2, 1)
    assert figure.description == "3 events in 3 months, 1 of them serious."
    first = figure.columns[0]
    assert (first.top, first.serious_top) == (TOP, (TOP + BOTTOM) / 2)
    assert first.serious_top + first.serious_high == BOTTOM
    assert not months([]).columns


def test_a_long_trial_labels_few_months() -> None:
    onsets = [PartialDate.parse("2020-01-01"), PartialDate.parse("2029-12-31")]
    figure = months((one, False) for one in onsets)
    assert len(figure.columns) == 120
    assert sum(bool(one.label) for one in figure.columns) == 10


def test_a_value_out_of_its_range_is_listed_with_its_course(people: People) -> None:
    calm, ill = enrolled(people), enrolled(people)
    saved(calm, "V0", "vitals", people, **USUAL)
    saved(
        ill, "V0", "vitals", people, **{**USUAL, "systolic": 181, "heart_rate": 120}, complete=False
    )
    (person,) = unusual(people.sara, Asked())
    assert person.code == ill.code
    (found,) = person.findings
    assert (found.visit, found.value, found.usual) == ("V0", "181 mmHg", "90 to 180 mmHg")
    assert [figure.title for figure in person.figures] == ["Systolic blood pressure, mmHg"]
    assert not unusual(people.sara, Asked(site="LYO"))
    assert not unusual(people.sara, Asked(last=date(2020, 1, 1)))
    page = shown(people, "safety-vitals")
    assert "181 mmHg" in page
    assert ill.code in page
    assert calm.code not in page


def test_the_ends_of_a_range_are_usual() -> None:
    for item in ITEMS:
        low, high = item.usual_minimum, item.usual_maximum
        assert low is not None
        assert high is not None
        assert is_usual(item, low)
        assert is_usual(item, high)
        assert is_usual(item, None)
        assert not is_usual(item, Decimal(low) - Decimal("0.1"))
        assert not is_usual(item, Decimal(high) + Decimal("0.1"))


def test_both_pages_ask_as_often_for_many_as_for_few(people: People) -> None:
    def one_more() -> None:
        participant = enrolled(people)
        reported_sae(people, participant)
        reported(people, participant)
        saved(participant, "V0", "vitals", people, **{**USUAL, "systolic": 200}, complete=False)

    def queries(name: str) -> int:
        client = Client()
        client.force_login(people.sara)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name), {"kind": "all"})
        return len(captured)

    one_more()
    few = [queries(name) for name in ("safety-overview", "safety-vitals")]
    for _ in range(3):
        one_more()
    assert [queries(name) for name in ("safety-overview", "safety-vitals")] == few


def test_what_was_entered_in_error_is_not_counted(people: People) -> None:
    from safety.services import void_ae

    event = reported_sae(people)
    void_ae(ae=event, version=event.version, reason="Wrong person", actor=people.nils, at=AT)
    assert not lists(people, kind="all")
    assert "No event is like this" in shown(people)
