"""Who is in which analysis, and why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import read_cut
from analysis.membership import memberships
from analysis.output import report_files
from analysis.study import Study, analyse
from tests.analysis.conftest import PLAIN
from tests.analysis.cut_builder import BARE, LIGHT, NOT_INFUSED, REASONS, Tables, code, write_cut

pytestmark = pytest.mark.requirement("R-065")


def test_everybody_stands_in_each_set_with_a_reason(study: Study) -> None:
    found = memberships(list(study.people.values()), study.sets)
    told = {(one.participant, one.analysis_set.code): one for one in found}

    assert len(found) == 62
    for number, why in NOT_INFUSED.items():
        one = told[code(number), "as_treated"]
        assert one.group is not None
        assert one.group.code == "control"
        assert one.reason == f"did not receive what was allocated: {REASONS[why]}"
    moved = [one for one in found if one.reason.startswith("did not")]
    assert len(moved) == 4
    assert {one.reason for one in found if one.analysis_set.code == "itt"} == {
        "allocated to this arm"
    }


def test_who_is_out_is_told_why(tmp_path: Path, tables: Tables) -> None:
    tables["participants.csv"][0]["randomized"] = 0
    for name in ("allocation.csv", "treatment.csv"):
        tables[name] = [row for row in tables[name] if row["participant"] != code(1)]
    tables["treatment.csv"] = [
        row for row in tables["treatment.csv"] if row["participant"] != code(3)
    ]
    files = report_files(analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE))), paper=False)
    out = [
        (row["participant"], row["analysis_set"], row["reason"])
        for row in json.loads(files["results.json"])["analysis_sets"]
        if row["group"] is None
    ]

    assert out == [
        (code(1), "as_treated", "consented, not randomized"),
        (code(1), "itt", "consented, not randomized"),
        (code(3), "as_treated", "randomized, no treatment row in the cut"),
    ]


def test_it_says_who_is_not_analysed_and_why(report: dict[str, bytes], study: Study) -> None:
    told: list[dict[str, Any]] = json.loads(report["results.json"])["analysed"]
    for fit in study.fits:
        assert fit.design is not None
        mine = [
            row["participant"]
            for row in told
            if (row["outcome"], row["analysis_set"]) == (fit.outcome.code, fit.analysis_set.code)
            and row["reason"] == "analysed"
        ]
        assert sorted(mine) == sorted(fit.design.people)


def test_it_tells_no_readings_from_no_baseline(tmp_path: Path, tables: Tables) -> None:
    tables["mrs.csv"] = [
        row
        for row in tables["mrs.csv"]
        if not (row["participant"] == code(1) and row["visit"] == "V0")
        and not (row["participant"] == code(2) and row["visit"] != "V0")
    ]
    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=LIGHT)), PLAIN)
    files = report_files(study, paper=False)
    out = {
        row["participant"]: row["reason"]
        for row in json.loads(files["results.json"])["analysed"]
        if row["reason"] != "analysed"
    }

    assert out == {
        code(1): "no baseline reading",
        code(2): "no reading after the baseline",
    }
    assert "no baseline reading: 1 (GRE-001)" in files["report.html"].decode()
