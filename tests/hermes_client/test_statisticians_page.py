"""The statistician's page does what it says: its blocks are run against the product itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from exports.datasets.parameters import ColumnsAsked, CutsAsked, RowsAsked
from hermes_client import Client
from tests.builders import saved
from tests.exports.test_api import live, token
from tests.exports.trial_data import frozen, make_trial
from tests.people import People

__all__ = ["live"]
PAGE = Path(__file__).parents[2] / "docs" / "statistician.md"
DEMO = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def cuts_dir(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cuts of these tests lie: they are made once for all."""
    base = tmp_path_factory.getbasetemp() / "page-cuts"
    settings.CUTS_DIR = base
    return base


def with_two_cuts(people: People) -> None:
    """A small trial, a blinded cut of it, and an unblinded one."""
    trial = make_trial(people)
    for visit, grade in (("V0", 4), ("M1", 3), ("M6", 2)):
        saved(trial.elsewhere, visit, "mrs", people, grade=grade)
    frozen(people)
    frozen(people, blinded=False)


@pytest.fixture
def committed_scene() -> Any:
    """Made once for both."""
    return with_two_cuts


def block(language: str, live: str) -> str:
    """The first block of code in a language that asks a server; this one instead."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    return str(next(found for found in blocks if DEMO in found)).replace(DEMO, live)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a program runs, with nothing between it and the server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path


@pytest.mark.requirement("R-063", "R-065")
def test_from_token_to_report_in_ten_lines(
    committed_people: People, live: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = block("python", live)
    assert len([line for line in lines.splitlines() if line]) <= 10
    (folder / "token.txt").write_text(f"{token(committed_people.uma)}\n")
    exec(compile(lines, "statistician.md", "exec"), {})  # noqa: S102 - the page's own lines
    assert capsys.readouterr().out.startswith("CUT-0002 ")
    assert "CUT-0002" in (folder / "report" / "results.json").read_text()


@pytest.mark.requirement("R-063")
def test_r_reads_a_dataset_over_rest(committed_people: People, live: str, folder: Path) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("NO R HERE: the page's R is NOT run (Debian: r-base-core, r-cran-jsonlite)")
    (folder / "token.txt").write_text(f"{token(committed_people.stan)}\n")
    # Page by page, as with a dataset of thousands.
    script = block("r", live).replace('datasets/%s/"', 'datasets/%s/?page_size=2"')
    assert "page_size" in script
    (folder / "read.R").write_text(script)
    done = subprocess.run(
        [program, "--vanilla", "read.R"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    first, head, *rows = done.stdout.splitlines()
    assert first == '[1] "CUT-0001"'
    counted = sum(int(number) for row in rows for number in row.split()[1:] if number.isdigit())
    hermes = Client(live, token(committed_people.stan))
    assert counted == len(list(hermes.rows("CUT-0001", "mrs"))) > 2, done.stdout
    assert "complete" in head + rows[0]


def test_it_names_every_parameter_and_what_the_client_can() -> None:
    text = PAGE.read_text()
    asked = {name for kind in (CutsAsked, RowsAsked, ColumnsAsked) for name in kind().fields}
    assert [name for name in asked - {"cursor"} if f"{name}=" not in text] == []
    can = {name for name in vars(Client) if not name.startswith("_")}
    assert [name for name in can if f"{name}(" not in text] == []
