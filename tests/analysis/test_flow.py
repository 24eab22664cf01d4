"""The CONSORT flow accounts for everybody once at each level."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.consort import Flow, flow_table
from analysis.cut import read_cut
from analysis.errors import CutRefused
from analysis.study import Study, analyse
from tests.analysis.conftest import PLAIN
from tests.analysis.cut_builder import BARE, LIGHT, PROTOCOL, Row, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")


def flow_of(tmp_path: Path, tables: Tables) -> Flow:
    return analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE))).flow


def test_it_counts_screening_and_enrolment(study: Study) -> None:
    flow = study.flow

    assert (flow.screened, flow.excluded_total, flow.consented, flow.enrolled) == (54, 23, 31, 31)
    assert dict(flow.excluded)["Not eligible"][0] == ("nihss too low", 9)
    assert [label for label, _ in flow.excluded] == ["Not eligible", "Declined", "Other"]


def test_it_counts_allocation_and_treatment(study: Study) -> None:
    cells, control = study.flow.branches

    assert (cells.group.size, cells.received) == (20, 16)
    assert (control.group.size, control.received) == (11, 11)
    assert cells.not_received[0] == ("Poor cell growth", 2)
    assert study.flow.moves == {
        ("cells", "cells"): 16,
        ("cells", "control"): 4,
        ("control", "control"): 11,
    }


def test_it_classes_each_participants_end_once(study: Study) -> None:
    cells, control = study.flow.branches

    assert dict(cells.ends) == {"Followed to 24 months": 18, "Withdrawn": 1, "Missed 24 months": 1}
    assert dict(control.ends) == {"Followed to 24 months": 9, "Died": 1, "Lost to follow-up": 1}
    for branch in study.flow.branches:
        assert sum(count for _, count in branch.ends) == branch.group.size


def test_it_takes_the_first_of_two_ends(tmp_path: Path, tables: Tables) -> None:
    person = tables["participants.csv"][10]
    person["withdrawn_on"] = person["consented_on"]

    _, control = flow_of(tmp_path, tables).branches

    assert dict(control.ends) == {
        "Followed to 24 months": 9,
        "Withdrawn": 1,
        "Lost to follow-up": 1,
    }


def test_it_says_who_is_still_in_follow_up(tmp_path: Path, tables: Tables) -> None:
    for row in tables["visits.csv"]:
        if row["visit"] == "M24":
            row["status"] = "planned"

    cells, _ = flow_of(tmp_path, tables).branches

    assert dict(cells.ends)["Follow-up not finished at the cut"] == 19


def test_it_sets_apart_consent_without_randomization(tmp_path: Path, tables: Tables) -> None:
    for code, eligible in (("GRE-901", 0), ("GRE-902", 1), ("GRE-903", "")):
        row = dict(tables["participants.csv"][0]) | {"participant": code, "eligible": eligible}
        tables["participants.csv"].append(row | {"randomized": 0, "randomized_on": ""})

    flow = flow_of(tmp_path, tables)

    assert (flow.consented, flow.enrolled) == (34, 31)
    assert dict(flow.not_randomized) == {
        "not eligible": 1,
        "eligible, not randomized": 1,
        "eligibility not signed": 1,
    }
    assert "The screening log has 31 consented, participants.csv 34." in flow.notes


def test_it_says_where_the_tables_disagree(tmp_path: Path, tables: Tables) -> None:
    tables["allocation.csv"].pop(0)
    tables["treatment.csv"].pop(4)
    tables["participants.csv"][7]["randomized"] = 0

    notes = flow_of(tmp_path, tables).notes

    assert "1 randomized participants have no allocation in the cut." in notes
    assert "1 allocated participants are not marked as randomized." in notes
    assert any("have no treatment row" in note for note in notes)


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("allocation.csv", {"arm": "placebo"}, "names an arm the protocol does not have: placebo"),
        ("treatment.csv", {"received": ""}, "names an arm the protocol does not have"),
        ("allocation.csv", {"participant": "GRE-404"}, r"GRE-404, not in participants\.csv"),
        ("allocation.csv", {"participant": "GRE-002"}, "holds GRE-002 more than once"),
        ("participants.csv", {"participant": "GRE-002"}, "holds GRE-002 more than once"),
        ("participants.csv", {"consented_on": "5 May"}, "'5 May' is no date"),
    ],
)
def test_it_refuses_what_contradicts_itself(
    tmp_path: Path, tables: Tables, table: str, change: Row, words: str
) -> None:
    tables[table][0] |= change

    with pytest.raises(CutRefused, match=words):
        analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE)))


def test_it_tables_every_box(study: Study) -> None:
    rows = {(row[0], row[1], row[2]): row[3] for row in flow_table(study.flow).rows}

    assert rows["Screening", "", "Excluded"] == "23 (42.6 %)"
    assert rows["Enrolment", "", "Enrolled (randomized)"] == "31"
    assert rows["Allocation", "Mesenchymal stem cells", "Received as allocated"] == "16 (80.0 %)"
    assert rows["Analysis as treated", "Control", "Analysed, safety"] == "15"


def test_it_knows_the_last_visit_without_any_planned_day(tmp_path: Path, tables: Tables) -> None:
    visits = [dict(visit) | {"day": None} for visit in PROTOCOL["visits"]]
    cut = write_cut(tmp_path, tables, protocol=dict(LIGHT) | {"visits": visits})

    study = analyse(read_cut(cut), PLAIN)

    assert dict(study.flow.branches[0].ends)["Follow-up not finished at the cut"] == 19
