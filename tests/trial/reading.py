"""Reading an answered page: what is chosen, what is typed, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Protocol

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

SIMPLE = {"text", "number", "date", "time", "email", "hidden", "search"}


class Answer(Protocol):
    """What the test client gives back."""

    status_code: int

    @property
    def content(self) -> bytes:
        """The page."""


class Page(HTMLParser):
    """A page as its reader meets it.

    ``chosen`` maps the name of a radio, box or list to the values chosen; ``typed`` the name of
    a box to what stands in it; ``links`` holds every address the page leads to.
    """

    def __init__(self, response: Answer) -> None:
        super().__init__()
        self.status = response.status_code
        self.chosen: dict[str, list[str]] = {}
        self.typed: dict[str, str] = {}
        self.links: list[str] = []
        self.html = response.content.decode()
        self._list = ""
        self.feed(self.html)
        self.text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in links and boxes."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "select":
            self._list = name
        elif tag == "option" and "selected" in given and given.get("value"):
            self.chosen.setdefault(self._list, []).append(given["value"])
        elif tag == "input" and given.get("type") in {"radio", "checkbox"}:
            if "checked" in given:
                self.chosen.setdefault(name, []).append(given["value"])
        elif tag == "input" and given.get("type", "text") in SIMPLE:
            self.typed[name] = given.get("value", "")

    def filled(self) -> dict[str, str]:
        """The boxes with something in them, but for hidden machinery."""
        return {
            name: value
            for name, value in self.typed.items()
            if value and name not in {"csrfmiddlewaretoken", "q", "active"}
        }


def read(client: Client, address: str) -> Page:
    """The page at an address."""
    return Page(client.get(address))


def send(client: Client, address: str, **data: object) -> Page:
    """The page that answers a form; a redirect is not followed."""
    return Page(client.post(address, data))


def queries(act: Callable[[], object]) -> int:
    """How many queries an act takes."""
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)
