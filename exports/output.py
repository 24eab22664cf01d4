"""A new file, hashed while it is written and safe on the disk when it is finished."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 16


@dataclass(frozen=True)
class WrittenFile:
    """A finished file. ``rows`` is without the header, and None for a file that is no table.

    ``name`` is its path in the cut: a plain name, or one in one folder (``parquet/nihss.parquet``).
    """

    name: str
    rows: int | None
    sha256: str
    bytes: int


class HashedFile:
    """Written a block at a time; refuses to write over a file that is there.

    Unbuffered: a buffered file that met a full disk tries again, and fails again, when closed.
    ``folder`` is that of the cut in which it lies.
    """

    def __init__(self, path: Path, folder: str = "") -> None:
        self._name = f"{folder}/{path.name}" if folder else path.name
        self._digest, self._size = hashlib.sha256(), 0
        self._waiting = bytearray()
        self._file = path.open("xb", buffering=0)

    def __enter__(self) -> HashedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, content: bytes) -> None:
        """Append; what was added is written once a block is full."""
        self._waiting += content
        if len(self._waiting) >= _BLOCK:
            self._write()

    def finish(self, *, rows: int | None = None) -> WrittenFile:
        """Write the rest, wait until the disk has all of it, and say what was written."""
        self._write()
        os.fsync(self._file.fileno())
        return WrittenFile(self._name, rows, self._digest.hexdigest(), self._size)

    def _write(self) -> None:
        block = bytes(self._waiting)
        self._waiting.clear()
        self._digest.update(block)
        self._size += len(block)
        while block:
            block = block[self._file.write(block) :]


def finished(path: Path, folder: str, *, rows: int | None = None) -> WrittenFile:
    """A file that a library wrote, in this folder of the cut: on the disk, and what it holds.

    Raises:
        OSError: the disk is full, or not there.
    """
    digest = hashlib.sha256()
    with path.open("rb") as written:
        os.fsync(written.fileno())
        while block := written.read(_BLOCK):
            digest.update(block)
    return WrittenFile(f"{folder}/{path.name}", rows, digest.hexdigest(), path.stat().st_size)
