"""What other apps put beside the pages of the backbone is drawn where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils.html import format_html

from accounts.models import User
from tests.builders import enrolled, saved
from tests.people import People
from tests.stage import once
from trial import margin
from trial.margin import Look, Margin, Mark, Task, WorkList
from trial.models import Record


@pytest.fixture
def added() -> Iterator[None]:
    """An app that marks one item, and adds a panel, a box, a flag and a list."""
    task = Task("query", "GRE-001-5", "V0", "Facial palsy", "asked today", "/there/", "Answer")
    margin.register(
        "test",
        Margin(
            marks=lambda _look, _record: {"face": [Mark("query", "Asked by Mona", "/asked/")]},
            panel=lambda _look, record: format_html("<p>Panel of {}</p>", record.form),
            flags=lambda _look, visits: {(visit.pk, "nihss"): ["verified"] for visit in visits},
            box=lambda _look, participant: format_html("<p>Box of {}</p>", participant.code),
            lists=(WorkList("asked", "query", "Asked", _count, lambda *_: [task]),),
        ),
    )
    yield
    margin._margins.pop("test")


def _count(user: User, _today: date) -> int | None:
    return 1 if user.username == "nils" else None


@once
def record(people: People) -> Record:
    """A saved NIHSS."""
    return saved(enrolled(people), "V0", "nihss", people)


def _page(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return client.get(address).content.decode()


def test_a_mark_stands_beside_its_item_and_the_panel_below(
    client: Client, people: People, record: Record, added: None
) -> None:
    address = f"/participants/{record.participant.code}/"
    page = _page(client, people.nils, f"{address}visits/V0/1/nihss/")
    item = page.split('id="item-face"')[1].split('id="item-arm_left"')[0]
    assert 'href="/asked/"' in item
    assert page.count('href="/asked/"') == 1
    assert "<p>Panel of nihss</p>" in page


def test_the_participant_has_the_box_and_the_grid_the_flag(
    client: Client, people: People, record: Record, added: None
) -> None:
    page = _page(client, people.nils, f"/participants/{record.participant.code}/")
    assert f"<p>Box of {record.participant.code}</p>" in page
    assert "Verified" in page


def test_a_list_is_on_the_home_page_of_whom_it_concerns(
    client: Client, people: People, record: Record, added: None
) -> None:
    assert 'href="/there/"' in _page(client, people.nils, "/?show=asked")
    assert 'href="/there/"' not in _page(client, people.otto, "/?show=asked")


def test_nothing_is_added_where_nobody_registered(people: People, record: Record) -> None:
    look = Look(people.nils, record.participant.history.latest().history_date)
    others = {"asked"} & {one.show for one in margin.work_lists()}
    found = {mark.href for mark in margin.marks(look, record).get("face", [])}
    assert (found & {"/asked/"}, others) == (set(), set())


@pytest.mark.usefixtures("added")
def test_two_work_lists_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="asked"):
        margin.register("other", Margin(lists=(WorkList("asked", "late", "", _count, _none),)))


def _none(_user: User, _today: date, _limit: int) -> list[Task]:
    return []
