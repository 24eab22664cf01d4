"""The pages of a participant and of a record say how far it is: signed, void, locked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.builders import eligible, enrolled, lowest_answers, saved
from tests.locking import lock
from tests.people import AT, PASSWORD, People
from tests.stage import once
from tests.trial.reading import Page, read
from trial import services
from trial.models import Record
from trial.selectors import record_digest

LATER = AT + timedelta(hours=2)
STATES = {"open": ("complete", True), "signed": ("signed", False), "void": ("complete", True)}


@once
def record(people: People) -> Record:
    """A complete record nobody signed."""
    return saved(enrolled(people), "V0", "mrs", people, grade=2)


def come_to(state: str, record: Record, people: People) -> None:
    """The record signed, or signed and then changed."""
    if state == "open":
        return
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=AT
    )
    if state == "void":
        services.save_record(
            visit=record.visit, form="mrs", answers=lowest_answers("mrs", grade=3),
            assessed_on=record.assessed_on, version=record.version, complete=True,
            reason="typing error", actor=people.nils, at=LATER,
        )  # fmt: skip


def address(record: Record) -> str:
    """The page of the record."""
    return f"/participants/{record.participant.code}/visits/V0/1/mrs/"


def state_of(page: Page) -> str:
    """The state in the page's title."""
    found = re.search(r"<h1>.*?state-(\w+)", page.html, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.requirement("R-042")
@pytest.mark.parametrize("state", STATES)
def test_a_record_offers_to_be_signed_while_no_signature_holds(
    people: People, client: Client, record: Record, state: str
) -> None:
    come_to(state, record, people)
    client.force_login(people.ines)
    page = read(client, address(record))
    assert (state_of(page), f"{address(record)}sign/" in page.links) == STATES[state]


@pytest.mark.requirement("R-043")
@pytest.mark.parametrize("scope", ["record", "visit", "participant", "trial"])
def test_a_page_leads_to_the_lock_over_what_it_shows(
    people: People, client: Client, record: Record, scope: str
) -> None:
    over: dict[str, Any] = {
        "record": record,
        "visit": record.visit,
        "participant": record.participant,
    }
    made = lock(people.dora, **{key: row for key, row in over.items() if key == scope})
    client.force_login(people.dora)
    page = read(client, address(record))
    assert state_of(page) == "locked"
    assert f"/locks/{made.code}/" in page.links
    whole = read(client, f"/participants/{record.participant.code}/")
    assert (f"/locks/{made.code}/" in whole.links) == (scope in {"participant", "trial"})


@pytest.mark.requirement("R-005")
def test_the_head_of_a_participant_says_whether_the_eligibility_is_signed(
    people: People, client: Client
) -> None:
    client.force_login(people.ines)
    words = "eligible, not randomized", "eligibility open"
    for participant, said in ((eligible(people), words[0]), (enrolled(people), words[1])):
        text = read(client, f"/participants/{participant.code}/").text
        assert [one for one in words if one in text] == [said]
