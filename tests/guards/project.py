"""Small projects on disk, made to hold the fault a guard is there for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.guards.tree import Finding, Tree


def project(root: Path, files: Mapping[str, str]) -> Tree:
    """A project folder with these files."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return Tree(root)


def keys(findings: Iterable[Finding]) -> list[str]:
    """What was found, in order, without lines and words."""
    return [finding.key for finding in findings]


def lines(findings: Iterable[Finding]) -> list[int]:
    """The lines of what was found."""
    return [finding.line for finding in findings]
