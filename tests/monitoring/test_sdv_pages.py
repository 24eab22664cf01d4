"""A monitor verifies on the page; everybody else reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from monitoring.models.sdv import SdvMark
from tests.builders import enrolled, saved
from tests.monitoring.marked import changed, verified
from tests.people import AT, People
from tests.randomization.builders import randomized
from tests.stage import once
from tests.trial.reading import Page, read, send
from trial.models import Participant, Record


@once
def nihss(people: People) -> Record:
    """A complete NIHSS at the first visit."""
    return saved(enrolled(people), "V0", "nihss", people)


def _form(record: Record) -> str:
    return f"/participants/{record.participant.code}/visits/V0/1/{record.form}/"


def _sheet(record: Record) -> str:
    return f"{_form(record)}verification/"


def _visit(record: Record) -> str:
    return f"/participants/{record.participant.code}/verification/V0/1/"


def _open(client: Client, user: User, address: str) -> Page:
    client.force_login(user)
    return read(client, address)


@pytest.mark.requirement("R-041")
def test_the_form_shows_a_mark_beside_each_item_and_where_to_verify(
    client: Client, people: People, nihss: Record
) -> None:
    verified(nihss, people, "gaze")
    page = _open(client, people.mona, _form(nihss))
    assert "Verified: Mona Faye, 12 Mar 2026" in page.text
    assert page.html.count('href="#shape-planned"') == 14
    assert "1 of 15 planned items are verified" in page.text
    assert _sheet(nihss) in page.links
    assert _visit(nihss) in page.links
    assert "<input" not in page.html.split('id="item-gaze"')[1].split("item-margin")[0]


def test_the_site_sees_what_is_verified_and_no_button(
    client: Client, people: People, nihss: Record
) -> None:
    verified(nihss, people, "gaze")
    page = _open(client, people.nils, _form(nihss))
    assert "Verified: Mona Faye" in page.text
    assert "Not verified" not in page.text
    assert "Verify this form" not in page.text
    sheet = _open(client, people.nils, _sheet(nihss))
    assert sheet.status == 200
    assert 'type="checkbox"' not in sheet.html
    assert _open(client, people.otto, _sheet(nihss)).status == 403


@pytest.mark.requirement("R-041")
def test_the_whole_form_is_verified_with_one_button(
    client: Client, people: People, nihss: Record
) -> None:
    page = _open(client, people.mona, _sheet(nihss))
    assert "Critical: verified in every record." in page.text
    assert page.html.count("btn-primary") == 1
    answer = client.post(_sheet(nihss), {"act": "asked", "version": "1", "asked": ""})
    assert answer.status_code == 302
    assert SdvMark.objects.get().item == ""
    assert "The whole form is verified: Mona Faye" in read(client, _sheet(nihss)).text


@pytest.mark.requirement("R-041")
def test_ticked_items_are_verified_and_taken_back(
    client: Client, people: People, nihss: Record
) -> None:
    client.force_login(people.mona)
    client.post(_sheet(nihss), {"act": "items", "version": "1", "item": ["gaze", "face"]})
    assert set(SdvMark.objects.values_list("item", flat=True)) == {"gaze", "face"}
    refused = send(client, _sheet(nihss), act="withdraw", item="gaze", reason="")
    assert (refused.status, "Say why" in refused.text) == (422, True)
    send(client, _sheet(nihss), act="withdraw", item="gaze", reason="Wrong source")
    assert SdvMark.objects.get(item="gaze").withdrawn


def test_nothing_ticked_is_said(client: Client, people: People, nihss: Record) -> None:
    client.force_login(people.mona)
    page = send(client, _sheet(nihss), act="items", version="1")
    assert (page.status, "Choose what you compared" in page.text) == (409, True)


@pytest.mark.requirement("R-041")
def test_a_form_saved_meanwhile_is_not_verified_and_shows_what_it_says_now(
    client: Client, people: People, nihss: Record
) -> None:
    client.force_login(people.mona)
    changed(nihss, people, gaze=1)
    page = send(client, _sheet(nihss), act="whole", version="1")
    assert page.status == 409
    assert "Nothing was marked" in page.text
    assert page.typed["version"] == "2"
    assert not SdvMark.objects.exists()


@pytest.mark.requirement("R-041")
def test_a_change_shows_old_and_new_where_it_is_verified_again(
    client: Client, people: People, nihss: Record
) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    page = _open(client, people.mona, _sheet(nihss))
    assert "<del>0 Normal</del> → 1 Partial" in page.html
    assert "Nils Berg" in page.text
    assert "“Transcription error”" in page.text
    assert "Changed since verified" in read(client, _form(nihss)).text


def test_one_items_verification_opens_below_it(
    client: Client, people: People, nihss: Record
) -> None:
    client.force_login(people.mona)
    answer = client.get(_sheet(nihss), {"item": "gaze"}, headers={"HX-Request": "true"})
    page = Page(answer)
    assert "Mark this item verified" in page.text
    assert "<html" not in page.html
    assert page.typed["item"] == "gaze"
    odd = client.get(_sheet(nihss), {"item": "\x00"}, headers={"HX-Request": "true"})
    assert b"<html" in odd.content


@pytest.mark.requirement("R-041")
def test_a_visit_is_verified_in_one_act(client: Client, people: People, nihss: Record) -> None:
    saved(nihss.participant, "V0", "mrs", people)
    saved(nihss.participant, "V0", "demographics", people)
    page = _open(client, people.mona, _visit(nihss))
    assert page.html.count('name="seen"') == 3
    assert "Mark these 3 forms verified" in page.text
    seen = ["nihss:1", "mrs:1", "demographics:1"]
    assert client.post(_visit(nihss), {"seen": seen}).status_code == 302
    assert "Nothing is left to verify at this visit." in read(client, _visit(nihss)).text


def test_the_data_manager_reads_the_visit_and_cannot_verify(
    client: Client, people: People, nihss: Record
) -> None:
    page = _open(client, people.dora, _visit(nihss))
    assert "btn-primary" not in page.html
    assert client.post(_visit(nihss), {"seen": ["nihss:1"]}).status_code == 403


@pytest.mark.requirement("R-041")
def test_the_grid_says_verified_and_changed(client: Client, people: People, nihss: Record) -> None:
    participant = f"/participants/{nihss.participant.code}/"
    verified(nihss, people)
    assert "Verified" in _grid(_open(client, people.nils, participant))
    changed(nihss, people, gaze=1)
    page = read(client, participant)
    assert "Verified" not in _grid(page)
    assert "Changed since" in _grid(page)


def _grid(page: Page) -> str:
    return page.html.split('<table class="table grid">')[1].split("</table>")[0]


@pytest.mark.requirement("R-041")
def test_what_changed_after_verification_is_listed_with_old_new_and_who(
    client: Client, people: People, nihss: Record
) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    page = _open(client, people.mona, "/verification/changed/")
    assert "V0 · NIHSS" in page.text
    assert "<del>0 Normal</del> → 1 Partial" in page.html
    assert _sheet(nihss) in page.links
    verified(nihss, people, version=2, at=AT + timedelta(hours=2))
    assert "Nothing changed after it was verified." in read(client, "/verification/changed/").text


@pytest.mark.requirement("R-070")
def test_another_site_reads_nothing_of_it(client: Client, people: People, nihss: Record) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    assert nihss.participant.code not in _open(client, people.carl, "/verification/changed/").text
    assert read(client, _sheet(nihss)).status == 404
    assert read(client, _visit(nihss)).status == 404


@pytest.fixture
def hidden(people: People) -> Participant:
    """Somebody with vital signs at a visit that only one arm has."""
    participant = randomized(people, "cells")
    saved(participant, "BMA", "vitals", people)
    return participant


@pytest.mark.requirement("R-017")
def test_a_blinded_monitor_finds_no_visit_of_one_arm(
    client: Client, people: People, hidden: Participant
) -> None:
    client.force_login(people.mona)
    for address in ("visits/BMA/1/vitals/verification/", "verification/BMA/1/"):
        assert read(client, f"/participants/{hidden.code}/{address}").status == 404
    for address in ("/", "/?show=verify", f"/participants/{hidden.code}/"):
        assert "BMA" not in read(client, address).html
