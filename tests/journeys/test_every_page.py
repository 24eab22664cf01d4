"""Every page that every role can reach: no broken link, and it fits a telephone, in the dark."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import pytest

from audit.models import Event
from exports.services import build_cut
from tests.journeys.desk import Desk, Sit
from tests.journeys.looking import too_wide
from tests.people import People
from tests.world import make_world

GROUPS = {
    "who read participants": ("ines", "otto", "nils", "tess", "mona", "dora", "ivan"),
    "who read none": ("stan", "uma", "dag", "ada", "zoe"),
}


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


class Walk:
    """One person with a telephone, following every link there is.

    A page is drawn where it shows something that no page drawn before did; ``drawn`` holds what
    those showed.
    """

    def __init__(self, desk: Desk, drawn: set[frozenset[str]]) -> None:
        self.desk, self.drawn = desk, drawn
        self.wrong: list[str] = []

    def everywhere(self) -> list[str]:
        """From home on, through everything that is linked; what is wrong on the way."""
        start = self.desk.page.url
        waiting, known = [start], {start}
        while waiting:
            fresh = self._at(waiting.pop()) - known
            known |= fresh
            waiting += sorted(fresh)
        return self.wrong

    def _at(self, address: str) -> set[str]:
        """The addresses a page leads to."""
        answer = self.desk.context.request.get(address)
        if answer.status >= 400:
            self.wrong.append(f"{answer.status} at {address}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return set()
        page = Reading(answer.text())
        self._draw(address, page)
        found = set()
        for link in page.links:
            whole, place = urldefrag(urljoin(address, link))
            if whole == address and place and place not in page.places:
                self.wrong.append(f"#{place} is not on {address}")
            found.add(whole)
        return found

    def _draw(self, address: str, page: Reading) -> None:
        kinds = frozenset(page.kinds)
        if kinds in self.drawn:
            return
        self.drawn.add(kinds)
        self.desk.opens(address)
        if over := too_wide(self.desk.page):
            self.wrong.append(f"{address} is too wide, {over}")


@pytest.mark.requirement("R-086")
@pytest.mark.requirement("R-074")
@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_it_is_there_and_fits_a_telephone(
    sit: Sit, committed_people: People, group: tuple[str, ...]
) -> None:
    # Given a trial in which everything has happened
    make_world(committed_people)
    build_cut(Event.objects.get(name="cut.requested"))

    # When each of these people follows every link
    drawn: set[frozenset[str]] = set()
    wrong = {name: Walk(sit(name, telephone=True), drawn).everywhere() for name in group}

    # Then every page is there, nothing is asked of another host, and none is pushed sideways
    assert not any(wrong.values()), wrong
