"""The client: cuts, datasets, codebook and files, as a program asks for them."""

from __future__ import annotations

import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hermes_client import files
from hermes_client.errors import CutNotMade, HermesError
from hermes_client.models import Changes, Cut, Dataset, Row, Variable
from hermes_client.transport import Transport

MANIFEST = "manifest.json"
PAGE = 1000
# Seconds between two looks at a cut that is being made: few at first, then more.
_SOON, _LATER = 0.5, 5.0
# The oldest day a zip can name: when the files were made stands in the manifest.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Client:
    """One Hermes, read with an access token.

    Args:
        url: the site's address, for example ``https://trial.example.org``.
        token: an access token, from the page *Access tokens*.
        timeout: seconds until a silent server counts as out of reach.
        attempts: how often a request that changes nothing is made when the line fails.
        pause: seconds before the second attempt; twice as many before each further one.

    Every method raises ``Problem`` where the server refuses, ``Unreachable`` where it does not
    answer and ``Unreadable`` where it answers something else than its API says; all are a
    ``HermesError``.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 60.0,
        attempts: int = 4,
        pause: float = 0.5,
    ) -> None:
        self._transport = Transport(url, token, timeout=timeout, attempts=attempts, pause=pause)

    def cuts(
        self,
        *,
        as_of: datetime | None = None,
        blinded: bool | None = None,
        status: str | None = None,
    ) -> Iterator[Cut]:
        """The cuts, the newest first.

        Args:
            as_of: only the newest finished cut that shows the trial at or before this instant.
            blinded: only cuts that tell no arm, or only those that do.
            status: queued, running, done, failed or cancelled.
        """
        asked: dict[str, str] = {}
        if as_of is not None:
            if as_of.tzinfo is None:
                raise HermesError("Give the instant with its time zone.")
            asked["as_of"] = as_of.isoformat()
        if blinded is not None:
            asked["blinded"] = str(blinded).lower()
        if status is not None:
            asked["status"] = status
        for page in self._transport.pages("/cuts/", asked):
            yield from map(Cut.of, page["results"])

    def cut(self, code: str) -> Cut:
        """One cut with its files and manifest."""
        return Cut.of(self._transport.get(f"/cuts/{quote(code, safe='')}/"))

    def newest(self, *, blinded: bool | None = None, as_of: datetime | None = None) -> Cut:
        """The newest finished cut, at an instant if one is given.

        Raises:
            HermesError: there is none that this token may read.
        """
        for found in self.cuts(blinded=blinded, as_of=as_of, status="done"):
            return self.cut(found.code)
        raise HermesError("The server holds no finished data cut this token may read.")

    def make_cut(
        self,
        purpose: str,
        *,
        blinded: bool,
        formats: Sequence[str] = (),
        wait: bool = True,
        patience: float = 3600.0,
        **more: Any,
    ) -> Cut:
        """Ask for a cut and, unless told otherwise, wait until it is done.

        Args:
            purpose: what it is for; kept with the cut.
            blinded: False asks for the arms too, which not everybody may.
            formats: formats besides CSV.
            wait: whether to wait.
            patience: seconds to wait at most.
            more: other fields of the request that the API's description names.

        Raises:
            CutNotMade: it failed, was cancelled, or is still not done.
        """
        body = {"purpose": purpose, "blinded": blinded, **more}
        if formats:
            body["formats"] = list(formats)
        found = Cut.of(self._transport.post("/cuts/", body))
        until, pause = time.monotonic() + patience, _SOON
        while wait and found.underway:
            if time.monotonic() > until:
                raise CutNotMade(f"{found.code} is still {found.status}.", found.code)
            time.sleep(pause)
            pause = min(pause * 1.5, _LATER)
            found = self.cut(found.code)
        if wait and not found.done:
            raise CutNotMade(f"{found.code} {found.status}. {found.error}".strip(), found.code)
        return found

    def datasets(self, cut: Cut | str) -> list[Dataset]:
        """The datasets of a finished cut."""
        pages = self._transport.pages(f"{_path(cut)}datasets/")
        return [Dataset.of(one) for page in pages for one in page["results"]]

    def rows(
        self,
        cut: Cut | str,
        dataset: str,
        *,
        visit: Sequence[str] = (),
        site: Sequence[str] = (),
        participant: Sequence[str] = (),
        page_size: int = PAGE,
    ) -> Iterator[Row]:
        """The rows of a dataset, fetched page by page as they are asked for.

        Args:
            cut: the cut, or its code.
            dataset: its name, for example ``nihss``.
            visit, site, participant: only rows with one of these codes.
            page_size: how many rows are fetched at once.
        """
        asked = _filters(visit=visit, site=site, participant=participant)
        for page in self._pages(cut, dataset, asked, page_size):
            yield from page["results"]

    def changes(
        self,
        cut: Cut | str,
        dataset: str,
        since: Cut | str,
        *,
        visit: Sequence[str] = (),
        site: Sequence[str] = (),
        participant: Sequence[str] = (),
        page_size: int = PAGE,
    ) -> Changes:
        """Rows that an earlier cut lacks or has otherwise, and the keys of rows gone since."""
        asked = _filters(visit=visit, site=site, participant=participant)
        asked["changed_since"] = since.code if isinstance(since, Cut) else since
        found = Changes([], [])
        for page in self._pages(cut, dataset, asked, page_size):
            found.rows.extend(page["results"])
            found.gone.extend(page["gone"])
        return found

    def codebook(self, cut: Cut | str, dataset: str | None = None) -> list[Variable]:
        """What the columns of a dataset, or of all of them, hold, with the labels of codes."""
        asked = {"dataset": dataset} if dataset is not None else {}
        pages = self._transport.pages(f"{_path(cut)}codebook/", asked)
        return [Variable.of(one) for page in pages for one in page["results"]]

    def download(self, cut: Cut, file: str, folder: Path) -> Path:
        """Fetch one file of a cut into a folder, or the rest of it, and prove its SHA-256.

        Raises:
            KeyError: the cut has no such file.
            Altered: what arrived is not the file that was frozen.
        """
        return files.download(self._transport, cut, cut.file(file), folder)

    def download_all(self, cut: Cut, folder: Path) -> list[Path]:
        """Fetch every file of a cut into a folder; what is there already is not fetched again."""
        names = sorted(file.name for file in cut.files)
        return [self.download(cut, name, folder) for name in names]

    def download_zip(self, cut: Cut, path: Path) -> Path:
        """Fetch every file of a cut, each proven, into one zip file."""
        part = path.with_name(path.name + files.PARTIAL)
        with tempfile.TemporaryDirectory(prefix="hermes-") as folder:
            fetched = self.download_all(cut, Path(folder) / cut.code)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in fetched:
                    entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _EPOCH)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with (
                        file.open("rb") as source,
                        archive.open(entry, "w", force_zip64=True) as target,
                    ):
                        shutil.copyfileobj(source, target, files.BLOCK)
        return part.replace(path)

    def _pages(
        self, cut: Cut | str, dataset: str, asked: dict[str, Any], page_size: int
    ) -> Iterator[dict[str, Any]]:
        path = f"{_path(cut)}datasets/{quote(dataset, safe='')}/"
        return self._transport.pages(path, asked | {"page_size": page_size})


def _path(cut: Cut | str) -> str:
    return f"/cuts/{quote(cut.code if isinstance(cut, Cut) else cut, safe='')}/"


def _filters(**asked: Sequence[str]) -> dict[str, Any]:
    alone = sorted(name for name, codes in asked.items() if isinstance(codes, str))
    if alone:
        raise TypeError(f"{', '.join(alone)}: give a list of codes, not one text.")
    return {name: list(codes) for name, codes in asked.items() if codes}
