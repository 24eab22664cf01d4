"""Guards on documents: links that lead somewhere, commands and paths that exist."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import django.contrib.staticfiles.management.commands as static_commands
import django.core.management.commands as core_commands

from tests.guards.tree import Finding, Source, Tree

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\S\n]*$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_TARGET = re.compile(r"^([a-z][a-z0-9-]*)\s*:(?!=)", re.MULTILINE)
_MAKE = re.compile(r"(?:^|[;&|]\s*)make\s+([a-z][a-z0-9-]*)")
_MANAGE = re.compile(r"manage\.py\s+([a-z][a-z0-9_]*)")
_PATH = re.compile(r"^[\w.-]+(/[\w.-]+)+/?$")


def broken_links(tree: Tree, generated: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Links inside the project that lead nowhere; `generated` lists files a run makes."""
    for source in tree.files(".md"):
        for line, target in _links(source):
            place, _, anchor = target.partition("#")
            path = (Path(source.path).parent / place).as_posix() if place else source.path
            path = _resolved(path)
            if path in generated:
                continue
            aim = tree.root / path
            if path.startswith("..") or not aim.exists():
                yield source.found(line, target, "a link that leads nowhere")
            elif anchor and aim.suffix == ".md" and anchor not in _anchors(aim):
                yield source.found(line, target, "a link to a heading that is not there")


def unknown_commands(tree: Tree) -> Iterator[Finding]:
    """`make` targets and `manage.py` commands the documents name and the project does not have."""
    makefile, targets = tree.one("Makefile"), set[str]()
    if makefile is not None:
        targets = set(_TARGET.findall(makefile.text))
    commands = _commands(tree)
    for source in tree.files(".md"):
        for line, code in _code(source):
            for name in _MAKE.findall(code):
                if makefile is not None and name not in targets:
                    yield source.found(line, f"make {name}", "no such target in the Makefile")
            for name in _MANAGE.findall(code):
                if tree.one("manage.py") is not None and name not in commands:
                    yield source.found(line, f"manage.py {name}", "no such management command")


def unknown_paths(tree: Tree, generated: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Paths in code font that begin in a folder of the project and end nowhere."""
    folders = {source.parts[0] for source in tree.sources if len(source.parts) > 1}
    for source in tree.files(".md"):
        for line, code in _code(source):
            path = code.strip().rstrip("/")
            if not _PATH.match(code.strip()) or path.split("/")[0] not in folders:
                continue
            if path not in generated and not (tree.root / path).exists():
                yield source.found(line, path, "a path that is not there")


def _links(source: Source) -> Iterator[tuple[int, str]]:
    text = _CODE.sub("", _FENCE.sub(_same_lines, source.text))
    for number, line in enumerate(text.splitlines(), start=1):
        for target in _LINK.findall(line):
            if not _SCHEME.match(target):
                yield number, target


def _code(source: Source) -> Iterator[tuple[int, str]]:
    """The lines of fenced blocks and the spans in code font, with their lines."""
    for fence in _FENCE.finditer(source.text):
        start = source.text.count("\n", 0, fence.start()) + 1
        for offset, line in enumerate(fence[0].splitlines()[1:-1], start=1):
            yield start + offset, line.strip().removeprefix("$ ")
    for number, line in enumerate(_FENCE.sub(_same_lines, source.text).splitlines(), start=1):
        for span in _CODE.findall(line):
            yield number, span


def _commands(tree: Tree) -> set[str]:
    ours = {
        source.stem
        for source in tree.files(".py")
        if source.parts[-3:-1] == ("management", "commands")
    }
    theirs = {
        module.name
        for package in (core_commands, static_commands)
        for module in pkgutil.iter_modules(package.__path__)
    }
    return ours | theirs | {"clearsessions", "help", "spectacular"}


def _anchors(path: Path) -> set[str]:
    """The anchors a Markdown renderer gives the headings of a file."""
    text = _FENCE.sub(_same_lines, path.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {re.sub(r"\s", "-", heading.strip()) for heading in plain}


def _resolved(path: str) -> str:
    """A relative path with its `..` worked out, still relative; it may begin with `..`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts) or "."


def _same_lines(block: re.Match[str]) -> str:
    return "\n" * block[0].count("\n")
