"""The traceability matrix: requirements and marks in, a table with visible holes out."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.management.commands.traceability import Command
from config.traceability import (
    Proof,
    Requirement,
    TraceabilityError,
    check_known,
    find_proofs,
    generate,
    read_requirements,
    render,
)

REQUIREMENTS = """# Requirements

Words above the first group are free.

## Consent

- **R-001** *Coded participants.* A participant is a code. [GDPR; CNIL MR-001]
- **R-002** *A screening log.* Everyone approached is kept. [own]

## Audit trail

- **R-030** *Every change.* Field, old, new. [P11.10(e)]
"""
ROOT = Path(__file__).resolve().parents[2]


def a_tree(root: Path, **tests: str) -> Path:
    """A project folder with the requirements above and one test file per keyword."""
    (root / "docs").mkdir()
    (root / "docs/requirements.md").write_text(REQUIREMENTS, encoding="utf-8")
    (root / "tests").mkdir()
    for name, source in tests.items():
        (root / f"tests/{name}.py").write_text("import pytest\n" + source, encoding="utf-8")
    return root


def proven(root: Path) -> list[tuple[str, str]]:
    """What the marks of a tree prove, without paths and lines."""
    return [(proof.requirement, proof.test) for proof in find_proofs(root)]


def run(root: Path, *, check: bool = False) -> str:
    """What the command prints."""
    out = StringIO()
    call_command(Command(), root=root, check=check, stdout=out)
    return out.getvalue()


def test_it_reads_id_title_text_sources_and_group() -> None:
    first, second, third = read_requirements(REQUIREMENTS)

    assert first == Requirement(
        "R-001",
        "Coded participants",
        "A participant is a code.",
        ("GDPR", "CNIL MR-001"),
        "Consent",
    )
    assert (second.code, second.sources, second.group) == ("R-002", ("own",), "Consent")
    assert (third.code, third.group) == ("R-030", "Audit trail")


@pytest.mark.parametrize(
    "line",
    [
        "- **R-1** *Short id.* Text. [own]",
        "- **R-009** No title. [own]",
        "- **R-009** *No source.* Text.",
        "- **R-009** *No text.* [own]",
        "- **R-001** *Twice.* Text. [own]",
    ],
)
def test_it_refuses_a_line_it_cannot_read(line: str) -> None:
    with pytest.raises(TraceabilityError, match="line 13"):
        read_requirements(f"{REQUIREMENTS}{line}\n")


def test_it_refuses_a_requirement_outside_a_group() -> None:
    with pytest.raises(TraceabilityError, match="line 1"):
        read_requirements("- **R-001** *Title.* Text. [own]\n")


def test_it_finds_marks_on_functions(tmp_path: Path) -> None:
    root = a_tree(tmp_path, test_a='@pytest.mark.requirement("R-001")\ndef test_one(): ...\n')

    assert find_proofs(root) == (Proof("R-001", "tests/test_a.py", "test_one", 3),)


def test_it_finds_marks_on_classes_and_their_methods(tmp_path: Path) -> None:
    source = """
@pytest.mark.requirement("R-001")
class TestLog:
    async def test_one(self): ...

    @pytest.mark.requirement("R-002")
    def test_two(self): ...

    class TestInner:
        def test_three(self): ...
