"""The guards on documents bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import documents
from tests.guards.project import keys, lines, project

OTHER = {"docs/b.md": "# The other one\n\n## What to do, when?\n", "trial/access.py": ""}


@pytest.mark.parametrize(
    "link",
    [
        "[x](gone.md)",
        "![x](images/gone.png)",
        "[x](../gone.md)",
        "[x](../../b.md)",
        "[x](#gone)",
        "[x](b.md#gone)",
        '[x](gone.md "title")',
    ],
)
def test_it_finds_a_broken_link(tmp_path: Path, link: str) -> None:
    tree = project(tmp_path, {"docs/a.md": f"# A\n\n{link}\n", **OTHER})

    assert lines(documents.broken_links(tree)) == [3]


@pytest.mark.parametrize(
    "text",
    [
        "[x](b.md)",
        "[x](./b.md#what-to-do-when)",
        "[x](../trial/access.py)",
        "[x](#a)",
        "[x](..)",
        "[x](https://a.example/gone.md)",
        "`[x](gone.md)`",
        "```\n[x](gone.md)\n```",
    ],
)
def test_it_leaves_links_that_lead_somewhere(tmp_path: Path, text: str) -> None:
    tree = project(tmp_path, {"docs/a.md": f"# A\n\n{text}\n", **OTHER})

    assert keys(documents.broken_links(tree)) == []


def test_it_allows_links_to_what_a_run_makes(tmp_path: Path) -> None:
    tree = project(tmp_path, {"README.md": "![x](docs/images/page.png)"})

    assert keys(documents.broken_links(tree, ("docs/images/page.png",))) == []


COMMANDS = {
    "Makefile": "PORT := 8000\nrun: ## start\n\tpython manage.py serve\ncheck:\n",
    "manage.py": "",
    "trial/management/commands/demo.py": "",
}


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("`make fly`", "make fly"),
        ("```\nmake run && make fly\n```", "make fly"),
        ("`python manage.py fly`", "manage.py fly"),
        ("```\n$ .venv/bin/python manage.py fly --now\n```", "manage.py fly"),
    ],
)
def test_it_finds_a_command_that_does_not_exist(tmp_path: Path, text: str, subject: str) -> None:
    tree = project(tmp_path, {"README.md": text, **COMMANDS})

    assert keys(documents.unknown_commands(tree)) == [f"README.md::{subject}"]


def test_it_leaves_commands_that_exist(tmp_path: Path) -> None:
    text = (
        "`make run PORT=8080`, `manage.py demo`, `manage.py migrate`, `manage.py collectstatic`.\n"
        "We make sense; manage.py nothing in plain words.\n```\nmake check\n```\n"
    )
    assert (
        keys(documents.unknown_commands(project(tmp_path, {"README.md": text, **COMMANDS}))) == []
    )


def test_it_finds_a_path_that_is_not_there(tmp_path: Path) -> None:
    text = "`trial/gone.py` and `trial/access.py`, `trial/*.py`, `tests/<app>/`, `and/or`, `/url/`"
    tree = project(tmp_path, {"README.md": text, **OTHER})

    assert keys(documents.unknown_paths(tree)) == ["README.md::trial/gone.py"]
    assert keys(documents.unknown_paths(tree, ("trial/gone.py",))) == []
