"""Exposure: what was given, how late, and where it fell short."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import read_cut
from analysis.errors import CutRefused
from analysis.exposure import exposure_table, listing_table, read_exposure, shortfalls
from analysis.output import report_files
from analysis.study import Study, analyse
from tests.analysis.cut_builder import BARE, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")
LIMITS = {
    "doses_millions": [100, 300],
    "latest_day": 42,
    "maximum_volume_ml": 100,
    "minimum_viability_percent": 70,
}


def with_doses(tables: Tables) -> Tables:
    """The tables with a dose ordered, a weight, and four infusions that fall short."""
    infused = [row for row in tables["treatment.csv"] if row["infused_on"]]
    for row in tables["treatment.csv"]:
        row["dose_millions"] = 300 if row["infused_on"] else ""
        row["complete"] = 1 if row["infused_on"] else ""
    infused[0] |= {"cells_millions": 239, "complete": 0}
    infused[1]["viability_percent"] = 69.5
    infused[2]["volume_ml"] = 101
    late = {row["participant"]: row["index_on"] for row in tables["participants.csv"]}
    infused[3]["infused_on"] = late[infused[3]["participant"]].replace(year=2028)
    for number, row in enumerate(tables["participants.csv"]):
        row["weight_kg"] = 60 + number
    return tables


@pytest.fixture
def exposed(tmp_path: Path, tables: Tables) -> Study:
    protocol = {**BARE, "product": LIMITS}
    return analyse(read_cut(write_cut(tmp_path, with_doses(tables), protocol=protocol)))


def test_it_sums_up_what_plain_loops_sum_up(exposed: Study, tables: Tables) -> None:
    given = read_exposure(exposed.cut, list(exposed.people.values()))
    people = {row["participant"]: row for row in tables["participants.csv"]}
    infused = [row for row in tables["treatment.csv"] if row["infused_on"]]
    per_kg = [float(r["cells_millions"]) / people[r["participant"]]["weight_kg"] for r in infused]
    delays = [(r["infused_on"] - people[r["participant"]]["randomized_on"]).days for r in infused]

    assert [one.per_kg for one in given] == pytest.approx(per_kg)
    rows = [row[:2] for row in exposure_table(given, exposed.sets, "stroke onset").rows]
    for label, values, decimals in (
        ("Cells per kg, millions", per_kg, 2),
        ("From randomization to infusion, days", delays, 1),
    ):
        place = next(at for at, row in enumerate(rows) if row[0] == label)
        mean, sd = statistics.fmean(values), statistics.stdev(values)
        assert rows[place + 1][1] == f"{mean:.{decimals}f} ({sd:.{decimals}f})"
    assert exposure_table(given, exposed.sets, "stroke onset").columns[1:] == (
        "As treated, Treated (n = 16)",
        "Intention to treat, Mesenchymal stem cells (n = 16)",
    )


def test_it_names_each_shortfall(exposed: Study) -> None:
    protocol = exposed.manifest.protocol
    given = read_exposure(exposed.cut, list(exposed.people.values()))
    told = [shortfalls(one, protocol) for one in given]

    assert told[0] == ("Not the whole dose was given.", "79.7 % of the dose ordered.")
    assert told[1] == ("Viability 69.5 %, at least 70 % asked for.",)
    assert told[2] == ("Volume 101 mL, at most 100 mL allowed.",)
    assert told[3][0].startswith("Day 36")
    assert not any(told[4:])
    assert [row[-1] for row in listing_table(given, protocol).rows[4:]] == ["none"] * 12


def test_it_says_what_the_cut_does_not_tell(report: dict[str, bytes]) -> None:
    page = report["report.html"].decode()

    assert "Not told by this cut: cells per kg (no weight), dose ordered." in page
    assert "This cut does not tell the protocol&#x27;s limits." in page
    assert len(json.loads(report["results.json"])["exposure"]) == 16


def test_it_says_that_nobody_was_infused(tmp_path: Path, tables: Tables) -> None:
    for row in tables["treatment.csv"]:
        row |= {"received": "control", "infused_on": "", "cells_millions": ""}
    files = report_files(analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE))), paper=False)

    assert "Nobody was infused by the time of this cut." in files["report.html"].decode()


@pytest.mark.parametrize(
    ("product", "words"), [([], "no usable 'product'"), ({"latest_day": "late"}, "doses_millions")]
)
def test_it_refuses_limits_it_cannot_read(
    tmp_path: Path, tables: Tables, product: Any, words: str
) -> None:
    with pytest.raises(CutRefused, match=words):
        read_cut(write_cut(tmp_path, tables, protocol={**BARE, "product": product}))
