"""The pages of queries, and what stands beside the pages of the backbone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.acts import act
from monitoring import services
from monitoring.models import Query
from monitoring.queries import selectors
from monitoring.queries.objections import live_queries
from tests.builders import enrolled, saved
from tests.monitoring.test_queries import asked, corrected
from tests.people import AT, People
from tests.stage import once
from trial.models import Record, Visit
from trial.objections import Extent


@once
def record(people: People) -> Record:
    """A complete NIHSS with a facial palsy of 2."""
    return saved(enrolled(people), "V0", "nihss", people, face=2)


def page(client: Client, user: User, address: str, **asked_for: str) -> str:
    """What this person reads there."""
    client.force_login(user)
    answer = client.get(address, asked_for)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def place(record: Record, end: str = "") -> str:
    """The address of the participant, or of a page below it."""
    return f"/participants/{record.participant.code}/{end}"


def ask(record: Record, **about: str) -> str:
    """Where one asks about an item of the record."""
    given = {"visit": "V0", "form": "nihss", "item": "face", **about}
    return place(record, f"queries/new/?{urlencode(given)}")


@pytest.mark.requirement("R-040")
def test_a_monitor_asks_beside_an_item_and_the_site_answers(
    client: Client, people: People, record: Record
) -> None:
    beside = page(client, people.mona, place(record, "visits/V0/1/nihss/"))
    assert "Ask about 4" in beside
    assert client.get(ask(record)).status_code == 200
    assert client.post(ask(record), {"item": "face", "text": "Really 2?"}).status_code == 302
    query = Query.objects.get()
    assert (query.item, query.opened_by, query.value[:1]) == ("face", people.mona, "2")

    home = page(client, people.nils, "/", show="queries")
    assert "Really 2?" in home
    item = page(client, people.nils, place(record, "visits/V0/1/nihss/"))
    assert "query 1 open" in item.split('id="item-face"')[1].split('id="item-arm_left"')[0]
    assert "Ask about" not in item
    answered = client.post("/queries/1/answer/", {"text": "The source says 2."})
    assert answered.status_code == 302

    assert "Really 2?" in page(client, people.mona, "/", show="answered")
    assert "The source says 2." in page(client, people.mona, "/queries/1/")
    assert client.post("/queries/1/close/", {"text": ""}).status_code == 302
    query.refresh_from_db()
    assert (query.status, query.closed_by) == ("closed", people.mona)
    again = client.post("/queries/1/reopen/", {"text": "Still odd."})
    assert again.status_code == 302
    query.refresh_from_db()
    assert query.status == "open"


def test_an_empty_answer_is_refused_on_the_page(
    client: Client, people: People, record: Record
) -> None:
    asked(people, record)
    client.force_login(people.nils)
    answer = client.post("/queries/1/answer/", {"text": "  "})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    client.force_login(people.mona)
    assert client.post(ask(record), {"item": "stairs", "text": "?"}).status_code == 422
    assert Query.objects.count() == 1


@pytest.mark.parametrize(
    "about",
    [
        {"visit": "M99"}, {"form": "fmri"}, {"item": "stairs"}, {"occurrence": "x"},
        {"visit": "", "form": "nihss"}, {"event": "7"}, {"occurrence": "2"},
    ],
)  # fmt: skip
def test_nobody_asks_about_what_is_not_there(
    client: Client, people: People, record: Record, about: dict[str, str]
) -> None:
    client.force_login(people.mona)
    assert client.get(ask(record, **about)).status_code == 404


def test_the_fragment_below_an_item_holds_no_form(
    client: Client, people: People, record: Record
) -> None:
    asked(people, record)
    client.force_login(people.nils)
    answer = client.get("/queries/1/", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "The source says 1?" in text
    assert ("<form" in text, "<html" in text) == (False, False)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, True), ({"state": "open"}, True), ({"state": "answered"}, False),
        ({"state": "closed"}, False), ({"state": "all"}, True), ({"site": "GRE"}, True),
        ({"site": "LYO"}, False), ({"participant": "gre"}, True), ({"participant": "LYO"}, False),
        ({"form": "nihss"}, True), ({"form": "mrs"}, False), ({"by": "person"}, True),
        ({"by": "check"}, False), ({"age": "week"}, False), ({"age": "older"}, True),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(
    client: Client, people: People, record: Record, chosen: dict[str, str], found: bool
) -> None:
    # Asked in March, and read now: older than thirty days.
    asked(people, record)
    text = page(client, people.mona, "/queries/", **chosen)
    assert ("The source says 1?" in text) is found


def test_a_filter_that_makes_no_sense_is_refused(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.mona)
    assert client.get("/queries/", {"state": "lost"}).status_code == 400


def test_what_waits_for_the_reader_stands_first(people: People, record: Record) -> None:
    first, second = asked(people, record), asked(people, record, item="gaze")
    services.answer_query(query=second, text="Right.", actor=people.nils, at=AT)
    for user, order in ((people.mona, [second, first]), (people.nils, [first, second])):
        found = selectors.by_need(selectors.visible_queries(user), user)
        assert list(found) == order


def test_many_are_closed_from_the_list_and_only_with_a_reason(
    client: Client, people: People, record: Record
) -> None:
    for item in ("face", "gaze"):
        asked(people, record, item=item)
    client.force_login(people.dora)
    assert client.post("/queries/close/", {"query": ["1", "2"]}).status_code == 422
    assert client.post("/queries/close/", {"reason": "Old"}).status_code == 422
    sent = {"query": ["1", "2"], "reason": "Seen on site"}
    assert client.post("/queries/close/", sent).status_code == 302
    assert set(Query.objects.values_list("status", flat=True)) == {"closed"}


def test_the_participant_shows_its_queries_and_the_grid_a_flag(
    client: Client, people: People, record: Record
) -> None:
    asked(people, record)
    text = page(client, people.nils, place(record))
    assert "Query open" in text
    assert "The source says 1?" in text


def hidden_query(people: People, record: Record) -> Query:
    """A query of a check on a visit that exists in one arm only."""
    with act(actor=None, at=AT, system="test"):
        visit = Visit.objects.create(
            participant=record.participant, code="INF", planned_on=AT, window_from=AT,
            window_to=AT, hidden=True,
        )  # fmt: skip
        return Query.objects.create(
            number=1, hidden=True, participant=record.participant, visit=visit, text="Infused?",
            check_code="X", check_version=1, seen="s", opened_at=AT, since=AT,
        )  # fmt: skip


@pytest.mark.requirement("R-017")
def test_a_query_on_a_visit_of_one_arm_is_not_there_for_the_blinded(
    client: Client, people: People, record: Record
) -> None:
    query = hidden_query(people, record)
    assert asked(people, record).code == "1"
    for user in (people.mona, people.dora, people.otto):
        client.force_login(user)
        assert client.get(f"/queries/{query.code}/").status_code == 404
        for address in ("/queries/?state=all", place(record), "/?show=queries"):
            assert "Infused?" not in client.get(address).content.decode()
    assert "INF" in page(client, people.ines, "/queries/T1/")


def test_another_site_meets_nothing(client: Client, people: People, record: Record) -> None:
    asked(people, record)
    client.force_login(people.carl)
    assert client.get("/queries/1/").status_code == 404
    assert client.post("/queries/1/answer/", {"text": "Mine"}).status_code == 404
    assert "The source says" not in client.get("/queries/?state=all").content.decode()


@pytest.mark.requirement("R-044")
def test_every_page_costs_the_same_with_many_queries(
    client: Client, people: People, record: Record
) -> None:
    pages: tuple[str, ...] = ("/queries/", "/", place(record), place(record, "visits/V0/1/nihss/"))

    def counts() -> dict[tuple[str, str], int]:
        found = {}
        for user in (people.mona, people.nils):
            client.force_login(user)
            for address in pages:
                with CaptureQueriesContext(connection) as caught:
                    assert client.get(address).status_code == 200
                found[user.username, address] = len(caught)
        return found

    asked(people, record)
    services.answer_query(
        query=asked(people, record, item="gaze"), text="Right.", actor=people.nils, at=AT
    )
    few = counts()
    for place_ in range(12):
        query = asked(people, record, item=("face", "gaze", "assessed_on", "")[place_ % 4])
        if place_ % 2:
            services.answer_query(query=query, text="Right.", actor=people.nils, at=AT)
    assert counts() == few


def test_the_line_of_the_trail_tells_which_query_it_answers(
    client: Client, people: People, record: Record
) -> None:
    query = asked(people, record)
    corrected(people, record, face=1)
    services.answer_query(query=query, text="Corrected.", actor=people.nils, at=AT.replace(day=20))
    found: Any = query.messages.get(kind="changed").change_act
    assert selectors.answered_by_act(people.mona, [found]) == {found: ["1"]}
    assert selectors.answered_by_act(people.carl, [found]) == {}
    assert page(client, people.mona, place(record, "trail/")).count("answers query 1") == 1
    taken: Any = client.get(place(record, "trail/"), {"as": "csv"})
    lines = b"".join(taken).decode().splitlines()
    assert [line.endswith(",1") for line in lines if "Facial palsy," in line].count(True) == 1


@pytest.mark.requirement("R-043")
def test_a_live_query_speaks_against_a_lock(people: People, record: Record) -> None:
    query = asked(people, record)
    extents = [
        Extent(people.mona, record=record),
        Extent(people.mona, visit=record.visit, participant=record.participant),
        Extent(people.mona, participant=record.participant),
        Extent(people.mona),
    ]
    for extent in extents:
        assert [str(one) for one in live_queries(extent)] == ["1 query that is not closed"]
    assert list(live_queries(Extent(people.carl))) == []
    services.close_query(query=query, actor=people.mona, at=AT)
    assert list(live_queries(extents[0])) == []


@pytest.mark.requirement("R-040")
def test_an_answer_is_kept_under_the_page_and_signing_in_again_leads_there(
    client: Client, people: People
) -> None:
    query = services.open_query(
        participant=enrolled(people), text="Sure?", actor=people.mona, at=AT
    )
    page = f"/queries/{query.code}/"
    client.force_login(people.nils)
    assert f'data-record="{page}"' in client.get(page).content.decode()
    for address in (f"{page}answer/", f"{page}close/", f"{page}reopen/"):
        assert client.get(address)["Location"] == page
    refused = client.post(f"{page}answer/", {"text": ""})
    assert (refused.status_code, f'data-record="{page}" data-kept' in refused.content.decode()) == (
        422, True,
    )  # fmt: skip
    done = client.post(f"{page}answer/", {"text": "Yes."}, follow=True)
    assert f'data-saved="{page}"' in done.content.decode()
