"""Cuts taken early, of other protocols, or with hardly anybody in them still give a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import read_cut
from analysis.errors import CutRefused
from analysis.models import NO_ADJUSTED
from analysis.output import report_files
from analysis.study import Study, analyse
from analysis.summary import summary_lines
from tests.analysis.cut_builder import (
    LIGHT,
    PROTOCOL,
    Tables,
    blinded,
    emptied,
    known_tables,
    manifest_of,
    write_cut,
)

pytestmark = pytest.mark.requirement("R-064")


def only(tables: Tables, codes: set[str]) -> Tables:
    """The tables with these participants alone."""
    return {
        name: [row for row in rows if row.get("participant", "") in codes] or rows[:1]
        for name, rows in tables.items()
    }


def write_empty(folder: Path, tables: Tables, **facts: Any) -> Path:
    files = emptied(tables)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest_of(files) | facts))
    return folder


@pytest.mark.parametrize("is_blinded", [False, True])
def test_it_reports_a_trial_nobody_has_entered(tmp_path: Path, is_blinded: bool) -> None:
    tables = blinded(known_tables()) if is_blinded else known_tables()
    study = analyse(read_cut(write_empty(tmp_path, tables, blinded=is_blinded)))

    files = report_files(study)

    assert study.flow.screened == 0
    assert "Screened 0; enrolled 0" in files["report.html"].decode()
    assert "Screened 0; enrolled 0" in summary_lines(study)


def test_it_says_that_nobody_was_allocated(tmp_path: Path, tables: Tables) -> None:
    lines = summary_lines(analyse(read_cut(write_empty(tmp_path, tables))))

    assert "Treatment feasibility 0/0: nobody was allocated to the product" in lines
    assert "Fewer than two groups have participants: no mixed model was fitted." in lines


@pytest.mark.parametrize(
    "numbers", [(1,), (1, 2), (1, 2, 4), (1, 2, 3, 5), (1, 3, 6, 2, 5, 8), tuple(range(1, 11))]
)
def test_it_reports_a_handful(tmp_path: Path, tables: Tables, numbers: tuple[int, ...]) -> None:
    codes = {f"GRE-{number:03d}" for number in numbers}

    study = analyse(read_cut(write_cut(tmp_path, only(tables, codes), protocol=LIGHT)))
    files = report_files(study, paper=len(numbers) in {1, 6})

    assert study.flow.enrolled == len(numbers)
    for fit in study.fits:
        assert fit.fitted or fit.words
        for term in fit.terms:
            assert 0 <= term.p <= 1
            assert 0 <= term.kenward_roger.p <= 1 or NO_ADJUSTED in fit.words
    assert json.loads(files["results.json"])["flow"]["enrolled"] == len(numbers)


def test_it_reports_what_it_could_not_fit(tmp_path: Path, tables: Tables) -> None:
    few = only(tables, {"GRE-001", "GRE-002"})

    study = analyse(read_cut(write_cut(tmp_path, few, protocol=LIGHT)))
    page = report_files(study, paper=False)["report.html"].decode()

    said = "No model: No follow-up visit has two readings or more in every group."
    assert page.count(said) >= len(study.series)
    assert any("not fitted" in line for line in summary_lines(study))


def three_arms(tables: Tables) -> dict[str, Any]:
    """Two doses and a control, no reason why in common with the first protocol."""
    for name, column in (("allocation.csv", "arm"), ("treatment.csv", "received")):
        for row in tables[name]:
            high = int(row["participant"][-3:]) % 2
            row[column] = {"cells": "high" if high else "low"}.get(row[column], "placebo")
    arms = [
        {"code": "placebo", "label": "Placebo", "experimental": False},
        {"code": "low", "label": "Low", "experimental": True},
        {"code": "high", "label": "A name far too long for a margin", "experimental": True},
    ]
    return dict(LIGHT) | {"arms": arms, "ratio": {"placebo": 1, "low": 1, "high": 1}}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Study:
    tables = known_tables()
    protocol = three_arms(tables)
    folder = tmp_path_factory.mktemp("three")
    return analyse(read_cut(write_cut(folder, tables, protocol=protocol)))


def test_it_reports_three_arms(three: Study) -> None:
    lines = summary_lines(three)

    assert [group.code for group in three.sets[0].groups] == ["low", "high", "placebo"]
    assert three.sets[0].reference.code == "placebo"
    assert any(line.startswith("Treatment feasibility (Low)") for line in lines)
    assert any(
        line.startswith("Treatment feasibility (All experimental arms) 16/20") for line in lines
    )
    assert report_files(three)["report.pdf"]


def test_it_compares_each_arm_with_the_control(three: Study) -> None:
    fit = three.fits[0]

    assert {one.group.code for one in fit.differences} == {"low", "high"}
    assert [test.satterthwaite.num_df for test in fit.tests] == [1, 2, 5, 10, 12]


def test_it_keeps_long_names_out_of_margins(three: Study) -> None:
    chosen = three.sets[0]

    assert [chosen.short_label(group) for group in chosen.groups] == ["low", "high", "placebo"]


def test_it_reports_a_protocol_without_horizons_or_outcomes(tmp_path: Path, tables: Tables) -> None:
    protocol = dict(PROTOCOL) | {"code": "BARE", "horizons": [], "outcomes": []}

    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=protocol)))
    page = report_files(study, paper=False)["report.html"].decode()

    assert "The cut holds no outcome." in page
    assert study.tallies["as_treated"] == ()


def test_it_reports_an_arm_nobody_is_in(tmp_path: Path, tables: Tables) -> None:
    arms = [*PROTOCOL["arms"], {"code": "third", "label": "Third", "experimental": True}]
    cut = write_cut(tmp_path, tables, protocol=dict(LIGHT) | {"arms": arms})

    study = analyse(read_cut(cut))

    assert report_files(study, paper=False)["report.html"]
    assert {one.group.code for one in study.fits[0].differences} == {"cells"}


def test_it_refuses_an_instant_it_cannot_read(tmp_path: Path, tables: Tables) -> None:
    with pytest.raises(CutRefused, match="'yesterday', is no ISO 8601 instant"):
        analyse(read_cut(write_cut(tmp_path, tables, as_of="yesterday")))
