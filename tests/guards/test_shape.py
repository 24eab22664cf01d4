"""The guards on size and naming bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import shape
from tests.guards.project import keys, project


def test_it_finds_a_long_function_in_a_class(tmp_path: Path) -> None:
    body = "        x = 1\n"
    source = f"class A:\n    def short(self):\n{body * 44}    def long(self):\n{body * 45}"
    tree = project(tmp_path, {"trial/services.py": source})

    assert keys(shape.long_functions(tree)) == ["trial/services.py::A.long"]


@pytest.mark.parametrize("path", ["tests/test_a.py", "trial/migrations/0001_initial.py"])
def test_it_leaves_tests_and_migrations_their_length(tmp_path: Path, path: str) -> None:
    tree = project(tmp_path, {path: "def long():\n" + "    x = 1\n" * 60})

    assert keys(shape.long_functions(tree)) == []


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("trial/services.py", 400),
        ("tests/test_a.py", 400),
        ("static/entry.js", 400),
        ("static/house.css", 400),
        ("templates/home.html", 120),
    ],
)
def test_it_finds_a_long_file(tmp_path: Path, path: str, limit: int) -> None:
    full = project(tmp_path / "full", {path: "\n" * limit})
    over = project(tmp_path / "over", {path: "\n" * (limit + 1)})

    assert keys(shape.long_files(full)) == []
    assert keys(shape.long_files(over)) == [path]


def test_it_finds_a_class_on_three_bases(tmp_path: Path) -> None:
    source = "class A(B, C): ...\nclass D(B, C, E): ...\nclass F(B, C, Generic[T]): ...\n"
    tree = project(
        tmp_path, {"trial/models.py": source, "tests/people.py": "class A(B, C, D): ..."}
    )

    assert keys(shape.base_towers(tree)) == ["trial/models.py::D"]


@pytest.mark.parametrize(
    "path",
    ["trial/utils.py", "trial/date_utils.py", "helpers/a.py", "static/common.js", "tests/misc.py"],
)
def test_it_finds_a_junk_drawer(tmp_path: Path, path: str) -> None:
    assert len(keys(shape.junk_drawers(project(tmp_path, {path: ""})))) == 1


@pytest.mark.parametrize("path", ["trial/partial_dates.py", "trial/commons.py", "docs/helpers.md"])
def test_it_leaves_a_name_that_says_something(tmp_path: Path, path: str) -> None:
    assert keys(shape.junk_drawers(project(tmp_path, {path: ""}))) == []


def test_it_sets_aside_what_a_run_leaves_behind(tmp_path: Path) -> None:
    left = ("var/utils.py", ".venv/utils.py", "a.egg-info/utils.py", "trial/__pycache__/utils.py")
    tree = project(tmp_path, dict.fromkeys(left, ""))

    assert keys(shape.junk_drawers(tree)) == []
