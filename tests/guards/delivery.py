"""Guards on what is delivered: imports, dependencies, the lock, the containers, the variables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

import grimp

from tests.guards.tree import Finding, Source, Tree

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)")
PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)(\[[\w,-]+\])?==[^\s;]+(\s*;[^\\]+?)?(?=\s--hash)"
)
LEAK = re.compile(
    r"https?://|file:|--(extra-)?index-url|--find-links|(^|[\s='\"])(~|/\w+)/\w|\s@\s"
)
POSTGRES_IMAGE = re.compile(r"\bpostgres:(\d+)")
EMBEDDED_MAJOR = re.compile(r"^MAJOR(?:: \w+)? = (\d+)$", re.MULTILINE)
VARIABLE = re.compile(r"\b(HERMES_[A-Z][A-Z0-9_]*|DATABASE_URL|REDIS_URL)\b")


def packages(tree: Tree) -> set[str]:
    """The Python packages at the top of the project, tests apart."""
    return {
        source.parts[0]
        for source in tree.files(".py")
        if len(source.parts) == 2 and source.stem == "__init__" and not source.is_test
    }


def uncontracted_packages(tree: Tree) -> Iterator[Finding]:
    """Packages the import contracts do not know."""
    project = tree.one("pyproject.toml")
    if project is None:
        return
    settings = tomllib.loads(project.text).get("tool", {}).get("importlinter", {})
    for name in sorted(packages(tree) - set(settings.get("root_packages", ()))):
        yield project.found(1, name, "a package without a place in the import contracts")


def cycles(edges: Mapping[str, set[str]]) -> set[frozenset[str]]:
    """The groups that reach each other and so form cycles; an edge to oneself is none."""
    reach = {node: _reachable(node, edges) for node in edges}
    groups = {
        frozenset(other for other in reach[node] if node in reach.get(other, ())) | {node}
        for node in edges
    }
    return {group for group in groups if len(group) > 1}


def app_imports(names: set[str]) -> dict[str, set[str]]:
    """Which app imports which, every import counted, those inside functions too."""
    graph = grimp.build_graph(*sorted(names), cache_dir=None)
    edges: dict[str, set[str]] = {name: set() for name in names}
    for module in graph.modules:
        app = module.split(".")[0]
        used = graph.find_modules_directly_imported_by(module)
        edges[app] |= {name.split(".")[0] for name in used} - {app}
    return edges


def module_imports(names: set[str]) -> dict[str, set[str]]:
    """Which module imports which when the program runs."""
    graph = grimp.build_graph(*sorted(names), cache_dir=None, exclude_type_checking_imports=True)
    return {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}


def unexplained_dependencies(tree: Tree) -> Iterator[Finding]:
    """Dependencies in pyproject.toml without a comment that says what they are for."""
    project = tree.one("pyproject.toml")
    if project is None:
        return
    settings = tomllib.loads(project.text).get("project", {})
    groups = [settings.get("dependencies", []), *settings.get("optional-dependencies", {}).values()]
    for wanted in (name for group in groups for name in group):
        lines = [(line, text) for line, text in project.lines() if f'"{wanted}"' in text]
        if not any(re.search(r"#\s*\S+\s+\S+", text) for _, text in lines):
            yield project.found(lines[0][0] if lines else 1, wanted, "no word on what it is for")


def loose_lock(tree: Tree) -> Iterator[Finding]:
    """Lines of requirements.lock that are not pinned with hashes, or that name a host or a path."""
    lock = tree.one("requirements.lock")
    if lock is None:
        return
    for line, text in lock.lines():
        if LEAK.search(text):
            yield lock.found(line, text.strip(), "the lock names a host or a path")
    for line, entry in _entries(lock):
        if not PINNED.search(entry) or not HASH.search(entry):
            yield lock.found(line, entry.split()[0], "not pinned to one version with its hashes")


def unlocked_dependencies(tree: Tree) -> Iterator[Finding]:
    """Dependencies of pyproject.toml that requirements.lock does not pin."""
    project, lock = tree.one("pyproject.toml"), tree.one("requirements.lock")
    if project is None or lock is None:
        return
    pinned = {
        _plain(match["name"]) for _, entry in _entries(lock) if (match := PINNED.search(entry))
    }
    for wanted in tomllib.loads(project.text)["project"].get("dependencies", []):
        name = re.split(r"[\[<>=!~; ]", wanted)[0]
        if _plain(name) not in pinned:
            yield project.found(1, name, "not in requirements.lock")


def other_postgres(tree: Tree, embedded: str = "config/servers/software.py") -> Iterator[Finding]:
    """A major version of PostgreSQL in docker-compose.yml other than the embedded one."""
    compose, source = tree.one("docker-compose.yml"), tree.one(embedded)
    if compose is None or source is None:
        return
    ours = set(EMBEDDED_MAJOR.findall(source.text))
    theirs = set(POSTGRES_IMAGE.findall(compose.text))
    if len(ours) != 1 or theirs != ours:
        what = f"docker-compose has PostgreSQL {sorted(theirs)}, {embedded} has {sorted(ours)}"
        yield compose.found(1, "postgres", what)


def unexplained_variables(tree: Tree) -> Iterator[Finding]:
    """Environment variables the code or the documents name and .env.example does not explain."""
    example = tree.one(".env.example")
    if example is None:
        return
    explained = set(VARIABLE.findall(example.text))
    for source in tree.files(".py", ".md", ".yml", "Makefile"):
        if source.is_test:
            continue
        for line, text in source.lines():
            for name in set(VARIABLE.findall(text)) - explained:
                yield source.found(line, name, "not in .env.example")


def _reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += edges.get(node, ())
    return seen - {start}


def _entries(lock: Source) -> Iterator[tuple[int, str]]:
    """The logical lines of a lock: first line number, text with continuations joined."""
    start, parts = 0, list[str]()
    for line, text in lock.lines():
        bare = text.split(" #")[0].strip()
        if not bare or bare.startswith("#"):
            continue
        start = start or line
        parts.append(bare.removesuffix("\\").strip())
        if not bare.endswith("\\"):
            yield start, " ".join(parts)
            start, parts = 0, []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
