"""Which readings count: complete, planned, first; death is the worst grade of the mRS."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import t as student

from analysis.cut import read_cut
from analysis.longitudinal import Series, mean_of, means_table, read_series
from analysis.people import read_people
from analysis.planned import as_planned
from analysis.plans import plan_for
from analysis.study import Study, analyse
from tests.analysis.conftest import PLAIN
from tests.analysis.cut_builder import LIGHT, PROTOCOL, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")


def read(tmp_path: Path, tables: Tables, code: str, **facts: Any) -> Series:
    whole = read_cut(write_cut(tmp_path, tables, **facts))
    cut = as_planned(whole, plan_for(whole.manifest.protocol))
    outcome = next(one for one in cut.manifest.protocol.outcomes if one.code == code)
    found = read_series(cut, outcome, read_people(cut), date.fromisoformat(cut.manifest.as_of[:10]))
    assert found is not None
    return found


def test_it_leaves_out_drafts_and_empty_values(tmp_path: Path, tables: Tables) -> None:
    tables["nihss.csv"][1]["status"] = "draft"
    tables["nihss.csv"][2]["total"] = ""

    found = read(tmp_path, tables, "nihss")

    assert ("GRE-001", "M1") not in found.readings
    assert ("GRE-001", "M2") not in found.readings
    assert found.notes == (
        "Not used: 1 records still in draft.",
        "Not used: 1 complete records without this value.",
    )


def test_it_takes_the_first_of_several_at_a_visit(tmp_path: Path, tables: Tables) -> None:
    again = dict(tables["nihss.csv"][0]) | {"occurrence": 2, "total": 41}
    tables["nihss.csv"].insert(0, again)

    found = read(tmp_path, tables, "nihss")

    assert found.readings["GRE-001", "V0"] == tables["nihss.csv"][1]["total"]
    assert "Not used: 1 further readings at the same visit." in found.notes


def test_it_leaves_out_unscheduled_visits(tmp_path: Path, tables: Tables) -> None:
    tables["nihss.csv"].append(dict(tables["nihss.csv"][0]) | {"visit": "UNS", "day": 44})
    visits = [*PROTOCOL["visits"], {"code": "UNS", "label": "Unscheduled", "day": None}]

    found = read(tmp_path, tables, "nihss", protocol=dict(PROTOCOL) | {"visits": visits})

    assert "UNS" not in [visit.code for visit in found.visits]
    assert "Not used: 1 readings outside the planned visits." in found.notes


def test_it_counts_death_as_the_worst_rankin_grade(study: Study, tables: Tables) -> None:
    rankin = next(one for one in study.series if one.outcome.code == "mrs")
    died = next(row for row in tables["participants.csv"] if row["died_on"])
    assert died["died_on"] - died["index_on"] == timedelta(days=400)

    assert rankin.readings[died["participant"], "M24"] == 6
    assert rankin.readings[died["participant"], "M12"] < 6
    assert "1 readings set to 6 from the death record." in rankin.notes


def test_it_lets_other_scales_stop_at_death(study: Study, tables: Tables) -> None:
    died = next(row["participant"] for row in tables["participants.csv"] if row["died_on"])

    for one in study.series:
        if one.outcome.code != "mrs":
            assert (died, "M24") not in one.readings


def test_it_does_not_look_past_the_cut_for_deaths(tmp_path: Path, tables: Tables) -> None:
    found = read(tmp_path, tables, "mrs", as_of="2028-12-01T00:00:00Z")

    assert ("GRE-011", "M24") not in found.readings


@pytest.mark.parametrize(
    ("known", "counts"), [("2029", False), ("2029-02", True), ("2029-03", False), ("2028", True)]
)
def test_it_counts_a_partly_known_death_from_its_last_day(
    tmp_path: Path, tables: Tables, known: str, counts: bool
) -> None:
    dead = next(row for row in tables["participants.csv"] if row["died_on"])
    assert str(dead["index_on"] + timedelta(days=730)) == "2029-03-10"
    dead["died_on"] = known

    found = read(tmp_path, tables, "mrs", protocol=LIGHT)

    assert ((dead["participant"], "M24") in found.readings) is counts


def test_it_says_which_outcome_has_no_table(tmp_path: Path, tables: Tables) -> None:
    del tables["fmri.csv"]
    outcomes = [one for one in PROTOCOL["outcomes"] if one["table"] in {"fma.csv", "fmri.csv"}]
    protocol = {**PROTOCOL, "outcomes": outcomes}

    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=protocol)), PLAIN)

    assert [one.outcome.code for one in study.series] == ["motor_fma"]

    assert "The cut holds no table for the outcome fMRI activity, MI-4p." in study.absent


def test_it_orders_visits_by_day(tmp_path: Path, tables: Tables) -> None:
    shuffled = dict(PROTOCOL) | {"visits": list(reversed(PROTOCOL["visits"]))}

    found = read(tmp_path, tables, "nihss", protocol=shuffled)

    assert [visit.code for visit in found.visits] == ["V0", "M1", "M2", "M4", "M6", "M12", "M24"]
    assert [visit.code for visit in found.follow_up] == ["M1", "M2", "M4", "M6", "M12", "M24"]


def test_it_gives_means_with_student_intervals() -> None:
    sample = [3.0, 5.0, 8.0, 8.0]
    found = mean_of(sample)
    margin = student.ppf(0.975, 3) * statistics.stdev(sample) / 2

    assert (found.n, found.mean) == (4, 6.0)
    assert found.sd == pytest.approx(6**0.5)
    assert found.low == pytest.approx(6 - margin)
    assert found.high == pytest.approx(6 + margin)


def test_it_gives_no_interval_to_one_value() -> None:
    assert mean_of([4.0]).mean == 4.0
    assert mean_of([4.0]).low is None
    assert mean_of([]).mean is None


def test_it_tables_each_mean_with_its_n(study: Study, tables: Tables) -> None:
    table = means_table(study.series, study.sets)
    treated = {r["participant"] for r in tables["treatment.csv"] if r["received"] == "cells"}
    values = [
        row["total"]
        for row in tables["nihss.csv"]
        if row["visit"] == "M24" and row["participant"] in treated
    ]

    (row,) = (
        row for row in table.rows if row[:4] == ("NIHSS total", "As treated", "M24", "Treated")
    )

    assert row[4:6] == ("16", str(len(values)))
    assert row[6] == f"{statistics.fmean(values):.1f}"
