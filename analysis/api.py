"""Fetch a data cut over the REST API into a folder; what arrives is verified like any other cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import CutRefused
from hermes_client import Client, Cut, HermesError

ATTEMPTS, PAUSE_S = 3, 0.2


class CutServer:
    """The REST API of a Hermes, read with an access token.

    `url` is the site's address (https://host, the API being under /api/v1) or the API's own.
    """

    def __init__(self, url: str, token: str) -> None:
        with _refused():
            self._client = Client(url, token, attempts=ATTEMPTS, pause=PAUSE_S)

    def download(self, folder: Path, cut: str | None = None) -> Path:
        """Download a cut's files into `folder`; without `cut`, the newest one that is done.

        Raises:
            CutRefused: the server is out of reach, refuses, has no such cut, or sends a file
                whose hash is not the one it lists.
        """
        with _refused():
            found = self._client.cut(cut) if cut else self._newest()
            if not found.done:
                raise CutRefused(
                    f"The cut {found.code} is not done: its status is {found.status!r}."
                )
            self._client.download_all(found, folder)
        return folder

    def _newest(self) -> Cut:
        codes = [found.code for found in self._client.cuts() if found.done]
        if not codes:
            raise CutRefused("The server holds no finished data cut this token may read.")
        return self._client.cut(max(codes, key=lambda code: (len(code), code)))


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except HermesError as error:
        raise CutRefused(str(error)) from error
