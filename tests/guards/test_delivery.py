"""The guards on what is delivered bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import delivery
from tests.guards.project import keys, lines, project

HASH = f"--hash=sha256:{'0' * 64}"
PYPROJECT = """
[project]
dependencies = [
    "django>=5",   # the web framework
    "pandas[x]>=3",
]
optional-dependencies.dev = ["pytest>=9"]  # tests

[tool.importlinter]
root_packages = ["trial"]
"""


def test_it_finds_a_package_without_a_contract(tmp_path: Path) -> None:
    names = ("trial", "billing", "tests")
    files = {f"{name}/__init__.py": "" for name in names} | {"pyproject.toml": PYPROJECT}

    assert keys(delivery.uncontracted_packages(project(tmp_path, files))) == [
        "pyproject.toml::billing"
    ]


def test_it_finds_cycles_of_any_length() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"e"}, "f": {"g"}, "g": {"f"}}

    assert delivery.cycles(edges) == {frozenset("abc"), frozenset("fg")}
    assert delivery.cycles({"a": {"b"}, "b": set()}) == set()
    assert delivery.cycles({}) == set()


def test_it_sees_imports_inside_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "gl_upper/__init__.py": "",
        "gl_upper/a.py": "import gl_lower.b\n",
        "gl_lower/__init__.py": "",
        "gl_lower/b.py": "def f():\n    import gl_upper.c\n",
        "gl_upper/c.py": (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import gl_upper.d\n"
        ),
        "gl_upper/d.py": "import gl_upper.c\n",
    }
    names = delivery.packages(project(tmp_path, files))
    monkeypatch.syspath_prepend(tmp_path)

    assert names == {"gl_lower", "gl_upper"}
    assert delivery.cycles(delivery.app_imports(names)) == {frozenset(names)}
    assert delivery.cycles(delivery.module_imports(names)) == set()


def test_it_finds_a_cycle_of_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "gl_one/__init__.py": "",
        "gl_one/tasks.py": "import gl_one.services\n",
        "gl_one/services.py": "def send():\n    import gl_one.tasks\n",
    }
    names = delivery.packages(project(tmp_path, files))
    monkeypatch.syspath_prepend(tmp_path)

    cycle = frozenset({"gl_one.tasks", "gl_one.services"})
    assert delivery.cycles(delivery.module_imports(names)) == {cycle}


def test_it_finds_a_dependency_without_a_reason(tmp_path: Path) -> None:
    tree = project(tmp_path, {"pyproject.toml": PYPROJECT})

    assert keys(delivery.unexplained_dependencies(tree)) == [
        "pyproject.toml::pandas[x]>=3",
        "pyproject.toml::pytest>=9",
    ]


def test_it_accepts_a_lock_with_hashes(tmp_path: Path) -> None:
    lock = (
        "# made by: uv pip compile pyproject.toml --generate-hashes -o requirements.lock\n"
        f"django==5.2.19 \\\n    {HASH} \\\n    {HASH}\n    # via hermes-ecrf (pyproject.toml)\n"
        f'tzdata==2026.6 ; sys_platform == "win32" \\\n    {HASH}\n'
        f"psycopg[binary]==3.3.1 {HASH}\n"
    )
    assert lines(delivery.loose_lock(project(tmp_path, {"requirements.lock": lock}))) == []


@pytest.mark.parametrize(
    "line",
    [
        "django==5.2.19",
        f"django>=5.2 {HASH}",
        "django==5.2.19 --hash=sha256:00",
        f"django==5.2.19 --hash=md5:{'0' * 64}",
        "--index-url simple",
        "--find-links wheels",
        f"django @ file:django.whl {HASH}",
        "# from https://index.example/simple",
        "-r /srv/wheels/base.txt",
        "#    uv pip compile /home/me/pyproject.toml",
    ],
)
def test_it_finds_a_loose_line_in_the_lock(tmp_path: Path, line: str) -> None:
    lock = f"a==1 {HASH}\n{line}\n"

    assert set(lines(delivery.loose_lock(project(tmp_path, {"requirements.lock": lock})))) == {2}


def test_it_finds_a_dependency_that_is_not_locked(tmp_path: Path) -> None:
    files = {"pyproject.toml": PYPROJECT, "requirements.lock": f"Django==5.2 {HASH}\n"}

    assert keys(delivery.unlocked_dependencies(project(tmp_path, files))) == [
        "pyproject.toml::pandas"
    ]


@pytest.mark.parametrize(
    ("image", "agrees"),
    [("postgres:18.1-alpine", True), ("postgres:17", False), ("mariadb:11", False)],
)
def test_it_compares_the_postgresql_versions(tmp_path: Path, image: str, agrees: bool) -> None:
    files = {
        "docker-compose.yml": f"services:\n  postgres:\n    image: {image}\n",
        "config/servers/software.py": "MAJOR = 18\n",
    }
    assert (keys(delivery.other_postgres(project(tmp_path, files))) == []) is agrees


def test_it_finds_a_variable_nobody_explains(tmp_path: Path) -> None:
    files = {
        ".env.example": "# the protocol\nHERMES_PROTOCOL=trial.protocols.isis_hermes\n",
        "config/settings.py": 'env("HERMES_PROTOCOL")\nenv("HERMES_SECRET_KEY")\n',
        "docs/runbook.md": "Set `DATABASE_URL`.\n",
    }
    assert keys(delivery.unexplained_variables(project(tmp_path, files))) == [
        "config/settings.py::HERMES_SECRET_KEY",
        "docs/runbook.md::DATABASE_URL",
    ]


def test_it_is_content_with_an_empty_project(tmp_path: Path) -> None:
    tree = project(tmp_path, {})
    guards = [
        delivery.uncontracted_packages,
        delivery.unexplained_dependencies,
        delivery.loose_lock,
        delivery.unlocked_dependencies,
        delivery.other_postgres,
        delivery.unexplained_variables,
    ]
    assert [finding for guard in guards for finding in guard(tree)] == []
