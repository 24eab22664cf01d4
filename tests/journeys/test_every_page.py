"""Every kind of page each role can reach: no broken link, and it fits a telephone, in the dark."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from audit.models import Event
from exports.services import build_cut
from tests.journeys.conftest import session_of
from tests.journeys.desk import PATIENCE, Desk, Sit
from tests.journeys.looking import too_wide
from tests.people import People
from tests.world import make_world

GROUPS = {
    "who treat": ("ines", "tess", "nils", "otto"),
    "who check": ("mona", "dora", "ivan"),
    "who read no participant": ("stan", "uma", "dag", "ada", "zoe"),
}
# Of the pages of one kind, so many are opened by the first of a group: the history of the
# hundredth item is drawn by the same lines as that of the first. The others open one, because what
# is theirs alone is which kinds they reach.
OF_A_KIND = 2


class Reading(HTMLParser):
    """What a page leads to, what can be jumped to on it, and what kinds of things stand on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.kinds: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one element."""
        given = {name: value or "" for name, value in attrs}
        self.kinds.add(f"{tag}.{given.get('class', '')}")
        if "id" in given:
            self.places.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])


def kind_of(address: str) -> tuple[str, ...]:
    """The route, the form where there is one, and what the query string asks about."""
    parts = urlsplit(address)
    asked = sorted(parse_qs(parts.query))
    try:
        found = resolve(parts.path)
    except Resolver404:
        return (parts.path, *asked)
    return (found.view_name, str(found.kwargs.get("form", "")), *asked)


class Walk:
    """One person with a telephone, following every kind of link there is.

    A page is drawn where it shows something that no page drawn before did; ``drawn`` holds what
    those showed, whoever walked there.
    """

    def __init__(self, desk: Desk, drawn: set[str], of_a_kind: int) -> None:
        self.desk, self.drawn, self.of_a_kind = desk, drawn, of_a_kind
        self.cookies, self.shown = desk.cookies, ""
        self.wrong: list[str] = []
        self.opened = Counter[tuple[str, ...]]()

    def everywhere(self) -> list[str]:
        """From home on, through everything that is linked; what is wrong on the way."""
        start = self.desk.page.url
        waiting, known = [start], {start}
        while waiting:
            address = waiting.pop(0)
            kind = kind_of(address)
            self.opened[kind] += 1
            if self.opened[kind] > self.of_a_kind:
                continue
            fresh = self._at(address) - known
            known |= fresh
            waiting += sorted(fresh)
        return self.wrong

    def _at(self, address: str) -> set[str]:
        """The addresses a page leads to."""
        html = self._source(address)
        if not html:
            return set()
        page, found = Reading(html), set()
        if not page.kinds <= self.drawn:
            if self.shown != address:
                self._draws(address)
            self.drawn |= page.kinds
        for link in page.links:
            whole, place = urldefrag(urljoin(address, link))
            if whole == address and place and place not in page.places:
                self.wrong.append(f"#{place} is not on {address}")
            found.add(whole)
        return found

    def _source(self, address: str) -> str:
        """What the server sends; empty where it is no page.

        The first page of a route is drawn whatever stands on it, and so the browser asks for it.
        """
        route = f"route {kind_of(address)[:2]}"
        if route not in self.drawn:
            self.drawn.add(route)
            try:
                return self._draws(address)
            except Error as error:
                if "Download is starting" not in error.message:
                    raise
        return self._fetches(address)

    def _draws(self, address: str) -> str:
        self.desk.opens(address)
        self.shown = address
        if over := too_wide(self.desk.page):
            self.wrong.append(f"{address} is too wide, {over}")
        return self.desk.source

    def _fetches(self, address: str) -> str:
        parts = urlsplit(address)
        connection = HTTPConnection(parts.netloc, timeout=PATIENCE / 1000)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}", headers=self.cookies)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            self.wrong.append(f"{answer.status} at {address}")
        return content.decode() if answer.headers.get_content_type() == "text/html" else ""


@pytest.mark.requirement("R-086")
@pytest.mark.requirement("R-074")
def test_it_is_there_and_fits_a_telephone(sit: Sit, committed_people: People) -> None:
    # Given a trial in which everything has happened
    make_world(committed_people)
    build_cut(Event.objects.get(name="cut.requested"))

    # When each of these people in turn follows every link
    desk, drawn = sit(telephone=True), set[str]()
    wrong: dict[str, list[str]] = {}
    for names in GROUPS.values():
        for place, name in enumerate(names):
            walk = Walk(desk.is_signed_in(session_of(name)), drawn, 1 if place else OF_A_KIND)
            wrong[name] = walk.everywhere()

    # Then every page is there, nothing is asked of another host, and none is pushed sideways
    assert not any(wrong.values()), wrong
