"""The page of a visit: its date, that it was missed, and visits nobody planned."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.builders import enrolled, saved, visit_of
from tests.people import People
from tests.stage import once
from tests.trial.reading import read, send
from trial.models import Participant


@once
def participant(people: People) -> Participant:
    """An enrolled participant of Grenoble."""
    return enrolled(people)


@pytest.fixture
def nurse(people: People, client: Client) -> Client:
    """The study nurse of Grenoble, signed in."""
    client.force_login(people.nils)
    return client


def address(participant: Participant, visit: str = "M1") -> str:
    """The page of a visit."""
    return f"/participants/{participant.code}/visits/{visit}/1/"


def test_it_lists_the_forms_and_leads_to_the_next(
    people: People, nurse: Client, participant: Participant
) -> None:
    saved(participant, "V0", "demographics", people, prestroke_mrs=0)
    page = read(nurse, address(participant, "V0"))
    assert page.links.count(f"{address(participant, 'V0')}nihss/") == 2
    assert page.links.count(f"{address(participant, 'V0')}demographics/") == 1


@pytest.mark.requirement("R-020")
def test_it_keeps_a_date_outside_the_window_and_says_so(
    nurse: Client, participant: Participant
) -> None:
    page = nurse.post(address(participant), {"act": "date", "actual_on": "2026-03-20"})
    assert page.status_code == 302
    assert visit_of(participant, "M1").actual_on == date(2026, 3, 20)
    assert "outside the window: a deviation" in read(nurse, address(participant)).text


def test_it_asks_why_a_date_changes(nurse: Client, participant: Participant) -> None:
    nurse.post(address(participant), {"act": "date", "actual_on": "2026-03-20"})
    again = send(nurse, address(participant), act="date", actual_on="2026-03-21")
    assert again.status == 422
    assert again.typed["actual_on"] == "2026-03-21"
    data = {"act": "date", "actual_on": "2026-03-21", "reason_pick": "Transcription error"}
    assert nurse.post(address(participant), data).status_code == 302


@pytest.mark.parametrize("day", ["", "soon", "2099-01-01", "1899-12-31", "2026-01-30"])
def test_it_refuses_an_impossible_date(nurse: Client, participant: Participant, day: str) -> None:
    page = send(nurse, address(participant), act="date", actual_on=day)
    assert page.status == 422
    assert page.typed["actual_on"] == day
    assert visit_of(participant, "M1").status == "planned"


@pytest.mark.requirement("R-021")
def test_it_is_missed_with_a_reason_only(nurse: Client, participant: Participant) -> None:
    assert send(nurse, address(participant), act="missed", reason=" ").status == 422
    assert nurse.post(address(participant), {"act": "missed", "reason": "ill"}).status_code == 302
    assert visit_of(participant, "M1").status == "missed"
    assert "ill" in read(nurse, address(participant)).text


def test_it_is_not_missed_when_it_has_records(
    people: People, nurse: Client, participant: Participant
) -> None:
    saved(participant, "M1", "mrs", people)
    assert "Mark as missed" not in read(nurse, address(participant)).text
    page = send(nurse, address(participant), act="missed", reason="ill")
    assert page.status == 409
    assert page.typed["reason"] == "ill"
    assert "This visit has records" in page.text


def test_it_is_read_only_for_readers(
    people: People, client: Client, participant: Participant
) -> None:
    client.force_login(people.mona)
    assert "Save the date" not in read(client, address(participant)).text
    assert send(client, address(participant), act="missed", reason="ill").status == 403


@pytest.mark.requirement("R-021")
def test_it_adds_a_visit_nobody_planned(nurse: Client, participant: Participant) -> None:
    new = f"/participants/{participant.code}/visits/new/"
    assert send(nurse, new, actual_on="").status == 422
    answer = nurse.post(new, {"actual_on": "2026-03-01"})
    assert answer.headers["Location"] == address(participant, "UNS")
    again = nurse.post(new, {"actual_on": "2026-03-02"})
    assert again.headers["Location"] == address(participant, "UNS").replace("/1/", "/2/")
    assert "UNS 2" in read(nurse, again.headers["Location"]).text
