"""The known cut, analysed once for all tests of the statistics module."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.cut import read_cut
from analysis.output import report_files
from analysis.plans.isis_hermes import PLAN
from analysis.study import Study, analyse
from tests.analysis.cut_builder import BARE, LIGHT, Tables, blinded, known_tables, write_cut

PLAIN = replace(PLAN, sensitivities=(), simulation=None)
"""The trial's plan without its sensitivity analyses, for tests of what comes before them."""
SEAL = {"number": 7, "hash": "ab" * 32}


@pytest.fixture
def tables() -> Tables:
    """The tables of the known cut, for a test to change."""
    return known_tables()


@pytest.fixture(scope="session")
def cut_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The known cut on disk; not to be changed."""
    return write_cut(tmp_path_factory.mktemp("known") / "cut")


@pytest.fixture(scope="session")
def light_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The known cut with one outcome and a seal, quick to report; not to be changed."""
    return write_cut(tmp_path_factory.mktemp("light") / "cut", protocol=LIGHT, seal=SEAL)


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The known cut without outcomes, quickest to report; not to be changed."""
    return write_cut(tmp_path_factory.mktemp("bare") / "cut", protocol=BARE)


@dataclass(frozen=True)
class Written:
    """What the command wrote and printed; not to be changed."""

    folder: Path
    printed: str

    def files(self) -> dict[str, bytes]:
        """The files by their path in the folder."""
        return contents(self.folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path inside it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def written(cut: Path, out: Path) -> Written:
    """A cut's report as the command writes it."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main(["report", str(cut), str(out)]) == 0
    return Written(out, said.getvalue())


@pytest.fixture(scope="session")
def light_report(light_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The light cut's report as the command writes it."""
    return written(light_folder, tmp_path_factory.mktemp("light_report") / "out")


@pytest.fixture(scope="session")
def bare_report(bare_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The bare cut's report as the command writes it."""
    return written(bare_folder, tmp_path_factory.mktemp("bare_report") / "out")


@pytest.fixture(scope="session")
def study(cut_folder: Path) -> Study:
    """The analysis of the known cut."""
    return analyse(read_cut(cut_folder))


@pytest.fixture(scope="session")
def report(study: Study) -> dict[str, bytes]:
    """Every file of the known cut's report."""
    return report_files(study)


@pytest.fixture(scope="session")
def blinded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The known cut without anything that tells an arm; not to be changed."""
    folder = tmp_path_factory.mktemp("blinded") / "cut"
    return write_cut(folder, blinded(known_tables()), blinded=True)


@pytest.fixture(scope="session")
def blinded_study(blinded_folder: Path) -> Study:
    """The analysis of the blinded cut."""
    return analyse(read_cut(blinded_folder))


@pytest.fixture(scope="session")
def blinded_report(blinded_study: Study) -> dict[str, bytes]:
    """Every file of the blinded cut's report."""
    return report_files(blinded_study)
