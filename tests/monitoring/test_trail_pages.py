"""The trail as each person meets it: theirs, in the trial's words, and no arm for the blinded."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.entries import Search, audited_models
from monitoring import presenters, selectors
from safety import services as safety
from tests.builders import CONSENTED_ON, enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.randomization.builders import LATER, infused, not_treated, randomized, ready
from tests.safety.reports import reported, reported_sae
from trial import services
from trial.models import Participant

READERS = ["ines", "nils", "mona", "dora", "ivan"]
# Drawn anew for each page, and so any letters by chance.
DRAWN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
TELLING = (
    *("Marrow aspiration", "Aspiration recorded", "Cell product", "Release", "Infusion"),
    *("Allocation", "Slot", "BMA", "INF", "S-001", "B-001", "Fever"),
)


def page(client: Client, user: User, of: Participant | None = None, **query: str) -> str:
    """The text of the trail page for somebody."""
    client.force_login(user)
    address = reverse("participant-trail", args=[of.code]) if of else reverse("trail")
    answer = client.get(address, query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def corrected(people: People, participant: Participant) -> None:
    """A saved answer, changed with a reason an hour later."""
    saved(participant, "V0", "nihss", people)
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", answers=lowest_answers("nihss", gaze=1),
        assessed_on=CONSENTED_ON, version=1, complete=True, actor=people.nils,
        at=AT + timedelta(hours=1), reason="transcription error",
    )  # fmt: skip


@pytest.mark.requirement("R-034")
def test_a_monitor_reads_who_changed_what_and_why(client: Client, people: People) -> None:
    participant = enrolled(people)
    corrected(people, participant)
    text = page(client, people.mona, participant, kind="~")
    assert "V0 · NIHSS · 2 Horizontal gaze" in text
    assert "0 Normal → 1 Partial" in text
    assert "transcription error" in text
    assert "Nils Berg" in text
    assert "study nurse" in text
    assert "12 Mar 2026 12:00" in text
    assert 'title="12 Mar 2026 11:00 UTC"' in text


@pytest.mark.requirement("R-030")
def test_it_has_the_first_entry_of_a_long_form_folded(client: Client, people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people)
    text = page(client, people.mona, participant)
    assert "<summary>" in text
    assert "2 Horizontal gaze: — → 0 Normal" in text
    assert "Record saved · form nihss" in text


@pytest.mark.parametrize("name", READERS)
def test_everybody_who_reads_trails_can_open_it(client: Client, people: People, name: str) -> None:
    participant = enrolled(people)
    assert "Consent" in page(client, getattr(people, name), participant)
    assert participant.code in page(client, getattr(people, name))


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("name", ["otto", "tess", "stan", "uma", "dag", "ada"])
def test_nobody_else_can(client: Client, people: People, name: str) -> None:
    client.force_login(getattr(people, name))
    assert client.get(reverse("trail")).status_code == 403


@pytest.mark.requirement("R-070")
def test_a_site_reads_its_own_participants_only(client: Client, people: People) -> None:
    here, there = enrolled(people), enrolled(people, site=people.lyon)
    text = page(client, people.nils)
    assert here.code in text
    assert there.code not in text
    assert "Delegation" not in text
    assert there.code in page(client, people.mona)
    client.force_login(people.nils)
    address = reverse("participant-trail", args=[there.code])
    assert client.get(address).status_code == 404


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", ["mona", "dora"])
def test_the_blinded_meet_nothing_that_tells_an_arm(
    client: Client, people: People, name: str
) -> None:
    participant, product = ready(people)
    saved(participant, "BMA", "vitals", people, at=LATER)
    infused(participant, product, people)
    reported(people, participant, category="infusion_reaction", term="Fever", at=LATER)
    for text in (
        page(client, getattr(people, name), participant),
        page(client, getattr(people, name)),
    ):
        body = DRAWN.sub("", text.split("<main", 1)[1].split("</main", 1)[0])
        assert [word for word in TELLING if word in body] == []
        assert "Eligibility signed" in body


@pytest.mark.requirement("R-017")
def test_the_blinded_read_as_many_lines_whatever_the_arm(people: People) -> None:
    participant = randomized(people)
    not_treated(participant, people)
    seen = selectors.trail(people.mona, Search(participant=participant.code), size=1000)
    told = selectors.trail(people.ines, Search(participant=participant.code), size=1000)
    titles = {group.head.title for group in presenters.groups(told.entries, people.ines)}
    assert {"Allocation", "Not treated"} & titles
    assert len(seen.entries) < len(told.entries)
    hidden = {model for model in audited_models() if getattr(model, "reveals_arm", False)}
    assert not hidden & {entry.model for entry in seen.entries}
    assert not [entry for entry in seen.entries if "BMA" in entry.about.values()]


def test_who_may_know_arms_reads_them_in_words(people: People) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    read = selectors.trail(people.ines, Search(participant=participant.code), size=1000)
    lines = [line for group in presenters.groups(read.entries, people.ines) for line in group.lines]
    told = {(line.title, line.field): line.new for line in lines}
    # The allocation's own arm is sealed, in the history too; its page tells it.
    assert ("Allocation", "Allocated at") in told
    assert not any("Sealed" in field for _, field in told)
    assert told["Infusion", "Cells given"] == "100.0"


@pytest.mark.requirement("R-034")
def test_it_narrows_by_person_kind_participant_and_day(client: Client, people: People) -> None:
    one, other = enrolled(people), enrolled(people, at=AT + timedelta(days=2))
    text = page(client, people.mona, participant=one.code.lower())
    assert one.code in text
    assert other.code not in text
    text = page(client, people.mona, person=str(people.carl.pk))
    assert "Nothing fits these filters." in text
    text = page(client, people.mona, since="2026-03-13", until="2026-03-14")
    assert other.code in text
    assert one.code not in text
    assert "Participant enrolled" in page(client, people.mona, kind="!")


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"person": "Ines"},
        {"person": "999999999999999999999"},
        {"kind": "gossip"},
        {"participant": "GRE-001-5GRE-001-5"},
        {"participant": "\0"},
        {"before": "long ago"},
        {"before": "2026-03-12T10:00:00+00:00~-1"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_in_words(
    client: Client, people: People, query: dict[str, str]
) -> None:
    client.force_login(people.mona)
    answer = client.get(reverse("trail"), query)
    assert answer.status_code == 400
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("query", [{"until": "9999-12-31"}, {"since": "0001-01-01"}])
def test_the_ends_of_time_are_no_error(
    client: Client, people: People, query: dict[str, str]
) -> None:
    enrolled(people)
    assert "Consent" in page(client, people.mona, None, **query)


@pytest.mark.parametrize("code", ["GRE-999-9", "x", "\0", "GRE-001-5'--"])
def test_a_participant_who_is_not_there_is_not_found(
    client: Client, people: People, code: str
) -> None:
    client.force_login(people.mona)
    assert client.get(reverse("participant-trail", args=[code])).status_code == 404


def test_older_lines_are_one_link_away(client: Client, people: People) -> None:
    participant = enrolled(people)
    for visit in ("M1", "M2", "M4", "M6"):
        services.mark_missed(
            visit=visit_of(participant, visit), reason="Abroad", actor=people.nils, at=AT
        )
    for _ in range(3):
        enrolled(people)
    client.force_login(people.mona)
    address, seen = reverse("trail"), set()
    for _ in range(10):
        text = client.get(address).content.decode()
        seen |= set(re.findall(r"[A-Z]{3}-\d{3}-\d", text))
        link = re.search(r'rel="next" href="([^"]+)"', text)
        if link is None:
            break
        address = reverse("trail") + link[1].replace("&amp;", "&")
    assert "This is the beginning." in text
    assert len(seen) == 4


@pytest.mark.requirement("R-037")
def test_it_says_when_an_act_was_taken_down_much_later(client: Client, people: People) -> None:
    enrolled(people)
    assert "taken down" in page(client, people.mona)


def test_an_event_reads_in_the_words_of_its_form(client: Client, people: People) -> None:
    participant = enrolled(people)
    event = reported(people, participant)
    safety.amend_ae(
        ae=event, version=1, actor=people.nils, at=AT + timedelta(hours=1), reason="wrong box",
        severity="severe",
    )  # fmt: skip
    text = page(client, people.ines, participant, kind="~")
    assert "Mild → Severe" in text
    assert "wrong box" in text


def test_what_is_kept_whole_is_not_spread_out(client: Client, people: People) -> None:
    reported_sae(people, enrolled(people))
    client.force_login(people.ines)
    answer = client.get("/trail/")
    assert answer.status_code == 200
    assert "facts, kept whole" in answer.content.decode()


def test_it_asks_as_often_with_many_participants_as_with_few(people: People) -> None:
    client = Client()

    def asked() -> int:
        corrected(people, enrolled(people))
        client.force_login(people.mona)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("trail"), {"kind": "~"})
        return len(queries)

    few = asked()
    for _ in range(8):
        many = asked()
    assert many == few
    assert few <= len(audited_models())


def test_an_empty_trail_says_what_would_fill_it(client: Client, people: People) -> None:
    client.force_login(people.nils)
    assert b"Nothing has happened yet." in client.get(reverse("trail")).content
