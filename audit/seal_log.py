"""``seals.log``: the hash of every seal once more, outside of the database.

Whoever cuts the newest seals off together with their rows leaves a chain that is whole. This file,
and every cut and report with a seal printed on it, still knows how long the chain was. It is only
ever continued where it ends; a person begins a new one, with a reason (``manage.py audit_seal``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

_TAIL = 4096  # bytes; a line is shorter


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
    with file.open("a+b") as out:
        out.seek(max(0, out.seek(0, os.SEEK_END) - 1))
        # A line that a crash cut short must not swallow this one.
        begin = "" if out.read() in {b"", b"\n"} else "\n"
        out.write(f"{begin}{number} {digest} {sealed_at.isoformat()}\n".encode())
        out.flush()
        os.fsync(out.fileno())


def newest() -> Noted | None:
    """The last line; None where there is none."""
    file = path()
    if not file.exists():
        return None
    with file.open("rb") as lines:
        lines.seek(max(0, file.stat().st_size - _TAIL))
        found = [noted for noted in map(_read, lines.read().decode().splitlines()) if noted]
    return found[-1] if found else None


def put_aside(at: datetime) -> str:
    """Give the file another name, with the time in it; the name, empty where there was none.

    Raises:
        OSError: it cannot be renamed.
    """
    file = path()
    if not file.exists():
        return ""
    aside = file.with_name(f"{file.name}.{at:%Y%m%dT%H%M%S}")
    if aside.exists():
        raise FileExistsError(f"{aside} is there already")
    file.rename(aside)
    return aside.name


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
