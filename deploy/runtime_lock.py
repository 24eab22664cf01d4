"""Prints the part of requirements.lock that production needs: no test runner, no browser.

Each package of the lock says after "# via" who wants it; wanted here is what the dependencies of
pyproject.toml want, directly or not. Hashes are kept as they are.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
_ENTRY = re.compile(r"^[A-Za-z0-9]")
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def plain(name: str) -> str:
    """The name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: str) -> list[tuple[str, list[str], str]]:
    """Each package of the lock: its name, who wants it, its lines."""
    blocks: list[list[str]] = []
    for line in lock.splitlines():
        if _ENTRY.match(line):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
    found = []
    for block in blocks:
        wanted = [line.strip().removeprefix("# via").lstrip("# ") for line in block if "#" in line]
        parents = [plain(match[0]) for text in wanted if (match := _NAME.match(text))]
        name = _NAME.match(block[0])
        found.append((plain(name[0]) if name else "", parents, "\n".join(block)))
    return found


def runtime(lock: str, direct: set[str]) -> str:
    """The entries that ``direct`` names, and all that those want."""
    every = entries(lock)
    needed = set(direct)
    while grown := {name for name, parents, _ in every if needed & set(parents)} - needed:
        needed |= grown
    return "\n".join(text for name, _, text in every if name in needed) + "\n"


def main() -> None:
    """Print it."""
    project = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]
    direct = {plain(re.split(r"[\[<>=!~; ]", wanted)[0]) for wanted in project["dependencies"]}
    sys.stdout.write(runtime((BASE / "requirements.lock").read_text(), direct))


if __name__ == "__main__":
    main()
