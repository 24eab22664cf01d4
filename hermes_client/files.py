"""Files of a cut onto the disk: resumed where they broke off, and proven by their SHA-256."""

from __future__ import annotations

import hashlib
import shutil
from http import HTTPStatus
from http.client import IncompleteRead
from pathlib import Path
from urllib.parse import quote

from hermes_client.errors import Altered
from hermes_client.models import Cut, CutFile
from hermes_client.transport import Transport

BLOCK = 1 << 20
PARTIAL = ".part"


def download(transport: Transport, cut: Cut, file: CutFile, folder: Path) -> Path:
    """Fetch one file into a folder; what is there already and whole is left as it is.

    What arrives lies in a file of the same name and ``.part`` until all of it is there: another
    call, after whatever happened, goes on from there where the server can.

    Raises:
        Altered: all of it arrived, and it is not the file that was frozen.
    """
    target = folder / file.name
    if file.sha256 and target.is_file() and _digest(target) == file.sha256:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PARTIAL)
    if not file.sha256:
        part.unlink(missing_ok=True)
    path = f"/cuts/{quote(cut.code, safe='')}/files/{quote(file.name)}/"
    transport.again(transport.base + path, lambda: _append(transport, path, file, part))
    digest = _digest(part)
    if file.sha256 and digest != file.sha256:
        part.unlink()
        raise Altered(f"{file.name} arrived altered: SHA-256 {digest}, not {file.sha256}.")
    return part.replace(target)


def _append(transport: Transport, path: str, file: CutFile, part: Path) -> None:
    """Fetch what is missing of a file, or all of it where the server gives no ranges."""
    have = part.stat().st_size if part.exists() else 0
    if have and have == file.bytes:
        return
    # The tag of a file is its hash: the rest of another file never arrives.
    goes_on = file.bytes is not None and 0 < have < file.bytes
    headers = {"Range": f"bytes={have}-", "If-Range": f'"{file.sha256}"'} if goes_on else {}
    with transport.opened(path, headers) as answer:
        with part.open("ab" if answer.status == HTTPStatus.PARTIAL_CONTENT else "wb") as out:
            shutil.copyfileobj(answer, out, BLOCK)
        # Read in blocks, a line that was cut looks like the end.
        if answer.length:
            raise IncompleteRead(b"", answer.length)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
