"""A zip of a cut, made while it is sent: same cut, same bytes, and its length known beforehand.

The files lie in it uncompressed, so the place of every byte follows from their names and sizes and
a download that broke off can go on in the middle. Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7,
4.3.12, 4.3.14 to 4.3.16; whatever is too large for 32 bits makes the whole archive ZIP64.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_BLOCK = 1 << 16
# The oldest day a zip can name, 1 January 1980: when the file was made stands in the manifest.
_DAY = 1 << 5 | 1
_UTF8, _STORED, _READ_ONLY = 1 << 11, 0, 0o100440 << 16
_WIDE = 0xFFFFFFFF
_TOO_LARGE, _TOO_MANY = _WIDE, 0xFFFF
_UNIX = 3 << 8
_LOCAL, _CENTRAL, _END = 30, 46, 22
_LOCAL_WIDE, _CENTRAL_WIDE, _END_WIDE = 20, 28, 56 + 20


@dataclass(frozen=True)
class _Entry:
    """One file: its name in the archive, its size, and where its header lies."""

    name: bytes
    path: Path
    size: int
    offset: int


class Archive:
    """The zip of these files, by name, all under one folder. Nothing is read before it is asked.

    Raises:
        OSError: a file is not there.
    """

    def __init__(self, folder: str, files: Mapping[str, Path]) -> None:
        names = {f"{folder}/{name}".encode(): path for name, path in files.items()}
        sizes = {name: path.stat().st_size for name, path in names.items()}
        plain = sum(_LOCAL + _CENTRAL + 2 * len(name) + size for name, size in sizes.items())
        self._wide = plain + _END >= _TOO_LARGE or len(names) >= _TOO_MANY
        self._crcs: dict[Path, int] = {}
        self._entries: list[_Entry] = []
        self._start = 0
        for name, path in names.items():
            self._entries.append(_Entry(name, path, sizes[name], self._start))
            self._start += self._local_size(name) + sizes[name]
        self._central = sum(self._central_size(entry.name) for entry in self._entries)

    def __len__(self) -> int:
        """The number of bytes."""
        return self._start + self._central + _END + (_END_WIDE if self._wide else 0)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The archive from byte ``start`` up to, not including, ``stop``, block by block.

        Raises:
            OSError: a file is gone.
        """
        stop = len(self) if stop is None else stop
        at = 0
        for size, give in self._parts():
            first, last = max(start - at, 0), min(stop - at, size)
            if first < last:
                yield from give(first, last)
            at += size

    def _parts(self) -> Iterator[tuple[int, Callable[[int, int], Iterator[bytes]]]]:
        for entry in self._entries:
            yield self._local_size(entry.name), partial(_sliced, partial(self._local, entry))
            yield entry.size, partial(blocks, entry.path)
        for entry in self._entries:
            yield self._central_size(entry.name), partial(_sliced, partial(self._record, entry))
        yield len(self) - self._start - self._central, partial(_sliced, self._end)

    def _local_size(self, name: bytes) -> int:
        return _LOCAL + len(name) + (_LOCAL_WIDE if self._wide else 0)

    def _central_size(self, name: bytes) -> int:
        return _CENTRAL + len(name) + (_CENTRAL_WIDE if self._wide else 0)

    def _local(self, entry: _Entry) -> bytes:
        size = _WIDE if self._wide else entry.size
        extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if self._wide else b""
        head = (b"PK\3\4", self._needs, _UTF8, _STORED, 0, _DAY, self._crc(entry.path), size, size)
        lengths = struct.pack("<HH", len(entry.name), len(extra))
        return struct.pack("<4s5H3I", *head) + lengths + entry.name + extra

    def _record(self, entry: _Entry) -> bytes:
        size, offset = (_WIDE, _WIDE) if self._wide else (entry.size, entry.offset)
        whole = (entry.size, entry.size, entry.offset)
        extra = struct.pack("<HHQQQ", 1, 24, *whole) if self._wide else b""
        crc = self._crc(entry.path)
        return (
            struct.pack("<4sHH", b"PK\1\2", _UNIX | self._needs, self._needs)
            + struct.pack("<4H3I", _UTF8, _STORED, 0, _DAY, crc, size, size)
            + struct.pack("<5HII", len(entry.name), len(extra), 0, 0, 0, _READ_ONLY, offset)
            + entry.name
            + extra
        )

    def _end(self) -> bytes:
        count = len(self._entries)
        if not self._wide:
            return struct.pack(
                "<4s4HIIH", b"PK\5\6", 0, 0, count, count, self._central, self._start, 0
            )
        place = self._start + self._central
        sizes = (count, count, self._central, self._start)
        return (
            struct.pack("<4sQHHII4Q", b"PK\6\6", 44, _UNIX | 45, 45, 0, 0, *sizes)
            + struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
            + struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, _WIDE, _WIDE, 0)
        )

    @property
    def _needs(self) -> int:
        """The version of a reader it takes, times ten."""
        return 45 if self._wide else 20

    def _crc(self, path: Path) -> int:
        if path not in self._crcs:
            crc = 0
            for block in blocks(path, 0, path.stat().st_size):
                crc = zlib.crc32(block, crc)
            self._crcs[path] = crc
        return self._crcs[path]


def blocks(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """The bytes of a file from ``start`` up to, not including, ``stop``."""
    with path.open("rb") as source:
        source.seek(start)
        while block := source.read(min(_BLOCK, stop - start)):
            start += len(block)
            yield block


def _sliced(make: Callable[[], bytes], start: int, stop: int) -> Iterator[bytes]:
    yield make()[start:stop]
