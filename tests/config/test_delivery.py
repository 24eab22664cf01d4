"""What is delivered beside the code: containers, their lock, make, the environment's maker."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.runtime_lock import entries, runtime

BASE = Path(__file__).resolve().parents[2]
PARTS = {"web", "worker", "beat", "postgres", "redis", "proxy"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text())
    return loaded


@pytest.mark.requirement("R-080")
def test_it_composes_every_part_with_a_health_check(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == PARTS | {"migrate"}
    assert all("healthcheck" in services[name] for name in PARTS)
    assert services["postgres"]["image"].startswith("postgres:18")
    assert services["redis"]["image"].startswith("redis:8")


def test_it_composes_only_what_it_declares(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        named = [mount.split(":")[0] for mount in service.get("volumes", [])]
        assert {name for name in named if "/" not in name} <= set(compose["volumes"])
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        for mount in named:
            if mount.startswith("./deploy"):
                assert (BASE / mount).is_file()


@pytest.mark.requirement("R-074")
def test_it_composes_no_secret_into_the_environment(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"SECRET|PASSWORD|DATABASE_URL", name):
                assert name.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_it_lets_only_the_proxy_be_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == [
        "proxy"
    ]
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["inside"]


def test_it_builds_an_image_that_is_not_root() -> None:
    lines = (BASE / "deploy" / "Dockerfile").read_text().splitlines()
    last_user = [line for line in lines if line.startswith("USER ")][-1]
    assert last_user == "USER hermes"
    assert any("--require-hashes" in line for line in lines)


def test_it_explains_every_variable_that_compose_reads(compose: dict[str, Any]) -> None:
    explained = (BASE / ".env.example").read_text()
    for name in set(re.findall(r"\$\{([A-Z_]+)", (BASE / "docker-compose.yml").read_text())):
        assert re.search(rf"^#?{name}=", explained, re.MULTILINE), name


def test_it_locks_for_production_what_production_imports_and_no_test_runner() -> None:
    project = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]
    direct = {str(canonicalize_name(Requirement(one).name)) for one in project["dependencies"]}
    lock = (BASE / "requirements.lock").read_text()
    kept = {name for name, _, _ in entries(runtime(lock, direct))}
    assert direct <= kept
    assert {"psycopg-binary", "numpy", "kombu", "asgiref"} <= kept
    assert not {"pytest", "playwright", "mypy", "ruff", "hypothesis", "uv"} & kept


def test_it_keeps_the_hashes_of_what_production_needs() -> None:
    lock = "a==1 \\\n    --hash=sha256:1\n    # via p (pyproject.toml)\n"
    lock += "b-x==2 \\\n    --hash=sha256:2\n    # via\n    #   a\n    #   c\n"
    lock += "c==3 \\\n    --hash=sha256:3\n    # via p (pyproject.toml)\n"
    assert runtime(lock, {"a"}) == lock[: lock.index("c==3")]


def test_it_lists_every_target_with_a_line_of_help() -> None:
    make = subprocess.run(["make"], cwd=BASE, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in make.stdout.splitlines() if line.startswith("  make ")}
    wanted = "run test check bench codebook backup restore-drill venv"
    assert set(wanted.split()) <= listed
    assert all(len(line.split()) > 3 for line in make.stdout.splitlines())


def make_environment(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """``deploy/venv.sh`` in a project of its own, where only ``python`` can be found."""
    (folder / "deploy").mkdir()
    shutil.copy2(BASE / "deploy" / "venv.sh", folder / "deploy")
    (folder / "requirements.lock").write_text("# nothing\n")
    programs = folder / "programs"
    programs.mkdir()
    for name in ("sh", "cmp", "dirname", "cp", "rm"):
        (programs / name).symlink_to(shutil.which(name) or name)
    (programs / "python3").write_text(python)
    (programs / "python3").chmod(0o755)
    return subprocess.run(
        ["sh", "deploy/venv.sh"],
        cwd=folder,
        env={"PATH": str(programs), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_when_python_is_too_old(tmp_path: Path) -> None:
    old = '#!/bin/sh\ncase "$*" in *version_info*) exit 1;; --version) echo Python 3.9.2;; esac\n'
    made = make_environment(tmp_path, old)
    assert made.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.9.2" in made.stderr


def test_it_says_when_the_venv_module_is_missing(tmp_path: Path) -> None:
    bare = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; --version) echo Python 3.12.1;; esac\n'
    made = make_environment(tmp_path, bare)
    assert made.returncode == 1
    assert "Python 3.12.1 is here without its venv module" in made.stderr
    assert "apt-get install python3-venv" in made.stderr


def test_it_leaves_an_environment_alone_that_fits_the_lock(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "requirements.lock").write_text("# nothing\n")
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/true")
    made = make_environment(tmp_path, "#!/bin/sh\nexit 1\n")
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
