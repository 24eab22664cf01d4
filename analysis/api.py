"""Fetch a data cut over the REST API into a folder; what arrives is verified like any other cut."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urljoin, urlsplit

from analysis.errors import CutRefused
from analysis.manifest import MANIFEST_NAME

API_PATH = "/api/v1"
TIMEOUT_S = 60
CHUNK = 1 << 20
DEPTH = 2


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


class CutServer:
    """The REST API of a Hermes, read with an access token.

    `url` is the site's address (https://host, the API being under /api/v1) or the API's own.
    """

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise CutRefused(f"{url} is no http or https address.")
        if not token.isascii() or not token.isprintable() or not token:
            raise CutRefused("The token is empty or holds characters no token has.")
        self._base = url.rstrip("/") + ("" if parts.path.strip("/") else API_PATH)
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirect)

    def download(self, folder: Path, cut: str | None = None) -> Path:
        """Download a cut's files into `folder`; without `cut`, the newest one that is done.

        Raises:
            CutRefused: the server is out of reach, refuses, has no such cut, or sends a file
                whose hash is not the one it lists.
        """
        found = self._object(f"/cuts/{quote(cut, safe='')}/") if cut else self._newest()
        identifier, status = str(found.get("id", "")), found.get("status")
        if status != "done":
            raise CutRefused(f"The cut {identifier} is not done: its status is {status!r}.")
        hashes = {MANIFEST_NAME: ""} | dict(_files(found))
        for name, digest in sorted(hashes.items()):
            path = f"/cuts/{quote(identifier, safe='')}/files/{quote(name)}/"
            (folder / name).parent.mkdir(exist_ok=True)
            received = self._save(path, folder / name)
            if digest and received != digest:
                raise CutRefused(f"{name} arrived altered: SHA-256 {received}, not {digest}.")
        return folder

    def _newest(self) -> Mapping[str, Any]:
        done = [found for found in self._listing() if found.get("status") == "done"]
        if not done:
            raise CutRefused("The server holds no finished data cut this token may read.")
        newest = max((str(found.get("id", "")) for found in done), key=lambda i: (len(i), i))
        return self._object(f"/cuts/{quote(newest, safe='')}/")

    def _listing(self) -> Iterator[Mapping[str, Any]]:
        """Every cut of the list, page after page, on the server the token was given for."""
        address: str | None = f"{self._base}/cuts/"
        while address:
            page = self._json(address)
            results = page.get("results")
            if not isinstance(results, list):
                raise CutRefused(f"{address} answered without a list of results.")
            yield from (entry for entry in results if isinstance(entry, dict))
            address = self._following(address, page.get("next"))

    def _following(self, address: str, link: object) -> str | None:
        if not link:
            return None
        following = urljoin(address, str(link))
        if urlsplit(following)[:2] != urlsplit(self._base)[:2]:
            raise CutRefused(f"{address} points to another server for its next page.")
        return following

    def _object(self, path: str) -> Mapping[str, Any]:
        return self._json(self._base + path)

    def _json(self, address: str) -> Mapping[str, Any]:
        with self._open(address) as answer:
            content = answer.read()
        try:
            found = json.loads(content)
        except ValueError as error:
            raise CutRefused(f"{address} did not answer with JSON.") from error
        if not isinstance(found, dict):
            raise CutRefused(f"{address} did not answer with a JSON object.")
        return found

    def _save(self, path: str, target: Path) -> str:
        digest = hashlib.sha256()
        with self._open(self._base + path) as answer, target.open("wb") as out:
            while chunk := answer.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
        return digest.hexdigest()

    def _open(self, address: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked at construction
            address, headers={"Authorization": f"Bearer {self._token}"}
        )
        try:
            return self._opener.open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            error.close()
            raise CutRefused(f"{address} answered {error.code} {error.reason}.") from error
        except OSError as error:
            raise CutRefused(f"{address} is out of reach: {error}.") from error


def _files(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and hashes of a cut's files: plain file names, or such in one plain folder."""
    for entry in found.get("files") or ():
        name, digest = str(entry.get("name", "")), str(entry.get("sha256", "")).lower()
        parts = name.split("/")
        if len(parts) > DEPTH or not all(map(_is_plain, parts)):
            raise CutRefused(f"The server names a file {name!r}; that is no plain file name.")
        yield name, digest


def _is_plain(part: str) -> bool:
    return bool(part) and not part.startswith(".") and not set(part) & set("\\:\0")
