"""``seals.log``: the hash of every seal once more, outside of the database.

Whoever cuts the newest seals off together with their rows leaves a chain that is whole. This file,
and every cut and report with a seal printed on it, still knows how long the chain was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

_TAIL = 400  # bytes; a line is shorter


class Noted(NamedTuple):
    """One seal as noted elsewhere; the hash may be shortened."""

    number: int
    hash: str


def path() -> Path:
    """Where the file is."""
    return Path(settings.STATE_DIR) / "seals" / "seals.log"


def append(number: int, digest: str, sealed_at: datetime) -> None:
    """Add one line, on the disk when this returns.

    Raises:
        OSError: the disk is full, or not there.
    """
    file = path()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a") as out:
        out.write(f"{number} {digest} {sealed_at.isoformat()}\n")
        out.flush()
        os.fsync(out.fileno())


def newest() -> int:
    """The number on the last line; 0 where there is none."""
    file = path()
    if not file.exists():
        return 0
    with file.open("rb") as lines:
        lines.seek(max(0, file.stat().st_size - _TAIL))
        found = [noted for noted in map(_read, lines.read().decode().splitlines()) if noted]
    return found[-1].number if found else 0


def lines(file: Path) -> Iterator[Noted]:
    """Every seal noted in the file; a line cut short by a crash is passed over."""
    if file.exists():
        with file.open() as found:
            yield from filter(None, map(_read, found))


def _read(line: str) -> Noted | None:
    words = line.split()
    if len(words) < 2 or not words[0].isdigit() or len(words[1]) != 64:
        return None
    return Noted(int(words[0]), words[1])
