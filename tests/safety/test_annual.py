"""The annexes of the annual report count and list what the filed reports say, and nothing else."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from randomization.services import randomize_within
from safety.documents.annual import Period, annual, line_of
from safety.documents.codes import Code
from safety.documents.printing import take_annual
from safety.services import amend_ae, void_ae
from tests.builders import eligible, enrolled
from tests.paper import standards_of, words_of
from tests.people import AT, People
from tests.randomization.builders import EARLY, aspirated, grown, infused, released, sealed
from tests.safety.codes import codes_known
from tests.safety.desk import assessed, newest
from tests.safety.reports import later, reported, reported_sae
from tests.stage import Scene
from trial.access import NotDelegated
from trial.errors import WrongDate, WrongState
from trial.models import Participant

PERIOD = Period(date(2025, 1, 1), date(2026, 1, 1), date(2026, 3, 31))
AFTER = later(days=30)


def infused_one(people: People) -> Participant:
    """Somebody infused on 4 March, inside the scene's own transaction."""
    sealed(people, "cells")
    participant = eligible(people, at=EARLY)
    randomize_within(participant=participant, actor=people.ines, at=EARLY)
    participant.refresh_from_db()
    product = grown(aspirated(participant, people), people)
    released(product, people)
    infused(participant, product, people)
    return participant


def trial_in_course(people: People) -> dict[str, Any]:
    """One infused with four events, one not infused with two, one event entered in error."""
    participant = infused_one(people)
    other = enrolled(people)
    related = reported_sae(people, participant, term="=Sepsis", causality="possible")
    assessed(people, related, causality="probable", at=later(hours=1))
    reported_sae(people, participant, term="Cellulitis", onset="2026-02-20")
    reported_sae(people, participant, term="Fall", category="fall", onset="2026-03")
    reported(people, participant, term="Headache")
    raised = reported_sae(people, other, term="Pneumonia", causality="unlikely")
    assessed(people, raised, causality="possible", expectedness="expected", at=later(hours=2))
    wrong = reported_sae(people, other, term="Mistake")
    void_ae(ae=wrong, version=wrong.version, reason="Wrong person", actor=people.nils, at=AT)
    return {"related": related, "raised": raised, "participant": participant}


@pytest.fixture
def scene() -> Scene:
    """Made once for the tests in a row."""
    return trial_in_course


@pytest.fixture
def course(staged: dict[str, Any]) -> dict[str, Any]:
    return staged


def taken(people: People, name: str, form: str, period: Period = PERIOD) -> bytes:
    return take_annual(name=name, form=form, period=period, actor=people.sara, at=AFTER)


def rows(content: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(content.decode()))]


@pytest.mark.requirement("R-051")
def test_every_number_of_the_tabulation_is_that_of_the_reports(
    people: People, course: dict[str, Any]
) -> None:
    counted = {
        (row["class_or_category"], row["phase"]): (int(row["events"]), int(row["participants"]))
        for row in rows(taken(people, "sae-tabulation", "csv"))
    }
    assert {key: found for key, found in counted.items() if found[0]} == {
        ("Infection", "treatment_emergent"): (1, 1),
        ("Infection", "pre_infusion"): (1, 1),
        ("Infection", "not_infused"): (1, 1),
        ("Infection", "All"): (3, 2),
        ("Fall or fracture", "unknown"): (1, 1),
        ("Fall or fracture", "All"): (1, 1),
        ("All", "treatment_emergent"): (1, 1),
        ("All", "pre_infusion"): (1, 1),
        ("All", "not_infused"): (1, 1),
        ("All", "unknown"): (1, 1),
        ("All", "All"): (4, 2),
    }
    pdf = taken(people, "sae-tabulation", "pdf")
    said = words_of(pdf)
    assert "Participants included by then 2" in said
    assert "Of them infused 1" in said
    assert "Infection 1 (1) 1 (1) 1 (1) 0 3 (2)" in said
    assert "All 1 (1) 1 (1) 1 (1) 1 (1) 4 (2)" in said
    assert "<pdfaid:part>2</pdfaid:part>" in standards_of(pdf)


@pytest.mark.requirement("R-051")
def test_the_listing_has_whatever_somebody_finds_related_and_says_who(
    people: People, course: dict[str, Any]
) -> None:
    content = taken(people, "sar-listing", "csv")
    listed = rows(content)
    assert [(row["Reaction"], row["Related, investigator"], row["Related, sponsor"], row["SUSAR"])
            for row in listed] == [
        ("'=Sepsis (Infection)", "Possible", "Probable", "Yes"),
        ("Pneumonia (Infection)", "Unlikely", "Possible", "No"),
    ]  # fmt: skip
    assert listed[0]["Given"].startswith("4 Mar 2026: 100.0 million cells")
    assert listed[0]["Began"] == "10 Mar 2026, 6 days after the infusion"
    assert listed[1]["Given"] == "not infused"
    pdf = taken(people, "sar-listing", "pdf")
    assert pdf == taken(people, "sar-listing", "pdf")
    said = words_of(pdf)
    assert "Interval 1 Jan 2026 to 31 Mar 2026 (Europe/Paris)" in said
    assert "=Sepsis (Infection)" in said
    assert "Cellulitis" not in said


