"""Missing readings: why each is missing, by visit and as patterns."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import read_cut
from analysis.missing import _shape as shape
from analysis.missing import patterns, patterns_table, read_visits
from analysis.study import Study, analyse
from tests.analysis.conftest import PLAIN
from tests.analysis.cut_builder import LIGHT, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")


def states(study: Study) -> dict[tuple[str, str], str]:
    """The states of the modified Rankin Scale by participant and visit."""
    series = [one for one in study.series if one.outcome.code == "mrs"]
    people = list(study.people.values())
    (found,) = patterns(series, people, read_visits(study.cut), study.as_of)
    return dict(found.states)


def test_each_absence_has_its_reason(study: Study) -> None:
    found = states(study)

    assert found["GRE-001", "M24"] == "seen"
    assert found["GRE-007", "M6"] == "seen"
    assert found["GRE-007", "M12"] == "withdrawn"
    assert found["GRE-020", "M24"] == "lost"
    assert found["GRE-013", "M24"] == "missed"
    # A grade of death is counted among the readings of the scale and yet is nothing that was seen.
    assert found["GRE-011", "M24"] == "died"
    assert Counter(found.values()) == {
        "seen": 31 * 7 - 5,
        "withdrawn": 2,
        "lost": 1,
        "missed": 1,
        "died": 1,
    }


def test_what_is_not_due_is_not_missed(tmp_path: Path, tables: Tables) -> None:
    person = tables["participants.csv"][0]
    for row in tables["visits.csv"]:
        if row["participant"] == "GRE-001" and row["visit"] in {"M12", "M24"}:
            row |= {"status": "planned", "actual_on": ""}
    tables["mrs.csv"] = [
        row
        for row in tables["mrs.csv"]
        if row["participant"] != "GRE-001" or row["visit"] not in {"M12", "M24"}
    ]
    due = person["index_on"] + timedelta(days=365)
    within, after = due + timedelta(days=7), due + timedelta(days=8)

    told = []
    for number, on in enumerate((within, after)):
        cut = write_cut(tmp_path / str(number), tables, protocol=LIGHT, as_of=f"{on}T00:00:00Z")
        found = states(analyse(read_cut(cut), PLAIN))
        told.append((found["GRE-001", "M12"], found["GRE-001", "M24"]))

    assert told == [("not yet due", "not yet due"), ("missed", "not yet due")]


def test_a_visit_without_its_score_is_not_assessed(tmp_path: Path, tables: Tables) -> None:
    row = next(r for r in tables["mrs.csv"] if r["participant"] == "GRE-001" and r["visit"] == "M2")
    row["status"] = "draft"

    found = states(analyse(read_cut(write_cut(tmp_path, tables, protocol=LIGHT)), PLAIN))

    assert found["GRE-001", "M2"] == "not assessed"


def test_the_report_counts_every_cell_once(report: dict[str, bytes]) -> None:
    told: list[dict[str, Any]] = json.loads(report["results.json"])["missing"]
    names = ("seen", "not_assessed", "missed", "withdrawn", "lost", "died", "not_yet_due")

    assert all(sum(row[name] for name in names) == row["n"] for row in told)
    mrs = [row for row in told if row["outcome"] == "mrs" and row["analysis_set"] == "itt"]
    assert len(mrs) == 7 * 2
    assert sum(row["died"] for row in mrs) == 1


def test_patterns_stand_by_how_often_they_occur(study: Study) -> None:
    series = [one for one in study.series if one.outcome.code == "mrs"]
    people = list(study.people.values())
    found = patterns(series, people, read_visits(study.cut), study.as_of)
    table = patterns_table(found, study.sets)

    assert table.rows[0][1:3] == ("S S S S S S S", "complete")
    assert [int(cell) for cell in table.rows[0][3:]] == [14, 13, 18, 9]
    told = {row[1]: row[2] for row in table.rows}
    assert told["S S S S S w w"] == "monotone"
    assert told["S S S S S S m"] == "monotone"
    assert sum(int(cell) for row in table.rows for cell in row[3:5]) == 31


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("SSS", "complete"),
        ("SS.", "complete"),
        ("SmS", "intermittent"),
        ("mSS", "intermittent"),
        ("Sm.", "monotone"),
        ("nmw", "nothing seen"),
        ("...", "nothing due"),
    ],
)
def test_it_tells_the_shapes_apart(word: str, told: str) -> None:
    assert shape(word) == told
