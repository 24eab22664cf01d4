"""The command line: what it prints, where it writes, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analysis.__main__ import main
from tests.analysis.conftest import Written, contents
from tests.analysis.cut_builder import (
    BARE,
    LIGHT,
    Tables,
    blinded,
    known_tables,
    write_cut,
    zip_cut,
)

pytestmark = pytest.mark.requirement("R-064", "R-065")


def test_it_prints_the_published_numbers(light_report: Written) -> None:
    lines = light_report.printed.splitlines()
    assert lines[0] == "Data cut CUT-0001, as of 2029-12-31T00:00:00Z"
    assert "Screened 54; enrolled 31" in lines
    assert "Allocated 20 / 11 (Mesenchymal stem cells 20, No cells 11)" in lines
    feasible = "Treatment feasibility 16/20 = 80.0 % (exact 95 % CI 56.3 to 94.3)"
    assert feasible in lines
    assert "AEs by 6 months: treated 10, control 12" in lines
    assert "AEs by 2 years: treated 16, control 24" in lines
    assert lines[-1] == f"Report: {light_report.folder / 'report.html'}"


def test_it_computes_what_it_prints(
    tmp_path: Path, tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    tables["adverse_events.csv"].pop(0)
    tables["treatment.csv"][0] |= {"received": "control", "infused_on": ""}

    main(["report", str(write_cut(tmp_path / "cut", tables, protocol=BARE)), str(tmp_path / "out")])

    printed = capsys.readouterr().out
    assert "Treatment feasibility 15/20 = 75.0 %" in printed
    assert "AEs by 6 months: treated 10, control 12" not in printed


def test_it_writes_the_same_bytes_over_an_earlier_report(
    bare_folder: Path, bare_report: Written, light_report: Written, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(light_report.folder, out)
    (out / "report.html").write_text("stale")
    assert contents(out).keys() > bare_report.files().keys()

    assert main(["report", str(bare_folder), str(out)]) == 0

    assert contents(out) == bare_report.files()


def test_it_leaves_nothing_unblinded_under_a_blinded_report(
    light_report: Written, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    hidden = write_cut(tmp_path / "cut", blinded(known_tables()), blinded=True, protocol=BARE)
    shutil.copytree(light_report.folder, out)
    assert [name for name in contents(out) if "as_treated" in name or "model" in name]

    assert main(["report", str(hidden), str(out)]) == 0

    assert not [name for name in contents(out) if "as_treated" in name or "model" in name]


def test_it_reports_from_a_zip_what_it_reports_from_the_folder(
    bare_folder: Path, bare_report: Written, tmp_path: Path
) -> None:
    main(["report", str(zip_cut(bare_folder, tmp_path / "cut.zip")), str(tmp_path / "b")])

    assert contents(tmp_path / "b") == bare_report.files()


def test_it_refuses_with_a_sentence_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_cut(tmp_path / "cut")
    (folder / "mrs.csv").write_bytes(b"")

    assert main(["report", str(folder), str(tmp_path / "out")]) == 2

    captured = capsys.readouterr()
    assert captured.err.startswith("Refused: mrs.csv was altered: 0 bytes")
    assert captured.out == ""
    assert not (tmp_path / "out").exists()


def test_it_writes_nothing_of_a_cut_it_refuses_late(tmp_path: Path, tables: Tables) -> None:
    tables["mrs.csv"][0]["total"] = "many"
    folder = write_cut(tmp_path / "cut", tables, protocol=LIGHT)

    assert main(["report", str(folder), str(tmp_path / "out")]) == 2

    assert not (tmp_path / "out").exists()


def test_it_refuses_to_write_into_the_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_cut(tmp_path / "cut")

    assert main(["report", str(folder), str(folder / "report")]) == 2

    assert "inside the data cut" in capsys.readouterr().err


@pytest.mark.parametrize(
    "results",
    [
        None,
        "{}",
        '{"schema": "hermes-report/1", "files": [{"file": "../../kept.txt"}]}',
        '{"schema": "other", "files": []}',
    ],
)
def test_it_touches_no_folder_with_other_files(
    light_folder: Path, tmp_path: Path, results: str | None
) -> None:
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    (tmp_path / "kept.txt").write_text("mine")
    (out / "thesis.docx").write_text("mine")
    if results is not None:
        (out / "results.json").write_text(results)
    before = contents(tmp_path)

    assert main(["report", str(light_folder), str(out)]) == 2

    assert contents(tmp_path) == before


def test_it_refuses_a_file_for_a_folder(light_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")

    assert main(["report", str(light_folder), str(tmp_path / "out")]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "cut"],
        ["report", "--api", "http://127.0.0.1", "cut", "out"],
        ["report", "--cut", "CUT-0001", "cut", "out"],
        [],
    ],
)
def test_it_explains_its_arguments(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2
    assert "usage: python -m analysis" in capsys.readouterr().err


def test_it_prints_no_arm_of_a_blinded_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_cut(tmp_path / "cut", blinded(known_tables()), blinded=True, protocol=BARE)

    assert main(["report", str(folder), str(tmp_path / "out")]) == 0

    printed = capsys.readouterr().out
    assert "AEs by 6 months (pooled): all randomized 22" in printed
    assert "Allocated" not in printed
    assert json.loads((tmp_path / "out" / "results.json").read_text())["cut"]["blinded"] is True
