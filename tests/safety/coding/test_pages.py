"""The pages of coding: the queue with one click, one event with its search, and the versions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safety import services as safety
from safety.coding.errors import NoDictionary
from safety.coding.models import Coding
from safety.coding.services import move_unchanged
from safety.models import AdverseEvent
from tests.people import AT, People
from tests.safety.coding.books import SECOND, coded, load
from tests.safety.reports import reported
from tests.safety.test_desk_pages import at_desk, shown
from trial import margin

pytestmark = pytest.mark.requirement("R-050")
WORDS: dict[str, Any] = {"term": "Quang fever", "category": "infection"}


def at(event: AdverseEvent) -> str:
    """The page on which an event is coded."""
    return reverse("coding-event", args=(event.participant.code, event.number))


def test_without_a_dictionary_everything_goes_on_uncoded(people: People) -> None:
    event = reported(people, **WORDS)
    client = at_desk(people, "dora")
    assert "grouped by their category" in shown(client, "coding")
    assert "No dictionary is loaded" in shown(client, "coding-versions")
    assert client.get(at(event)).status_code == client.post(at(event)).status_code == 409
    with pytest.raises(NoDictionary):
        coded(event, 201, people.dora)
    with pytest.raises(NoDictionary):
        move_unchanged(to="1.0", actor=people.dora, at=AT)
    counts = {one.show: one.count(people.dora, AT.date()) for one in margin.work_lists()}
    assert counts["coding"] is counts["coding-version"] is None
    lists = {one.show: one for one in margin.work_lists()}
    assert lists["coding"].tasks(people.dora, AT.date(), 5) == []
    assert lists["coding-version"].tasks(people.dora, AT.date(), 5) == []


def test_one_click_takes_the_suggested_term(people: People) -> None:
    load()
    event = reported(people, **WORDS)
    client = at_desk(people, "dora")
    page = shown(client, "coding")
    assert "Quang fever · Quang disorders" in page
    assert "a term of this name" in page
    sent = {"llt": "204", "verbatim": "Quang fever", "seen": "0"}
    answer = client.post(at(event), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("coding"))
    assert Coding.objects.get().pt == "Quang fever"
    page = shown(client, "coding")
    assert "Nothing waits to be coded" in page
    assert "is coded: Quang fever" in page
    assert "version 1.0, Dora Klein" in " ".join(
        client.get(reverse("coding"), {"show": "coded"}).content.decode().split()
    )


def test_a_search_finds_terms_and_a_choice_codes_the_event(people: People) -> None:
    load()
    event = reported(people, term="Something odd", category="infection")
    client = at_desk(people, "sara")
    page = client.get(at(event)).content.decode()
    assert "search for one" in page
    page = client.get(at(event), {"q": "wob"}).content.decode()
    assert "2 terms" in page
    assert "Slight zib wobble · PT Zib wobble · Quang disorders" in page
    assert "No current term" in client.get(at(event), {"q": "zzz"}).content.decode()
    answer = client.post(f"{at(event)}?q=wob", {"verbatim": event.term, "seen": "0"})
    assert (answer.status_code, Coding.objects.count()) == (422, 0)
    assert "Choose a term" in answer.content.decode()
    sent = {"llt": "208", "verbatim": event.term, "seen": "0"}
    assert client.post(f"{at(event)}?q=wob", sent).status_code == 302
    page = client.get(at(event)).content.decode()
    assert "Slight zib wobble (208)" in page
    assert "Why it is coded otherwise" in page


@pytest.mark.parametrize("llt", ["999", "1" * 12, "-1", "x", "²", "205"])
def test_what_is_no_current_term_is_refused_beside_the_choice(people: People, llt: str) -> None:
    load()
    event = reported(people, **WORDS)
    client = at_desk(people, "dora")
    answer = client.post(at(event), {"llt": llt, "verbatim": event.term, "seen": "0"})
    assert (answer.status_code, Coding.objects.count()) == (422, 0)


def test_a_stale_page_says_so_and_shows_what_is_there_now(people: People) -> None:
    load()
    event = reported(people, **WORDS)
    coded(event, 204, people.sara)
    client = at_desk(people, "dora")
    sent = {"llt": "206", "verbatim": event.term, "seen": "0"}
    answer = client.post(at(event), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else coded this event" in page
    assert 'name="seen" value="1"' in page
    assert "Sara Vidal" in page
    again = client.post(at(event), sent | {"seen": "1"})
    assert again.status_code == 422
    assert "Say why it is coded otherwise" in again.content.decode()
    assert client.post(at(event), sent | {"seen": "1", "reason": "Itch"}).status_code == 302


def test_the_blinded_coder_s_pages_have_no_word_of_what_is_withheld(people: People) -> None:
    load()
    hidden = reported(people, term="Quang itch", category="infusion_reaction")
    coded(hidden, 206, people.sara)
    client = at_desk(people, "dora")
    assert client.get(at(hidden)).status_code == 404
    assert client.post(at(hidden), {"llt": "206"}).status_code == 404
    for query in ({}, {"show": "coded"}):
        assert "itch" not in client.get(reverse("coding"), query).content.decode().lower()
    load(SECOND, "2.0")
    assert "itch" not in shown(client, "coding-versions").lower()
    args = (hidden.participant.code, 1)
    assert "itch" not in shown(client, "adverse-event", *args).lower()
    assert "itch" not in shown(client, "adverse-events").lower()
    assert "Itch" in shown(at_desk(people), "coding-versions")
    assert '<span class="quiet">Quang itch</span>' in shown(at_desk(people), "adverse-events")


def test_the_pages_of_an_event_say_what_it_is_coded_as(people: People) -> None:
    load()
    event = reported(people, **WORDS)
    coded(event, 206, people.sara)
    for name in ("nils", "mona", "dora"):
        page = shown(at_desk(people, name), "adverse-event", event.participant.code, 1)
        assert "Quang itch · Quang disorders (MedDRA 1.0)" in page
    assert '<span class="quiet">Quang itch</span>' in shown(at_desk(people), "adverse-events")
    safety.amend_ae(ae=event, version=1, term="Chill", reason="Source", actor=people.nils, at=AT)
    assert "Quang itch" not in shown(at_desk(people), "adverse-events")
    page = shown(at_desk(people), "adverse-event", event.participant.code, 1)
    assert "its words changed since it was coded" in page


def test_a_coding_is_confirmed_in_a_newer_version_on_its_page(people: People) -> None:
    load()
    participant = None
    for llt in (206, 203, 201):
        event = reported(people, participant, term=f"Words of {llt}", category="infection")
        coded(event, llt, people.dora)
        participant = event.participant
    load(SECOND, "2.0")
    client = at_desk(people, "dora")
    assert "3 codings in an older version" in shown(client, "coding")
    page = shown(client, "coding-versions")
    for words in ("The PT is called otherwise", "The LLT is gone", "Itch of the quang",
                  "Take over 1 to 2.0"):  # fmt: skip
        assert words in page
    assert participant is not None
    renamed = participant.adverse_events.get(number=1)
    sent = {"llt": "206", "verbatim": "Words of 206", "seen": "1", "back": "coding-versions"}
    answer = client.post(at(renamed), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("coding-versions"))
    versions = reverse("coding-versions")
    assert client.post(versions, {"to": "1.0"}).status_code == 409
    assert client.post(versions, {"to": "2.0"}).status_code == 302
    page = shown(client, "coding-versions")
    assert "Take over" not in page
    assert "The PT is called otherwise" not in page


def test_a_reader_without_the_permission_finds_no_queue(people: People) -> None:
    for name in ("mona", "nils", "dag"):
        client = Client()
        client.force_login(getattr(people, name))
        assert client.get(reverse("coding")).status_code == 403
        assert reverse("coding") not in client.get(reverse("home")).content.decode()
