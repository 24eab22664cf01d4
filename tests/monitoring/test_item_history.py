"""Beside each item a mark opens every value it has had: who, when, why."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from monitoring.past import items
from tests.builders import enrolled, saved
from tests.monitoring.saves import changed, hours
from tests.people import AT, People
from tests.stage import once
from tests.trial.reading import queries, read
from trial import registry
from trial.margin import Look
from trial.models import Record

PARTIAL = "1 Partial palsy, or a deviation that can be overcome"
NO_DRIFT = "0 Holds the position for the full 10 s"
pytestmark = pytest.mark.requirement("R-034")


@once
def record(people: People) -> Record:
    """A NIHSS in which the gaze was changed twice, and the right arm turned out untestable."""
    record = saved(enrolled(people), "V0", "nihss", people, at=AT)
    changed(record, people.nils, at=hours(1), reason="Transcription error: line 2", gaze=1)
    changed(record, people.ines, at=hours(2), reason="Source corrected", gaze=0)
    return changed(
        record, people.ines, at=hours(3), reason="Seen again", arm_right=None,
        arm_right_untestable=True, arm_right_untestable_reason="amputation",
    )  # fmt: skip


def address(record: Record, item: str) -> str:
    return f"/participants/{record.participant.code}/visits/V0/1/nihss/history/{item}/"


def words(record: Record, user: User) -> dict[str, str]:
    found = items.marks(Look(user, AT), record)
    return {item: marks[0].words for item, marks in found.items()}


def test_each_value_is_told_with_the_one_before_who_role_when_and_why(
    people: People, record: Record
) -> None:
    told = [
        (one.words, one.was, one.who, one.role, one.at, one.reason, one.first, one.stands)
        for one in items.values_of(record, "gaze")
    ]
    assert told == [
        ("0 Normal", PARTIAL, "Ines Roth", "investigator", hours(2), "Source corrected",
         False, True),
        (PARTIAL, "0 Normal", "Nils Berg", "study nurse", hours(1),
         "Transcription error: line 2", False, False),
        ("0 Normal", "", "Nils Berg", "study nurse", AT, "", True, False),
    ]  # fmt: skip


def test_untestable_and_its_reason_belong_to_their_item(record: Record) -> None:
    (now, first) = items.values_of(record, "arm_right")
    assert (now.words, now.was, first.words) == (
        "Untestable: amputation", NO_DRIFT, NO_DRIFT,
    )  # fmt: skip


def test_the_mark_says_how_often_an_item_was_changed_after_its_first_entry(
    people: People, record: Record
) -> None:
    told = words(record, people.mona)
    assert told["gaze"] == "Changed twice: history"
    assert told["arm_right"] == "Changed once: history"
    assert told["face"] == "History of 4 Facial palsy"
    assert set(told) == set(registry.form("nihss").items)


def test_filling_a_blank_is_a_first_entry_and_taking_an_answer_away_a_change(
    people: People,
) -> None:
    record = saved(enrolled(people), "V0", "nihss", people, complete=False, gaze=None, face=None)
    assert "gaze" not in words(record, people.nils)
    changed(record, people.nils, at=hours(1), complete=False, gaze=1)
    assert words(record, people.nils)["gaze"] == "History of 2 Horizontal gaze"
    changed(record, people.nils, at=hours(2), complete=False, gaze=None)
    told = words(record, people.nils)
    assert told["gaze"] == "Changed once: history"
    assert "face" not in told
    assert [one.words for one in items.values_of(record, "gaze")] == ["", PARTIAL]


@pytest.mark.parametrize("name", ["otto", "tess", "carl"])
def test_who_does_not_read_the_trail_here_gets_no_mark_and_no_page(
    client: Client, people: People, record: Record, name: str
) -> None:
    user = getattr(people, name)
    assert words(record, user) == {}
    client.force_login(user)
    page = client.get(f"/participants/{record.participant.code}/visits/V0/1/nihss/")
    assert "/history/" not in page.content.decode()
    assert client.get(address(record, "gaze")).status_code in {403, 404}


def test_the_fragment_is_for_below_the_item_and_sends_nothing_with_the_form(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.nils)
    part = client.get(address(record, "gaze"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Transcription error: line 2" in part
    assert not re.search(r"<(form|input|select|textarea)|type=\"submit\"", part)
    assert 'title="12 Mar 2026 12:00 UTC">12 Mar 2026 13:00<' in part


def test_without_javascript_the_same_link_is_a_page(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.mona)
    page = read(client, address(record, "gaze"))
    assert page.status == 200
    assert "2 Horizontal gaze" in page.text
    assert "1 Partial palsy" in page.text
    assert "Close the history" not in page.text
    record_page = f"/participants/{record.participant.code}/visits/V0/1/nihss/"
    assert f"{record_page}#item-gaze" in page.links
    assert address(record, "gaze") in read(client, record_page).links


@pytest.mark.parametrize("item", ["nothing", "record", "nihss_total", "gaze_untestable"])
def test_what_is_no_item_has_no_history(
    client: Client, people: People, record: Record, item: str
) -> None:
    client.force_login(people.mona)
    assert client.get(address(record, item)).status_code == 404


def test_a_form_nobody_saved_has_no_history(client: Client, people: People, record: Record) -> None:
    client.force_login(people.mona)
    unsaved = address(record, "feeding").replace("nihss", "barthel")
    assert client.get(unsaved).status_code == 404


def test_marks_and_page_ask_as_often_after_twenty_saves(
    client: Client, people: People, record: Record
) -> None:
    look = Look(people.mona, AT)
    items.marks(look, record)
    record = Record.objects.select_related("participant__site", "visit").get(pk=record.pk)
    client.force_login(people.mona)
    few = (
        queries(lambda: items.marks(look, record)),
        queries(lambda: client.get(address(record, "gaze"))),
    )
    for place in range(20):
        changed(record, people.nils, at=hours(4 + place), gaze=place % 2 + 1)
    record = Record.objects.select_related("participant__site", "visit").get(pk=record.pk)
    many = (
        queries(lambda: items.marks(look, record)),
        queries(lambda: client.get(address(record, "gaze"))),
    )
    assert few == many
    assert few[0] <= 2
