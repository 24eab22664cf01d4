"""The randomization page and the list's page: one act, once, and nothing of it for the blinded."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from randomization import presenters, vault
from randomization.models import Allocation, AllocationList
from randomization.templatetags.randomization_box import list_commitment, randomization_box
from tests.builders import eligible, enrolled
from tests.people import AT, People
from tests.randomization.builders import EARLY, arm_of, lacking, randomized, sealed
from tests.stage import once
from tests.trial.reading import queries, read, send
from trial.access import Permission
from trial.models import Participant

ARMS = ("Mesenchymal stem cells", "Usual care")
LIST = "/allocation-list/"


def browser(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def address(participant: Participant, name: str = "randomize") -> str:
    return reverse(name, args=[participant.code])


@once
def awaited(people: People) -> Participant:
    """Somebody eligible, and a list that begins with cells."""
    sealed(people, "cells")
    return eligible(people)


def test_it_shows_what_the_system_holds_and_one_button(
    people: People, awaited: Participant
) -> None:
    page = read(browser(people.ines), address(awaited))
    for words in (
        "version 2.0, 2 Feb 2026",
        "25 of 25",
        "Ines Roth",
        "66 years",
        "8 days",
        "NIHSS total 12",
        "Randomize GRE-001-5?",
    ):
        assert words in page.text, words
    assert page.html.count('type="submit" data-once') == 1


@pytest.mark.requirement("R-012")
def test_it_randomizes_once_whatever_is_clicked_reloaded_or_sent_again(
    people: People, awaited: Participant
) -> None:
    client = browser(people.ines)
    first = client.post(address(awaited))
    assert (first.status_code, first.headers["Location"]) == (302, address(awaited))
    pages = [read(client, address(awaited)).text]
    assert client.post(address(awaited)).status_code == 302
    pages.append(read(client, address(awaited)).text)
    assert "Allocated to: Mesenchymal stem cells" in pages[0]
    assert pages[0] == pages[1]
    assert "Randomize GRE-001-5?" not in pages[0]
    assert Allocation.objects.count() == 1


def test_a_stranger_finds_nothing_and_other_roles_are_refused(
    people: People, awaited: Participant
) -> None:
    assert browser(people.carl).post(address(awaited)).status_code == 404
    for user in lacking(Permission.RANDOMIZE, people):
        client = browser(user)
        assert client.get(address(awaited)).status_code == 403
        assert client.post(address(awaited)).status_code == 403
    assert not Allocation.objects.exists()


@once
def participant(people: People) -> Participant:
    """Somebody allocated to cells."""
    return randomized(people)


@pytest.mark.requirement("R-017")
def test_its_result_tells_the_arm_only_to_whoever_may_know_it(
    people: People, participant: Participant
) -> None:
    for user in people.blinded():
        told = presenters.randomization(participant, user, AT)
        assert told["may_know"] is False
        assert told["result"] == "Allocated. Those who may know the arm can see it now."
    assert "Mesenchymal stem cells" in str(presenters.randomization(participant, people.ines, AT))


def test_the_box_tells_those_who_may_know(people: People, participant: Participant) -> None:
    for user in (people.ines, people.nils, people.tess, people.ivan):
        page = read(browser(user), address(participant, "participant"))
        assert "Allocated to Mesenchymal stem cells" in page.text
        assert "not yet, last day 8 Mar 2026" in page.text
        assert address(participant, "treatment") in page.links


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("arm", ["cells", "control"])
def test_no_blinded_person_meets_the_arm_on_the_page_of_the_participant(
    people: People, arm: str
) -> None:
    participant = randomized(people, arm)
    for user in people.blinded():
        client = browser(user)
        for name in ("participant", "randomize", "treatment"):
            page = read(client, address(participant, name))
            assert not any(words in page.text for words in ARMS), (user, name)
            assert "Allocation and treatment" not in page.text
        assert randomization_box(participant, user) == {}


def test_it_says_what_must_come_first_and_offers_no_button(people: People) -> None:
    page = read(browser(people.ines), address(enrolled(people)))
    assert "Not every eligibility criterion is answered and met." in page.text
    assert "There is no allocation list yet." in page.text
    assert "data-once" not in page.html
    assert reverse("eligibility", args=["GRE-001-5"]) in page.links


def test_a_refusal_is_said_on_the_page_with_its_status(people: People) -> None:
    participant = eligible(people)
    page = send(browser(people.ines), address(participant))
    assert page.status == 409
    assert "must seal one before anybody can be randomized" in page.text
    assert not Allocation.objects.exists()


def test_the_box_leads_to_the_randomization_before_it(people: People) -> None:
    participant = eligible(people)
    assert randomization_box(participant, people.ines)["may_randomize"] is True
    assert randomization_box(participant, people.nils)["may_randomize"] is False
    assert randomization_box(participant, people.otto) == {}


def test_the_list_is_sealed_with_a_seed_the_system_draws_and_shows_its_commitment(
    people: People,
) -> None:
    client = browser(people.uma)
    page = read(client, LIST)
    assert "Mesenchymal stem cells (2), Usual care without cells (1)" in page.text
    assert page.typed["length"] == page.typed["seed"] == ""
    assert client.post(LIST, {"length": 40, "seed": ""}).status_code == 302
    row = AllocationList.objects.get()
    page = read(client, LIST)
    assert row.commitment in page.text
    assert "Make and seal the list" not in page.text
    assert f"{vault.list_secret(AllocationList.objects.get()).seed}" not in page.html
    assert vault.list_secret(AllocationList.objects.get()).salt not in page.html


def test_the_list_shows_its_keeper_how_many_places_are_left(people: People) -> None:
    sealed(people, length=6)
    participant = eligible(people, at=EARLY)
    browser(people.ines).post(address(participant))
    assert arm_of(participant)
    total = AllocationList.objects.get().strata.get().slots.count()
    assert f"all {total} 1 {total - 1}" in read(browser(people.uma), LIST).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"length": "", "seed": ""}, "required"),
        ({"length": "0", "seed": "3"}, "greater than or equal to 1"),
        ({"length": "ten", "seed": "3"}, "whole number"),
        ({"length": "30", "seed": "-3"}, "greater than or equal to 0"),
        ({"length": "30", "seed": str(2**63)}, "less than or equal to"),
    ],
)
def test_the_list_refuses_what_makes_no_list_and_keeps_what_was_typed(
    people: People, typed: dict[str, str], words: str
) -> None:
    page = send(browser(people.uma), LIST, **typed)
    assert page.status == 422
    assert words in page.text
    assert {name: page.typed[name] for name in typed} == typed
    assert not AllocationList.objects.exists()


def test_a_second_list_is_refused_in_a_sentence(people: People) -> None:
    sealed(people)
    page = send(browser(people.uma), LIST, length="30", seed="")
    assert page.status == 409
    assert "There is a sealed list in use already." in page.text


def test_nobody_else_opens_the_list(people: People) -> None:
    for user in lacking(Permission.MANAGE_LIST, people):
        client = browser(user)
        assert client.get(LIST).status_code == 403
        assert client.post(LIST, {"length": 30, "seed": ""}).status_code == 403
    assert not AllocationList.objects.exists()


@pytest.mark.requirement("R-011")
def test_everybody_can_be_shown_the_commitment(people: People) -> None:
    assert list_commitment() == {"sealed": None}
    row = sealed(people)
    found = list_commitment()["sealed"]
    assert found is not None
    assert found.commitment == row.commitment


def test_the_page_asks_the_database_as_often_for_the_first_as_for_the_fourth(
    people: People,
) -> None:
    sealed(people)
    client = browser(people.ines)
    first = eligible(people)
    client.get(address(first))
    few = queries(lambda: client.get(address(first)))
    for _ in range(3):
        last = eligible(people)
        client.post(address(last))
    unallocated = eligible(people)
    assert queries(lambda: client.get(address(unallocated))) == few
    connection.check_constraints()
