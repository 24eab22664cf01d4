"""Guards on conduct: writes outside services, hidden receivers, excuses without a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.guards.tree import Finding, Source, Tree, walk_scopes

_PLAIN_WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
}
WRITES = frozenset(_PLAIN_WRITES | {f"a{name}" for name in _PLAIN_WRITES})
NO_VIEWS_IN = frozenset({"analysis", "tests"})
SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip", "skipTest", "skipIf", "skipUnless"})
SKIPPERS = frozenset({"pytest", "unittest", "mark", "self"})
EXCUSE = re.compile(
    r"type:\s*ignore(\[[^\]]*\])?|(ruff:\s*)?\bnoqa\b(:\s*[A-Z]+\d+([\s,]+[A-Z]+\d+)*)?"
    r"|\bnosec\b([\s,:]+B\d+)*|pragma:\s*no\s+(cover|branch)"
)
REASON_WORDS = 2
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# What a stub raises: the guard against it has to name it.
STUB = NotImplementedError.__name__
ISSUE = re.compile(r"#\d+")


def writes_in_views(tree: Tree) -> Iterator[Finding]:
    """ORM writes in a view or an API endpoint: a view calls one service."""
    for source in filter(_is_view, tree.python()):
        for scope, node in walk_scopes(source.syntax):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                what = f"a view calls .{node.func.attr}(): call a service"
                yield source.found(node, scope, what)


def signal_receivers(tree: Tree) -> Iterator[Finding]:
    """Receivers and signals of our own: what must follow an act is an event and a handler."""
    for source in tree.python():
        if not source.mentions("signals", "dispatch"):
            continue
        borrowed = _names_from_signals(source.syntax) | {"signals"}
        for scope, node in walk_scopes(source.syntax):
            if isinstance(node, ast.ImportFrom) and node.module == "django.dispatch":
                yield source.found(node, scope, "imports from django.dispatch")
            if not isinstance(node, ast.Attribute):
                continue
            chain = _chain(node.value)
            if node.attr in {"connect", "connect_via"} and chain & borrowed:
                yield source.found(node, scope, "connects a receiver to a signal")
            if node.attr in {"receiver", "Signal"} and "dispatch" in chain:
                yield source.found(node, scope, "uses django.dispatch")


def bare_excuses(tree: Tree) -> Iterator[Finding]:
    """`type: ignore`, `noqa` and their kind without the reason beside them."""
    for source in tree.files(".py"):
        for line, comment in source.comments if EXCUSE.search(source.text) else ():
            if EXCUSE.search(comment):
                reason = EXCUSE.sub(" ", comment)
                if len(re.findall(r"[A-Za-z][\w'-]*", reason)) < REASON_WORDS:
                    yield source.found(line, "", f"no reason beside {comment!r}")


def unfinished_work(tree: Tree) -> Iterator[Finding]:
    """NotImplementedError and notes to do later that carry no issue number."""
    for source in filter(_may_be_unfinished, tree.files(".py")):
        comments = dict(source.comments)
        for line, comment in comments.items():
            if UNFINISHED.search(comment) and not ISSUE.search(comment):
                yield source.found(line, "", f"no issue number: {comment}")
        for scope, node in walk_scopes(source.syntax):
            if not isinstance(node, ast.Raise) or ISSUE.search(comments.get(node.lineno, "")):
                continue
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name) and raised.id == STUB:
                yield source.found(node, scope, f"{STUB}, no issue number")
    for source in tree.files(".html", ".js", ".css"):
        for line, text in source.lines():
            if UNFINISHED.search(text) and not ISSUE.search(text):
                yield source.found(line, "", f"no issue number: {text.strip()}")


def _may_be_unfinished(source: Source) -> bool:
    """Whether a note to do later, or the exception of a stub, is named anywhere in the file."""
    return bool(UNFINISHED.search(source.text)) or source.mentions(STUB)


def skipped_tests(tree: Tree) -> Iterator[Finding]:
    """Tests that are skipped or expected to fail."""
    for source in (source for source in tree.files(".py") if source.is_test):
        for scope, node in walk_scopes(source.syntax) if source.mentions(*SKIPS) else ():
            names: set[str] = set()
            if isinstance(node, ast.Attribute) and _chain(node.value) & SKIPPERS:
                names = {node.attr}
            elif isinstance(node, ast.ImportFrom) and node.module in {"pytest", "unittest"}:
                names = {alias.name for alias in node.names}
            for name in sorted(names & SKIPS):
                yield source.found(node, scope, f"a test that may not run: {name}")


def _is_view(source: Source) -> bool:
    if source.parts[0] in NO_VIEWS_IN:
        return False
    words = set(re.split(r"[_-]", source.stem))
    return bool(words & {"view", "views", "api"}) or "views" in source.parts[:-1]


def _names_from_signals(module: ast.Module) -> set[str]:
    """Local names that come from a module of signals, Django's, Celery's or another's."""
    return {
        alias.asname or alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        and (
            "signals" in (node.module or "").split(".")
            or "signals" in {alias.name for alias in node.names}
        )
        for alias in node.names
    }


def _chain(node: ast.AST) -> set[str]:
    """The names of a dotted expression: a.b.c gives {a, b, c}."""
    names: set[str] = set()
    while isinstance(node, ast.Attribute):
        names.add(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.add(node.id)
    return names
