"""Withdrawal, death and loss in the browser."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.builders import enrolled
from tests.people import People
from tests.trial.reading import read, send
from trial.models import Death, LostToFollowUp, Participant, Withdrawal

KINDS = ("withdrawal", "death", "lost")
GOOD: dict[str, dict[str, object]] = {
    "withdrawal": {"withdrawn_on": "2026-03-01", "scopes": ["treatment", "samples"]},
    "death": {"died_on": "2026-03", "cause": "pneumonia"},
    "lost": {"last_contact_on": "2026-03-01", "attempts": "three calls, one letter"},
}


def page_of(participant: Participant, kind: str) -> str:
    """The address of one kind of ending."""
    return f"/participants/{participant.code}/{kind}/"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_preselected(people: People, client: Client, kind: str) -> None:
    client.force_login(people.nils)
    page = read(client, page_of(enrolled(people), kind))
    assert page.status == 200
    assert (page.chosen, page.filled()) == ({}, {})


@pytest.mark.requirement("R-004")
def test_a_withdrawal_says_what_from(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    address = page_of(participant, "withdrawal")
    assert send(client, address, **GOOD["withdrawal"]).status == 302
    row = Withdrawal.objects.get()
    assert (row.from_treatment, row.from_samples) == (True, True)
    assert (row.from_follow_up, row.from_data_use) == (False, False)
    page = read(client, address)
    assert "1 Mar 2026: the treatment, the keeping of their samples" in page.text
    assert send(client, address, withdrawn_on="2026-03-02", scopes="data_use").status == 302
    assert Withdrawal.objects.count() == 2


@pytest.mark.parametrize("day", ["2026", "2026-03", "2026-03-04"])
def test_a_death_is_dated_as_far_as_it_is_known(people: People, client: Client, day: str) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    sent = send(client, page_of(participant, "death"), died_on=day, cause="pneumonia")
    assert sent.status == 302
    assert Death.objects.get().died_on == day


def test_a_loss_keeps_the_last_contact(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    assert send(client, page_of(participant, "lost"), **GOOD["lost"]).status == 302
    row = LostToFollowUp.objects.get()
    assert (row.last_contact_on, row.attempts) == (date(2026, 3, 1), "three calls, one letter")


@pytest.mark.parametrize("kind", ["death", "lost"])
def test_what_is_recorded_once_is_shown_and_not_asked_again(
    people: People, client: Client, kind: str
) -> None:
    client.force_login(people.nils)
    address = page_of(enrolled(people), kind)
    send(client, address, **GOOD[kind])
    page = read(client, address)
    assert "Recorded already" in page.text
    assert str(list(GOOD[kind].values())[1]) in page.text
    assert 'type="submit" data-once' not in page.html
    again = send(client, address, **GOOD[kind])
    assert again.status == 409
    assert "recorded already" in again.text


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        ("withdrawal withdrawn_on", "2099-01-01", "cannot be in the future"),
        ("withdrawal withdrawn_on", "yesterday", "Enter a valid date."),
        ("withdrawal scopes", [], "Say what the participant withdrew from."),
        ("withdrawal scopes", ["everything"], "not one of the available choices"),
        ("withdrawal reason", "x" * 201, "at most 200 characters"),
        ("death died_on", "2026-13", "Write the date as 2027-03-12, 2027-03 or 2027."),
        ("death died_on", "2027-02-30", "Write the date as"),
        ("death died_on", "2099", "cannot be in the future"),
        ("death cause", "", "This field is required."),
        ("lost last_contact_on", "2099-01-01", "cannot be in the future"),
        ("lost attempts", "  ", "This field is required."),
    ],
)
def test_bad_input_is_refused_and_kept(
    people: People, client: Client, place: str, value: object, sentence: str
) -> None:
    kind, field = place.split()
    client.force_login(people.nils)
    participant = enrolled(people)
    given = {**GOOD[kind], "reason": "tired"} if kind == "withdrawal" else GOOD[kind]
    page = send(client, page_of(participant, kind), **{**given, field: value})
    assert page.status == 422
    assert sentence in page.text
    kept = {name: text for name, text in given.items() if name not in {field, "scopes"}}
    assert {name: page.typed[name] for name in kept} == kept
    if kind == "withdrawal" and field != "scopes":
        assert page.chosen == {"scopes": ["treatment", "samples"]}
    for model in (Withdrawal, Death, LostToFollowUp):
        assert not model.objects.exists()


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("kind", KINDS)
def test_only_who_enters_data_here_may(people: People, client: Client, kind: str) -> None:
    participant = enrolled(people)
    address = page_of(participant, kind)
    for name in ("otto", "tess", "mona", "dora", "ivan", "ada"):
        client.force_login(getattr(people, name))
        assert client.get(address).status_code == 403
        assert client.post(address, GOOD[kind]).status_code == 403
    client.force_login(people.carl)
    assert client.get(address).status_code == 404
    assert client.post(address, GOOD[kind]).status_code == 404
