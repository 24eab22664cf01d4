"""How dates, times and states read, and what a person's navigation holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.test import Client

from config.permissions import ROUTES
from tests.people import People
from trial.partial_dates import PartialDate
from trial.templatetags.hermes import NAVIGATION, STATES, day, section

# Pages outside every entry of the navigation, and addresses that are no pages.
ELSEWHERE = {"healthz", "draft-key", "sign-in", "sign-out", "password", "components"}


class Navigation(HTMLParser):
    """The entries of the navigation of a page, and the one marked as the present one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.entries: list[str] = []
        self.here = ""
        self.feed(html.split('<nav class="sections"')[1].split("</nav>", maxsplit=1)[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an entry."""
        given = dict(attrs)
        if tag == "a":
            self.entries.append(given["href"] or "")
            self.here = self.entries[-1] if "aria-current" in given else self.here


def drawn(template: str, **context: object) -> str:
    """A piece of template."""
    return Template("{% load hermes %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2027, 3, 2), "2 Mar 2027"),
        (PartialDate(2027, 3), "Mar 2027"),
        ("2027", "2027"),
        ("2027-03-12", "12 Mar 2027"),
        (None, "—"),
        ("", "—"),
    ],
)
def test_a_date_reads_as_far_as_it_is_known(value: object, words: str) -> None:
    assert day(value) == words


@pytest.mark.requirement("R-037")
def test_a_time_is_the_sites_with_utc_in_the_title() -> None:
    at = datetime(2027, 7, 2, 22, 30, tzinfo=UTC)
    shown = drawn('{% local_time at "Europe/Paris" %}', at=at)
    assert ">3 Jul 2027 00:30</time>" in shown
    assert 'title="2 Jul 2027 22:30 UTC"' in shown
    assert 'datetime="2027-07-02T22:30:00Z"' in shown


@pytest.mark.requirement("R-037")
def test_a_time_without_a_site_says_that_it_is_utc() -> None:
    at = datetime(2027, 7, 2, 22, 30, tzinfo=UTC)
    assert ">2 Jul 2027 22:30 UTC</time>" in drawn("{% local_time at %}", at=at)
    assert drawn("{% local_time at %}", at=None) == "—"


@pytest.mark.parametrize("code", sorted(STATES))
def test_a_state_is_a_word_and_a_shape(code: str, client: Client, people: People) -> None:
    badge = drawn("{% state code %}", code=code)
    assert STATES[code] in badge
    client.force_login(people.ines)
    assert f'id="shape-{code}"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "ines",
            [
                "Home",
                "Alerts",
                "Participants",
                "Screening",
                "Adverse events",
                "Cells",
                "DSMB",
                "Queries",
                "Overview",
                "Locks",
                "Unblinding",
                "Trail",
                "Protocol",
            ],
        ),
        (
            "otto",
            [
                "Home",
                "Alerts",
                "Participants",
                "Screening",
                "Adverse events",
                "Queries",
                "Locks",
                "Unblinding",
                "Protocol",
            ],
        ),
        (
            "uma",
            [
                "Home",
                "Alerts",
                "Cells",
                "DSMB",
                "Unblinding",
                "Data cuts",
                "Allocation list",
                "Blinding",
                "Protocol",
            ],
        ),
        ("dag", ["Home", "Alerts", "DSMB", "Unblinding", "Data cuts", "Protocol"]),
        ("ada", ["Home", "Alerts", "People", "Protocol"]),
        ("zoe", ["Home", "Alerts", "Protocol"]),
    ],
)
def test_the_navigation_holds_what_the_person_may_open(
    people: People, client: Client, name: str, words: list[str]
) -> None:
    client.force_login(getattr(people, name))
    found = Navigation(client.get("/").content.decode())
    assert len(found.entries) == len(words)
    assert found.here == "/"
    for address in found.entries:
        assert client.get(address).status_code == 200, address


def test_every_page_belongs_to_an_entry() -> None:
    entries = {route for route, _, _ in NAVIGATION}
    pages = {name for name in ROUTES if not name.startswith("api-")} - ELSEWHERE
    lost = sorted(name for name in pages if section(name) not in entries)
    assert lost == []
    assert {name for name in ELSEWHERE if section(name)} == set()
