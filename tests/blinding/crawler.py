"""One person with a browser and a token, and everything they can make the server say."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urlencode, urljoin, urlsplit

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import User

# Told to everybody, the protocol's arms among it.
PUBLIC = {"protocol", "components", "api-schema"}
LEAVES = {"sign-out"}
_TAG = re.compile(r'^ETag: "[0-9a-f]{64}"$')
# The elements that lead anywhere: all else of a page need not be read for its leads.
_LEADING = re.compile(
    r"""<(?:/form|form|input|select|option|\w[\w-]*\s(?:"[^"]*"|'[^']*'|[^>"'])*?\b(?:href|hx-get)=)"""
    r"""(?:"[^"]*"|'[^']*'|[^>"'])*>"""
)


class Page(HTMLParser):
    """Where a page leads: its links, its fragments, and its forms that ask with GET."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self._form: str | None = None
        self._fields: dict[str, str] = {}
        self.feed("".join(_LEADING.findall(html)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one element."""
        given = {name: value or "" for name, value in attrs}
        self.leads += [
            given[name] for name in ("href", "hx-get") if tag != "link" and name in given
        ]
        if tag == "form":
            asks = given.get("method", "get") == "get"
            self._form = given.get("action", "") if asks else None
            self._fields = {}
        elif tag == "input" and given.get("type") not in {"radio", "checkbox", "submit"}:
            self._fields[given.get("name", "")] = given.get("value", "")
        elif tag == "select":
            self._fields[given.get("name", "")] = ""
        elif tag == "option" and "selected" in given and self._fields:
            self._fields[list(self._fields)[-1]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """A form that asks, as it would be sent untouched."""
        if tag == "form" and self._form is not None:
            asked = {name: value for name, value in self._fields.items() if name}
            self.leads.append(f"{self._form.partition('?')[0]}?{urlencode(asked)}")
            self._form = None


class Crawl:
    """Everything one person is answered: status, headers, size and content, by address."""

    def __init__(
        self, user: User, mask: Callable[[str], str], *, token: str = "", per_route: int = 0
    ) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.mask, self.token, self.per_route = mask, token, per_route
        self.seen: dict[str, str] = {}
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._known: set[str] = set()

    def everywhere(self, addresses: Iterable[str]) -> None:
        """Ask for these, linked or not, and follow everything that is linked from there.

        Of each route and each question so many addresses, these among them.
        """
        waiting = list(dict.fromkeys(["/", *addresses]))
        for address in waiting:
            self._take(address)
        while waiting:
            address = waiting.pop(0)
            waiting += self._fresh(address, self.ask(address))

    def at(self, addresses: Iterable[str]) -> None:
        """Ask for these, linked or not."""
        for address in addresses:
            self.ask(address)

    def ask(self, address: str) -> list[str]:
        """Read one address; where it leads."""
        headers = {"Authorization": f"Bearer {self.token}"} if address.startswith("/api/") else {}
        answer = self.client.get(address, headers=headers)
        content = _content(answer)
        self.seen[self.mask(address)] = self.mask(f"{_head(answer)}\n{content}")
        location = answer.headers.get("Location")
        leads = [location] if location else []
        if "text/html" in answer.headers.get("Content-Type", ""):
            leads += Page(content).leads
        return leads

    def _fresh(self, base: str, leads: Iterable[str]) -> Iterator[str]:
        for lead in leads:
            address = urldefrag(urljoin(base, lead)).url
            if address in self._known:
                continue
            kind = _kind(address)
            if not kind[0] or kind[0] in LEAVES | PUBLIC:
                continue
            if not self.per_route or self._counts[kind] < self.per_route:
                self._take(address)
                yield address

    def _take(self, address: str) -> None:
        self._known.add(address)
        self._counts[_kind(address)] += 1


def _kind(address: str) -> tuple[str, ...]:
    """The route, and what is asked of it; a box left empty asks nothing."""
    return (_route(address), *sorted(parse_qs(urlsplit(address).query)))


def _route(address: str) -> str:
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/") or parts.path.startswith("/static/"):
        return ""
    return _named(parts.path)


@cache
def _named(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def _head(answer: HttpResponseBase) -> str:
    """Status and headers; a length says nothing that the content does not, nor does the tag of a
    JSON answer: it is a hash of the content with all that is masked in it."""
    lines = [f"{name}: {value}" for name, value in sorted(answer.headers.items())]
    if answer.headers.get("Content-Type") == "application/json":
        lines = [_TAG.sub("ETag: TAG", line) for line in lines]
    lines = [line for line in lines if not line.startswith("Content-Length: ")]
    cookies = sorted(answer.cookies)
    return "\n".join([str(answer.status_code), *lines, f"cookies: {cookies}"])


def _content(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse | StreamingHttpResponse)
    body = answer.getvalue()
    if "Content-Length" in answer.headers:
        assert int(answer.headers["Content-Length"]) == len(body)
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(f"{one}\n{packed.read(one).decode()}" for one in packed.namelist())
    return body.decode(errors="replace")
