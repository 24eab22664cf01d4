"""A blinded cut gives a pooled report, says what is absent, and infers no arm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.cut import read_cut
from analysis.study import Study, analyse
from analysis.summary import summary_lines
from tests.analysis.cut_builder import PROTOCOL, blinded, known_tables, write_cut

Files = dict[str, bytes]
pytestmark = pytest.mark.requirement("R-017", "R-064")


def test_it_pools_everybody(blinded_study: Study) -> None:
    (only,) = blinded_study.sets
    (group,) = only.groups

    assert (only.code, group.size) == ("pooled", 31)
    assert [tally.events for tally in blinded_study.tallies["pooled"]] == [22, 40]


def test_it_says_that_the_arms_are_absent(blinded_study: Study, blinded_report: Files) -> None:
    said = "The cut is blinded: everything by arm"

    assert any(line.startswith(said) for line in summary_lines(blinded_study))
    assert said in blinded_report["report.html"].decode()
    assert json.loads(blinded_report["results.json"])["absent"][0].startswith(said)
    assert "Arms are not shown: the data cut is blinded." in (
        blinded_report["figures/consort.svg"].decode()
    )


def test_it_makes_nothing_by_arm(blinded_study: Study, blinded_report: Files) -> None:
    assert blinded_study.fits == ()
    assert blinded_study.feasibility == ()
    telling = ("as_treated", "itt", "phase", "feasibility", "analysis_sets", "model")
    assert not [name for name in blinded_report if any(word in name for word in telling)]


def test_it_writes_no_arm_anywhere(blinded_report: Files) -> None:
    words = [arm["label"].encode() for arm in PROTOCOL["arms"]]
    words += [b"Treated", b"Control", b"infusion", b"Poor cell growth"]

    for name, content in blinded_report.items():
        for word in words:
            assert word not in content, (name, word)


def test_it_would_find_an_arm_in_the_open_report(report: Files) -> None:
    everything = b"".join(report.values())

    assert b"Treated" in everything
    assert PROTOCOL["arms"][0]["label"].encode() in everything


def test_it_pools_every_outcome(blinded_report: Files) -> None:
    figures = {name for name in blinded_report if name.endswith(".svg")}

    assert "figures/trajectory_nihss.svg" in figures
    assert "figures/grades_mrs.svg" in figures
    assert len(figures) == 11


def test_it_needs_no_arm_table_to_find_the_randomized(tmp_path: Path) -> None:
    tables = blinded(known_tables())
    tables["participants.csv"][0]["randomized"] = 0

    study = analyse(read_cut(write_cut(tmp_path, tables, blinded=True)))

    assert study.sets[0].groups[0].size == 30
