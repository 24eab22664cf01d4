"""A zip of a cut, made while it is sent: same cut, same bytes, whatever its size."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, cast

_BLOCK = 1 << 16
# The oldest day a zip can name: when the file was made stands in the manifest.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class _Outlet:
    """Takes what the archive writes and gives it away block by block."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, content: bytes) -> int:
        """Keep it until it is taken."""
        self._waiting.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """Everything written since the last time."""
        content = b"".join(self._waiting)
        self._waiting.clear()
        return content


def stream(folder: str, files: Mapping[str, Path]) -> Iterator[bytes]:
    """The zip, block by block; every file lies in it under ``folder``, by its name in the cut."""
    outlet = _Outlet()
    with zipfile.ZipFile(cast("IO[bytes]", outlet), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o440 << 16
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while block := source.read(_BLOCK):
                    target.write(block)
                    if content := outlet.take():
                        yield content
    yield outlet.take()
