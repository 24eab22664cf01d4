"""Which test proves which requirement: read from the documents and the tests, written as a table.

Pure functions on text and files. Nothing here imports a test: marks are read from the syntax tree,
so the table can be made on a machine that has no database.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeGuard

REQUIREMENTS = Path("docs/requirements.md")
TRACEABILITY = Path("docs/traceability.md")
TESTS = Path("tests")

_Decorated: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_HOLE = "*no test yet*"
_LINE = re.compile(
    r"^- \*\*(?P<id>R-\d{3})\*\* \*(?P<title>[^*]+)\.\* (?P<text>.+) \[(?P<sources>[^\[\]]+)\]$"
)


class TraceabilityError(Exception):
    """The requirements or the marks in the tests cannot be read as meant; one sentence a line."""


@dataclass(frozen=True)
class Requirement:
    """One testable demand on the product, as docs/requirements.md words it."""

    code: str
    title: str
    text: str
    sources: tuple[str, ...]
    group: str


@dataclass(frozen=True, order=True)
class Proof:
    """A test that says it proves a requirement. `test` is the name pytest selects it by."""

    requirement: str
    path: str
    test: str
    line: int


def read_requirements(markdown: str) -> tuple[Requirement, ...]:
    """The requirements of a document, in its order.

    Raises TraceabilityError for a list line that does not follow the form, an id met twice, or a
    requirement above the first heading.
    """
    found: dict[str, Requirement] = {}
    problems: list[str] = []
    group = ""
    for number, line in enumerate(markdown.splitlines(), start=1):
        if line.startswith("## "):
            group = line.removeprefix("## ").strip()
        if not line.startswith("- **R"):
            continue
        match = _LINE.match(line)
        if match is None or not group:
            problems.append(f"line {number}: not '- **R-000** *Title.* Text. [source]' in a group")
        elif match["id"] in found:
            problems.append(f"line {number}: {match['id']} is there twice")
        else:
            sources = tuple(part.strip() for part in match["sources"].split(";"))
            found[match["id"]] = Requirement(
                match["id"], match["title"], match["text"], sources, group
            )
    if problems:
        raise TraceabilityError("\n".join(problems))
    return tuple(found.values())


def find_proofs(root: Path, tests: Path = TESTS) -> tuple[Proof, ...]:
    """Every `@pytest.mark.requirement("R-000")` under `tests`, on a function, a class or a module.

    Raises TraceabilityError for a mark that reaches no test or whose id is not written out.
    """
    proofs: list[Proof] = []
    problems: list[str] = []
    for path in sorted((root / tests).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=name)
        reader = _MarkReader(name)
        proofs.extend(reader.read(tree))
        problems.extend(reader.problems)
    if problems:
        raise TraceabilityError("\n".join(problems))
    return tuple(sorted(set(proofs)))


def check_known(requirements: Sequence[Requirement], proofs: Sequence[Proof]) -> None:
    """Raise TraceabilityError where a test names a requirement the document does not have."""
    known = {requirement.code for requirement in requirements}
    unknown = [proof for proof in proofs if proof.requirement not in known]
    if unknown:
        raise TraceabilityError(
            "\n".join(
                f"{proof.path}:{proof.line}: {proof.test} names {proof.requirement}, "
                f"which {REQUIREMENTS} does not have"
                for proof in unknown
            )
        )


def render(requirements: Sequence[Requirement], proofs: Sequence[Proof]) -> str:
    """The traceability matrix as Markdown: a table a group, holes said in words, counts on top."""
    by_code: dict[str, list[Proof]] = {requirement.code: [] for requirement in requirements}
    for proof in proofs:
        by_code[proof.requirement].append(proof)
    lines = [
        "# Traceability: which test proves which requirement",
        "",
        "Generated from [requirements.md](requirements.md) and the marks in `tests/` by",
        "`python manage.py traceability`. Do not edit: `make check` compares it with a fresh one.",
        "A test may prove one part of a requirement; what is known to be unmet stands in the",
        "[threat model](threat-model.md).",
        "",
        f"**{_counts(by_code, proofs)}**",
    ]
    group = ""
    for requirement in requirements:
        if requirement.group != group:
            group = requirement.group
            lines += ["", f"## {group}", "", "| Requirement | Proven by |", "|---|---|"]
        cell = "<br>".join(_proof_words(proof) for proof in by_code[requirement.code]) or _HOLE
        lines.append(f"| **{requirement.code}** {_cell(requirement.title)} | {cell} |")
    return "\n".join(lines) + "\n"


def generate(root: Path) -> str:
    """The matrix of the tree at `root`. Raises TraceabilityError as the functions above do."""
    requirements = read_requirements((root / REQUIREMENTS).read_text(encoding="utf-8"))
    proofs = find_proofs(root)
    check_known(requirements, proofs)
    return render(requirements, proofs)


def _counts(by_code: Mapping[str, Sequence[Proof]], proofs: Sequence[Proof]) -> str:
    holes = sum(not found for found in by_code.values())
    tests = len({(proof.path, proof.test) for proof in proofs})
    return (
        f"Requirements: {len(by_code)}. With a test: {len(by_code) - holes}. "
        f"No test yet: {holes}. Tests that carry a mark: {tests}."
    )


def _proof_words(proof: Proof) -> str:
    return f"[{Path(proof.path).stem}](../{proof.path}) {_cell(proof.test)}"


def _cell(text: str) -> str:
    """Text that cannot break out of a table cell or turn into emphasis."""
    return text.replace("|", "\\|").replace("_", "\\_")


class _MarkReader:
    """Collects the requirement marks of one test module; what it cannot read is a problem."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[str] = []
        self._reached: set[int] = set()

    def read(self, tree: ast.Module) -> list[Proof]:
        """The proofs of a module, and `problems` for marks that reach no test."""
        proofs = list(self._body(tree.body, "", ()))
        for node in ast.walk(tree):
            if _is_mark(node) and id(node) not in self._reached:
                self._complain(node, "a requirement mark that reaches no test")
        return proofs

    def _body(
        self, body: Sequence[ast.stmt], prefix: str, outer: tuple[str, ...]
    ) -> Iterator[Proof]:
        codes = outer
        for node in body:
            if _assigns_pytestmark(node) and _holds_tests(body):
                codes += self._codes(node)
        for node in body:
            if _is_test_class(node):
                own = self._decorated(node) if _holds_tests(node.body) else ()
                yield from self._body(node.body, f"{prefix}{node.name}::", codes + own)
            elif _is_test(node):
                own = self._decorated(node)
                for code in dict.fromkeys(codes + own):
                    yield Proof(code, self.path, prefix + node.name, node.lineno)

    def _decorated(
        self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) -> tuple[str, ...]:
        return tuple(code for decorator in node.decorator_list for code in self._codes(decorator))

    def _codes(self, holder: ast.AST) -> tuple[str, ...]:
        codes: list[str] = []
        calls = (node for node in ast.walk(holder) if isinstance(node, ast.Call))
        for call in (call for call in calls if _is_mark(call.func)):
            self._reached.add(id(call.func))
            written = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            codes += [value for value in written if isinstance(value, str)]
            if not call.args or len(written) != len(call.args) or call.keywords:
                self._complain(call, 'a requirement mark must hold its id as written text: "R-000"')
        return tuple(codes)

    def _complain(self, node: ast.AST, what: str) -> None:
        self.problems.append(f"{self.path}:{getattr(node, 'lineno', 0)}: {what}")


def _is_mark(node: ast.AST) -> bool:
    """`pytest.mark.requirement`, called or not."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "requirement"
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "mark"
    )


def _is_test(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, functions) and node.name.startswith("test")


def _is_test_class(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    return isinstance(node, ast.ClassDef) and node.name.startswith("Test")


def _holds_tests(body: Sequence[ast.stmt]) -> bool:
    return any(
        _is_test(node)
        or (
            isinstance(node, ast.ClassDef)
            and node.name.startswith("Test")
            and _holds_tests(node.body)
        )
        for node in body
    )


def _assigns_pytestmark(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in targets)