def test_what_is_coded_counts_under_its_class_and_term(
    people: People, course: dict[str, Any]
) -> None:
    code = Code("10040047", "27.1", pt="Sepsis", soc="Infections and infestations")
    with codes_known(lambda report: code if "Sepsis" in report.content["term"] else None):
        counted = rows(taken(people, "sae-tabulation", "csv"))
        said = words_of(taken(people, "sae-tabulation", "pdf"))
        listed = rows(taken(people, "sar-listing", "csv"))
    (first, *_), last = counted, counted[-1]
    assert (first["class_or_category"], first["preferred_term"]) == (code.soc, code.pt)
    assert (last["class_or_category"], last["phase"], last["events"]) == ("All", "All", "4")
    assert "Infections and infestations Sepsis 0 1 (1) 0 0 1 (1)" in said
    assert "Infection 1 (1) 0 1 (1) 0 2 (2)" in said
    assert listed[0]["Reaction"] == "'=Sepsis (Sepsis)"


def test_what_reaches_the_sponsor_after_the_last_day_changes_nothing(
    people: People, course: dict[str, Any]
) -> None:
    short = Period(PERIOD.birth, PERIOD.first, AT.date())
    before = {form: taken(people, "sae-tabulation", form, short) for form in ("pdf", "csv")}
    event = course["raised"]
    event.refresh_from_db()
    amend_ae(
        ae=event, version=event.version, category="cardiac", reason="Source",
        actor=people.nils, at=later(days=1),
    )  # fmt: skip
    assert {form: taken(people, "sae-tabulation", form, short) for form in before} == before
    assert b"Cardiac event" in taken(people, "sae-tabulation", "csv")


def test_an_interval_lists_only_what_was_received_in_it(
    people: People, course: dict[str, Any]
) -> None:
    next_day = AT.date() + timedelta(days=1)
    later_on = Period(PERIOD.birth, next_day, PERIOD.last)
    assert rows(taken(people, "sar-listing", "csv", later_on)) == []
    assert "None." in words_of(taken(people, "sar-listing", "pdf", later_on))
    event = course["related"]
    event.refresh_from_db()
    amend_ae(
        ae=event, version=event.version, outcome="sequelae", reason="Source",
        actor=people.nils, at=later(days=2),
    )  # fmt: skip
    (row,) = rows(taken(people, "sar-listing", "csv", later_on))
    assert (row["Version"], row["Outcome"]) == ("2", "Recovered with sequelae")
    # The opinion is of version 1, and stands until there is another.
    assert (row["First received"], row["SUSAR"]) == ("12 Mar 2026", "Yes")


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (Period(date(2025, 1, 1), date(2026, 3, 2), date(2026, 3, 1)), "ends before it begins"),
        (Period(date(2026, 1, 2), date(2026, 1, 1), date(2026, 3, 1)), "birth date is not after"),
        (Period(date(2025, 1, 1), date(2026, 1, 1), date(2026, 5, 1)), "not in the future"),
        (Period(date(2026, 3, 20), date(2026, 3, 21), date(2026, 3, 31)), "would be left out"),
    ],
)
def test_days_that_make_no_sense_or_would_leave_a_report_out_are_refused(
    people: People, course: dict[str, Any], period: Period, said: str
) -> None:
    with pytest.raises(WrongDate, match=said):
        annual(period, at=AFTER)


def test_it_is_for_the_desk_and_in_the_log(people: People, course: dict[str, Any]) -> None:
    with pytest.raises(NotDelegated):
        take_annual(name="sar-listing", form="csv", period=PERIOD, actor=people.ines, at=AFTER)
    client = Client()
    client.force_login(people.sara)
    page = reverse("safety-annual")
    assert page in client.get(reverse("safety-desk")).content.decode()
    days = {"birth": "2025-01-01", "first": "2026-01-01", "last": "2026-03-31"}
    shown = client.get(page, days).content.decode()
    assert "Serious adverse reactions in the interval: 2." in shown
    address = reverse("safety-annual-file", args=[*days.values(), "sae-tabulation", "pdf"])
    assert f'href="{address}"' in shown
    answer = client.get(address)
    assert answer.headers["Content-Disposition"].endswith('2026-01-01-2026-03-31.pdf"')
    line = Event.objects.get(name="annual.taken")
    assert line.reveals_arm
    assert line.data == {"name": "sae-tabulation", "form": "pdf", **days}
    assert client.get(page, {**days, "last": "2025-12-31"}).status_code == 422
    wrong = reverse("safety-annual-file", args=[*days.values(), "sae-tabulation", "exe"])
    assert client.get(wrong).status_code == 404
    assert client.get(address.replace("2026-03-31", "2026-02-31")).status_code == 404


def test_a_version_that_is_not_what_was_filed_makes_no_annex(
    people: People, course: dict[str, Any]
) -> None:
    report = newest(course["related"])
    line, _ = line_of([report], PERIOD, report.zone, {}, {})
    assert line is not None
    report.content["term"] = "Cold"
    with pytest.raises(WrongState, match="not what was filed"):
        line_of([report], PERIOD, report.zone, {}, {})
