"""The project's own files, and what a guard says about one of them."""

from __future__ import annotations

import ast
import io
import os
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Made by running the project, or by tools; never part of it.
NOT_OURS = frozenset({"var", "build", "dist", "htmlcov", "node_modules", "__pycache__", "vendor"})


@dataclass(frozen=True, order=True)
class Finding:
    """One thing a guard objects to. `subject` names the function, class or word it is about."""

    path: str
    line: int
    subject: str
    what: str

    @property
    def key(self) -> str:
        """What an exception is listed under: stable when lines move."""
        return f"{self.path}::{self.subject}" if self.subject else self.path

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}" + (f" ({self.subject})" * bool(self.subject))


@dataclass(frozen=True)
class Source:
    """One file, with its path from the root of the project."""

    root: Path
    path: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file name."""
        return tuple(self.path.split("/"))

    @property
    def stem(self) -> str:
        """The file name without its last suffix."""
        return Path(self.path).stem

    @cached_property
    def text(self) -> str:
        """The whole file."""
        return (self.root / self.path).read_text(encoding="utf-8")

    @cached_property
    def syntax(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return ast.parse(self.text, filename=self.path)

    @cached_property
    def comments(self) -> tuple[tuple[int, str], ...]:
        """Line number and text of each comment of a Python file; strings are no comments."""
        if "#" not in self.text:
            return ()
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return tuple(
            (token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT
        )

    def mentions(self, *words: str) -> bool:
        """Whether one of these stands anywhere in the file: quicker than reading its syntax."""
        return any(word in self.text for word in words)

    @property
    def is_test(self) -> bool:
        """Whether the file belongs to the tests."""
        return self.parts[0] == "tests"

    @property
    def is_migration(self) -> bool:
        """Whether the file is a migration."""
        return "migrations" in self.parts

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number and text of each line."""
        return enumerate(self.text.splitlines(), start=1)

    def found(self, where: ast.AST | int, subject: str, what: str) -> Finding:
        """A finding in this file, at a line or at a node of its syntax."""
        line = where if isinstance(where, int) else getattr(where, "lineno", 1)
        return Finding(self.path, line, subject, what)


@dataclass(frozen=True)
class Tree:
    """A project folder."""

    root: Path

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every file of the project; hidden folders and what a run leaves behind are set aside."""
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and name not in NOT_OURS and "egg-info" not in name
            )
            base = Path(folder).relative_to(self.root)
            found += [Source(self.root, (base / name).as_posix()) for name in sorted(names)]
        return tuple(found)

    def files(self, *suffixes: str) -> Iterator[Source]:
        """The files with one of these suffixes."""
        return (source for source in self.sources if source.path.endswith(suffixes))

    def python(self) -> Iterator[Source]:
        """Python code that is neither test nor migration."""
        return (
            source for source in self.files(".py") if not source.is_test and not source.is_migration
        )

    def one(self, path: str) -> Source | None:
        """One file by its path, or None where the project does not have it."""
        return Source(self.root, path) if (self.root / path).is_file() else None


def walk_scopes(node: ast.AST, name: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node below `node` with the dotted name of the class or function around it."""
    waiting = [(name, child) for child in ast.iter_child_nodes(node)][::-1]
    while waiting:
        name, child = waiting.pop()
        yield name, child
        inner = name
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{name}.{child.name}" if name else child.name
        waiting += [(inner, each) for each in ast.iter_child_nodes(child)][::-1]
