"""Guards on size and naming: a file, a function or a class that grows out of its room."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.guards.tree import Finding, Tree, walk_scopes

FUNCTION_LINES = 45
FILE_LINES = 400
TEMPLATE_LINES = 120
BASES = 2
JUNK = frozenset({"util", "utils", "helper", "helpers", "common", "misc"})
NOT_A_BASE = frozenset({"Generic", "Protocol"})


def long_functions(tree: Tree) -> Iterator[Finding]:
    """Functions of more than 45 lines, outside tests and migrations."""
    for source in tree.python():
        for scope, node in walk_scopes(source.syntax):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LINES:
                name = f"{scope}.{node.name}" if scope else node.name
                yield source.found(node, name, f"a function of {size} lines")


def long_files(tree: Tree) -> Iterator[Finding]:
    """Code of more than 400 lines in one file, tests included; templates of more than 120."""
    for source in tree.files(".py", ".js", ".css", ".html"):
        if source.is_migration:
            continue
        size = len(source.text.splitlines())
        limit = TEMPLATE_LINES if source.path.endswith(".html") else FILE_LINES
        if size > limit:
            yield source.found(1, "", f"a file of {size} lines, {limit} is the limit")


def base_towers(tree: Tree) -> Iterator[Finding]:
    """Classes with more than two bases, outside tests."""
    for source in tree.python():
        for scope, node in walk_scopes(source.syntax):
            if not isinstance(node, ast.ClassDef):
                continue
            bases = [base for base in node.bases if _name(base) not in NOT_A_BASE]
            if len(bases) > BASES:
                name = f"{scope}.{node.name}" if scope else node.name
                yield source.found(node, name, f"a class with {len(bases)} bases")


def junk_drawers(tree: Tree) -> Iterator[Finding]:
    """Files and folders named after nothing: name the subject instead."""
    for source in tree.files(".py", ".js", ".css", ".html"):
        for part in source.parts:
            words = re.split(r"[._-]", part.lower())
            if JUNK & set(words):
                yield source.found(1, part, "a junk drawer: name what is in it")


def _name(base: ast.expr) -> str:
    node = base.value if isinstance(base, ast.Subscript) else base
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