"""
    assert proven(a_tree(tmp_path, test_a=source)) == [
        ("R-001", "TestLog::TestInner::test_three"),
        ("R-001", "TestLog::test_one"),
        ("R-001", "TestLog::test_two"),
        ("R-002", "TestLog::test_two"),
    ]


@pytest.mark.parametrize("marks", ["{}", "[{}, pytest.mark.journey]"])
def test_it_finds_marks_on_modules(tmp_path: Path, marks: str) -> None:
    mark = marks.format('pytest.mark.requirement("R-030")')
    source = f"pytestmark = {mark}\ndef helper(): ...\ndef test_one(): ...\ndef test_two(): ...\n"

    assert proven(a_tree(tmp_path, test_a=source)) == [("R-030", "test_one"), ("R-030", "test_two")]


def test_it_finds_marks_on_one_case_of_a_parametrized_test(tmp_path: Path) -> None:
    source = """
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.requirement("R-002")), 2])
def test_one(n): ...
"""
    assert proven(a_tree(tmp_path, test_a=source)) == [("R-002", "test_one")]


@pytest.mark.parametrize(
    "source",
    [
        '@pytest.mark.requirement("R-001")\ndef helper(): ...\n',
        'pytestmark = pytest.mark.requirement("R-001")\n',
        '@pytest.mark.requirement("R-001")\nclass TestNothing:\n    def helper(self): ...\n',
        "@pytest.mark.requirement\ndef test_one(): ...\n",
        "proves = pytest.mark.requirement\n",
    ],
)
def test_it_refuses_a_mark_that_reaches_no_test(tmp_path: Path, source: str) -> None:
    with pytest.raises(TraceabilityError, match=r"tests/test_a\.py:\d+: .*reaches no test"):
        find_proofs(a_tree(tmp_path, test_a=source))


@pytest.mark.parametrize("argument", ["", "ID", '"R-001", ID', 'id="R-001"', "1, ID"])
def test_it_refuses_an_id_that_is_not_written_out(tmp_path: Path, argument: str) -> None:
    source = f'ID = "R-001"\n@pytest.mark.requirement({argument})\ndef test_one(): ...\n'

    with pytest.raises(TraceabilityError, match="written text"):
        find_proofs(a_tree(tmp_path, test_a=source))


def test_it_refuses_an_id_the_document_does_not_have(tmp_path: Path) -> None:
    source = '@pytest.mark.requirement("R-999")\ndef test_one(): ...\n'
    root = a_tree(tmp_path, test_a=source)

    with pytest.raises(TraceabilityError, match=r"tests/test_a\.py:3: test_one names R-999"):
        generate(root)
    with pytest.raises(TraceabilityError):
        check_known((), [Proof("R-001", "tests/test_a.py", "test_one", 1)])


def test_it_shows_proofs_holes_and_counts(tmp_path: Path) -> None:
    source = """
@pytest.mark.requirement("R-001")
@pytest.mark.requirement("R-030")
def test_it_keeps_a_code(): ...
"""
    table = generate(a_tree(tmp_path, test_a=source))

    assert (
        "**Requirements: 3. With a test: 2. No test yet: 1. Tests that carry a mark: 1.**" in table
    )
    link = r"[test_a](../tests/test_a.py) test\_it\_keeps\_a\_code"
    assert f"| **R-001** Coded participants | {link} |" in table
    assert "| **R-002** A screening log | *no test yet* |" in table
    head = "\n## Audit trail\n\n| Requirement | Proven by |\n|---|---|\n"
    assert f"{head}| **R-030** Every change | {link}" in table


def test_it_joins_several_proofs_in_one_cell_and_escapes_bars() -> None:
    requirement = Requirement("R-001", "This | that", "Text.", ("own",), "Group")
    proofs = [Proof("R-001", "tests/test_a.py", name, 1) for name in ("test_x", "test_y")]

    table = render([requirement], proofs)

    assert r"| **R-001** This \| that | [test_a](../tests/test_a.py) test\_x<br>[test_a]" in table


def test_it_gives_the_same_text_twice(tmp_path: Path) -> None:
    source = '@pytest.mark.requirement("R-001")\ndef test_one(): ...\n'
    root = a_tree(tmp_path, test_b=source, test_a=source)

    assert generate(root) == generate(root)
    assert [proof.path for proof in find_proofs(root)] == ["tests/test_a.py", "tests/test_b.py"]


class TestTheCommand:
    def test_it_writes_the_table(self, tmp_path: Path) -> None:
        root = a_tree(tmp_path)

        assert "wrote docs/traceability.md" in run(root)
        assert (root / "docs/traceability.md").read_text(encoding="utf-8") == generate(root)

    def test_it_agrees_with_a_fresh_table(self, tmp_path: Path) -> None:
        root = a_tree(tmp_path)
        run(root)

        assert "up to date" in run(root, check=True)

    @pytest.mark.parametrize("written", [True, False])
    def test_it_fails_with_the_difference_when_stale(self, tmp_path: Path, written: bool) -> None:
        root = a_tree(tmp_path, test_a="def test_one(): ...\n")
        if written:
            run(root)
        marked = 'import pytest\n@pytest.mark.requirement("R-002")\ndef test_one(): ...\n'
        (root / "tests/test_a.py").write_text(marked, encoding="utf-8")

        with pytest.raises(CommandError, match=r"(?s)out of date.*\+\| \*\*R-002\*\* .*test_a"):
            run(root, check=True)

    def test_it_says_which_mark_it_cannot_read(self, tmp_path: Path) -> None:
        root = a_tree(tmp_path, test_a='@pytest.mark.requirement("R-777")\ndef test_one(): ...\n')

        with pytest.raises(CommandError, match="R-777"):
            run(root)
        assert not (root / "docs/traceability.md").exists()

    def test_it_says_when_the_requirements_are_missing(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"requirements\.md"):
            run(tmp_path)


@pytest.mark.requirement("R-084")
def test_it_reads_the_requirements_of_this_project() -> None:
    table = generate(ROOT)

    assert "R-084" in table
