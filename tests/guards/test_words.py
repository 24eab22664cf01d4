"""The guards on words bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import words
from tests.guards.project import keys, lines, project


@pytest.mark.parametrize(
    "word",
    [
        "randomise",
        "Randomisation",
        "unrandomised",
        "is_organised",
        "authoriseUser",
        "anonymising",
        "hospitalisation",
        "recognisable",
        "summarises",
    ],
)
@pytest.mark.parametrize("path", ["trial/a.py", "templates/a.html", "static/a.js", "docs/a.md"])
def test_it_finds_ise(tmp_path: Path, path: str, word: str) -> None:
    assert lines(words.british_spelling(project(tmp_path, {path: f"# first\n# {word}\n"}))) == [2]


@pytest.mark.parametrize(
    "word",
    [
        "randomize",
        "organism",
        "specialist",
        "summaries",
        "categories",
        "characteristic",
        "minimis",
        "emphasis",
        "exercise",
        "supervised",
        "revise",
        "realistic",
        "optimism",
        "memories",
    ],
)
def test_it_leaves_words_that_only_look_alike(tmp_path: Path, word: str) -> None:
    assert lines(words.british_spelling(project(tmp_path, {"trial/a.py": f"# {word}\n"}))) == []


@pytest.mark.parametrize("word", ["patient", "Patients", "patient_code", "newPatient", "PATIENT"])
@pytest.mark.parametrize("path", ["trial/a.py", "templates/a.html", "static/a.js"])
def test_it_finds_patient(tmp_path: Path, path: str, word: str) -> None:
    tree = project(tmp_path, {path: f"# first\n# {word}\n"})

    assert lines(words.forbidden_words(tree)) == [2]


def test_it_leaves_inpatient_and_documents(tmp_path: Path) -> None:
    files = {"safety/a.py": "# inpatient hospitalization, impatient\n", "docs/a.md": "patient\n"}

    assert keys(words.forbidden_words(project(tmp_path, files))) == []


def test_it_accepts_a_quotation_and_nothing_beside_it(tmp_path: Path) -> None:
    title = "handicap in stroke patients"
    tree = project(tmp_path, {"outcomes/a.py": f"# {title}\n# a patient\n"})

    assert lines(words.forbidden_words(tree, (title,))) == [2]
    assert list(words.unused_quotations(tree, (title, "gone"))) == ["gone"]
