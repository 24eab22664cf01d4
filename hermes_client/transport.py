"""Requests to one server with one token: no redirect is followed, no other server is asked."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from hermes_client.errors import HermesError, Problem, Unreachable, Unreadable

API_PATH = "/api/v1"
ACCEPTED = "application/json, application/problem+json"
# The line, or what stands between: worth another try where asking twice does no harm.
TRANSIENT = {502, 503, 504}
T = TypeVar("T")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the token to another host: none is followed."""

    def redirect_request(  # noqa: PLR0917 - the library's signature
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> None:
        """Refuse; urllib then raises the answer as an HTTPError."""


class Transport:
    """Asks one server.

    Args:
        url: the site's address (https://host, the API being under /api/v1) or the API's own.
        token: the access token.
        timeout: seconds until a silent server counts as out of reach.
        attempts: how often a request that changes nothing is made when the line fails.
        pause: seconds before the second attempt; twice as many before each further one.
    """

    def __init__(
        self, url: str, token: str, *, timeout: float, attempts: int, pause: float
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise HermesError(f"{url} is no http or https address.")
        if not token or not token.isascii() or not token.isprintable():
            raise HermesError("The token is empty or holds characters no token has.")
        self.base = url.rstrip("/") + ("" if parts.path.strip("/") else API_PATH)
        self._token = token
        self._timeout, self._attempts, self._pause = timeout, max(1, attempts), pause
        self._opener = urllib.request.build_opener(_NoRedirect)

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A JSON object."""
        query = urlencode(dict(parameters or {}), doseq=True)
        return self._get(f"{self.base}{path}{'?' if query else ''}{query}")

    def pages(
        self, path: str, parameters: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """A list, page after page.

        Raises:
            Unreadable: a page points to another server, or has no results.
        """
        page = self.get(path, parameters)
        while True:
            if not isinstance(page.get("results"), list):
                raise Unreadable(f"{self.base}{path} answered without a list of results.")
            yield page
            if not page.get("next"):
                return
            following = urljoin(self.base, str(page["next"]))
            if urlsplit(following)[:2] != urlsplit(self.base)[:2]:
                raise Unreadable(f"{path} points to another server for its next page.")
            page = self._get(following)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send JSON, once: whether it arrived before the line failed nobody knows."""
        address = f"{self.base}{path}"
        request = self._request(address, json.dumps(body).encode())
        with self._translated(address), self._opener.open(request, timeout=self._timeout) as answer:
            return _object(address, answer.read())

    @contextmanager
    def opened(self, path: str, headers: Mapping[str, str]) -> Iterator[http.client.HTTPResponse]:
        """An answer of any kind, once."""
        request = self._request(f"{self.base}{path}", accept="*/*")
        for name, value in headers.items():
            request.add_header(name, value)
        with self._opener.open(request, timeout=self._timeout) as answer:
            yield answer

    def again(self, address: str, once: Callable[[], T]) -> T:
        """Do what changes nothing, and once more after a pause, while the line fails.

        Raises:
            Unreachable: it failed each time.
            Problem: the server refused.
        """
        for attempt in range(self._attempts - 1):
            try:
                with self._translated(address):
                    return once()
            except Unreachable:
                time.sleep(self._pause * 2**attempt)
            except Problem as problem:
                if problem.status not in TRANSIENT:
                    raise
                time.sleep(self._pause * 2**attempt)
        with self._translated(address):
            return once()

    def _get(self, address: str) -> dict[str, Any]:
        def once() -> dict[str, Any]:
            request = self._request(address)
            with self._opener.open(request, timeout=self._timeout) as answer:
                return _object(address, answer.read())

        return self.again(address, once)

    def _request(
        self, address: str, body: bytes | None = None, accept: str = ACCEPTED
    ) -> urllib.request.Request:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return urllib.request.Request(address, body, headers)  # noqa: S310 - the scheme was checked at construction

    @contextmanager
    def _translated(self, address: str) -> Iterator[None]:
        try:
            yield
        except urllib.error.HTTPError as error:
            with error:
                raise Problem(address, error.code, _details(error)) from error
        except (http.client.HTTPException, OSError) as error:
            raise Unreachable(f"{address} is out of reach: {error}.") from error


def _details(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found = json.loads(error.read())
    except (ValueError, http.client.HTTPException, OSError):
        found = None
    return found if isinstance(found, dict) and found else {"title": str(error.reason)}


def _object(address: str, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise Unreadable(f"{address} did not answer with JSON.") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{address} did not answer with a JSON object.")
    return found
