"""The baseline table: who they were, by treatment received and by allocation."""

from __future__ import annotations

import math
import re
import statistics
from pathlib import Path

import pandas as pd
import pytest

from analysis.baseline import baseline_table, standardized_difference
from analysis.cut import read_cut
from analysis.study import Study, analyse
from analysis.tables import Table
from tests.analysis.cut_builder import BARE, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")


def table_of(study: Study, position: int = 0) -> Table:
    people = list(study.people.values())
    return baseline_table(study.sets[position], people, study.series, "stroke onset")


def rows_under(table: Table, head: str) -> dict[str, tuple[str, ...]]:
    """The rows below a heading, by their name."""
    position = [row[0] for row in table.rows].index(head)
    found: dict[str, tuple[str, ...]] = {}
    for row in table.rows[position + 1 :]:
        if not row[0].startswith("  "):
            break
        found[row[0].strip()] = row[1:]
    return found


@pytest.mark.parametrize(
    ("position", "file", "column"),
    [(0, "treatment.csv", "received"), (1, "allocation.csv", "arm")],
)
def test_it_agrees_with_a_description_by_pandas(
    study: Study, tables: Tables, position: int, file: str, column: str
) -> None:
    people = pd.DataFrame(tables["participants.csv"]).merge(pd.DataFrame(tables[file]))
    found = rows_under(table_of(study, position), "Age at consent, years")
    for place, group in enumerate(("cells", "control")):
        ages = people[people[column] == group]["age_at_consent"]
        q1, q2, q3 = ages.quantile([0.25, 0.5, 0.75])
        mean, sd = (float(part) for part in found["Mean (SD)"][place].strip(")").split(" ("))
        assert mean == pytest.approx(ages.mean(), abs=0.0501)
        assert sd == pytest.approx(ages.std(), abs=0.0501)
        assert found["Range"][place] == f"{ages.min()} to {ages.max()}"
        shown = [float(part) for part in re.findall(r"[\d.]+", found["Median [Q1, Q3]"][place])]
        assert shown == pytest.approx([q2, q1, q3], abs=0.0501)


def test_it_counts_categories_of_those_with_a_value(study: Study, tables: Tables) -> None:
    people = pd.DataFrame(tables["participants.csv"]).merge(pd.DataFrame(tables["treatment.csv"]))
    women = ((people["sex"] == "f") & (people["received"] == "cells")).sum()

    found = rows_under(table_of(study), "Sex")

    assert found["Female"][0] == f"{women} ({100 * women / 16:.1f} %)"
    everybody = (people["sex"] == "f").sum()
    assert found["Female"][2].startswith(f"{everybody} (")


def test_it_names_its_denominators(study: Study) -> None:
    columns = table_of(study).columns

    assert columns[1:4] == ("Treated (n = 16)", "Control (n = 15)", "Total (n = 31)")


def test_it_takes_each_outcome_at_its_own_baseline_visit(study: Study) -> None:
    heads = [row[0] for row in table_of(study).rows]

    assert "NIHSS total (V0)" in heads
    assert "Fugl-Meyer motor (M1)" in heads


def test_it_counts_missing_values(tmp_path: Path, tables: Tables) -> None:
    tables["participants.csv"][0]["age_at_consent"] = ""
    tables["participants.csv"][0]["sex"] = ""

    table = table_of(analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE))))

    assert rows_under(table, "Age at consent, years")["Missing"][:3] == ("1", "0", "1")
    assert rows_under(table, "Sex")["Missing"][:3] == ("1", "0", "1")


def test_it_holds_no_p_value(study: Study) -> None:
    assert not any("p" in column.split() for column in table_of(study).columns)


def test_it_standardizes_the_difference() -> None:
    first, second = [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]
    pooled = math.sqrt((statistics.variance(first) + statistics.variance(second)) / 2)

    assert standardized_difference(first, second) == pytest.approx(-2 / pooled)
    assert standardized_difference([1.0], second) is None
    assert standardized_difference([1.0, 1.0], [1.0, 1.0]) is None
