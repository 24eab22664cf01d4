"""The catalogue: every table derived from the declarations, and what a blinded cut leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from exports import catalogue, codebook, manifest
from exports.formats.tidy_csv import cell
from exports.tables import Table
from outcomes.scales import INSTRUMENTS
from safety.blinding import WITHHELD
from safety.grades import regrade
from tests.people import AT, People
from tests.protocols.three_arms import PROTOCOL as THREE_ARMS
from tests.safety.desk import assessed
from tests.safety.reports import reported_sae
from trial import protocol
from trial.protocol import FormPlan, Protocol, VisitPlan, Window

BACKBONE = ["screening.csv", "participants.csv", "visits.csv"]


def described(people: People, *, blinded: bool) -> dict[str, Table]:
    """The tables by file name."""
    reader = people.stan if blinded else people.uma
    return {table.file: table for table in catalogue.tables(blinded=blinded, reader=reader)}


def columns(table: Table) -> dict[str, Any]:
    """The columns of a table by name."""
    return {column.name: column for column in table.columns}


@pytest.fixture
def adopt(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the product on another protocol for the length of a test."""

    def use(plan: Protocol) -> Protocol:
        monkeypatch.setattr(protocol, "current", lambda: plan)
        return plan

    return use


@pytest.mark.requirement("R-061")
def test_it_has_a_table_for_every_form_of_the_protocol(people: People) -> None:
    found = list(described(people, blinded=False))
    planned = protocol.current().form_codes()
    assert found[:3] == BACKBONE
    told = ["sponsor_assessments.csv", "allocation.csv", "treatment.csv"]
    safety = ["adverse_events.csv", "ae_grades.csv", "safety_reports.csv"]
    # The sponsor's assessments stand with the safety tables, the arms at the end.
    assert found[-8:] == [*safety, told[0], "queries.csv", "sdv.csv", *told[1:]]
    assert set(found[3:-8]) == {f"{code}.csv" for code in planned}


@pytest.mark.requirement("R-061")
def test_a_forms_columns_are_those_of_its_declaration(people: People) -> None:
    for code in protocol.current().form_codes():
        declared = INSTRUMENTS[code]
        found = columns(described(people, blinded=False)[f"{code}.csv"])
        for column in (*declared.columns(), *declared.score_columns()):
            assert found[column.name].label == column.label
            assert found[column.name].values == column.values
            assert found[column.name].unit == column.unit
            assert found[column.name].maximum == column.maximum


def test_no_table_names_a_column_twice_and_each_is_told_by_a_label(people: People) -> None:
    for table in described(people, blinded=False).values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(column.label for column in table.columns)


def test_every_outcome_of_the_manifest_is_a_column_of_the_cut(people: People) -> None:
    found = described(people, blinded=True)
    for outcome in manifest.describe(protocol.current(), blinded=True)["outcomes"]:
        assert outcome["column"] in columns(found[outcome["table"]])


@pytest.mark.requirement("R-017")
def test_blinded_it_has_no_table_column_or_code_that_tells_an_arm(people: People) -> None:
    told = described(people, blinded=False)
    kept = described(people, blinded=True)
    only = {"sponsor_assessments.csv", "allocation.csv", "treatment.csv"}
    assert set(told) - set(kept) == only
    assert set(columns(told["adverse_events.csv"])) - set(columns(kept["adverse_events.csv"])) == {
        "phase"
    }
    for table in kept.values():
        visits = dict(columns(table)["visit"].values) if "visit" in columns(table) else {}
        assert not {"BMA", "INF", "INF7"} & set(visits)
    described_visits = {v["code"] for v in manifest.describe(
        protocol.current(), blinded=True)["visits"]}  # fmt: skip
    assert not {"BMA", "INF", "INF7"} & described_visits


@pytest.mark.requirement("R-017")
def test_a_form_that_only_some_arms_have_is_not_in_a_blinded_cut(
    people: People, adopt: Any
) -> None:
    plan = THREE_ARMS
    dosing = VisitPlan(
        "DOSE", "Dose", 14, Window(1, 1), (FormPlan("lesion"),), only_arms=("low", "high")
    )
    adopt(
        Protocol(**{**{name: getattr(plan, name) for name in plan.__dataclass_fields__},
                    "visits": (*plan.visits, dosing)})
    )  # fmt: skip
    assert "lesion.csv" in described(people, blinded=False)
    assert "lesion.csv" not in described(people, blinded=True)


def test_another_protocol_gives_other_tables(people: People, adopt: Any) -> None:
    adopt(THREE_ARMS)
    found = described(people, blinded=False)
    safety = {"adverse_events.csv", "ae_grades.csv", "safety_reports.csv"}
    told = {"sponsor_assessments.csv", "allocation.csv", "treatment.csv"}
    watched = {"queries.csv", "sdv.csv"}
    forms = set(found) - {*BACKBONE, *safety, *watched, *told}
    assert forms == {"nihss.csv", "mrs.csv", "vitals.csv"}
    arms = dict(columns(found["allocation.csv"])["arm"].values)
    assert arms == {"low": "Low dose", "high": "High dose", "placebo": "Placebo"}
    assert "injury" in columns(found["participants.csv"])["index_on"].label


@pytest.mark.requirement("R-017")
def test_what_is_withheld_from_the_blinded_has_its_words(people: People) -> None:
    kept = columns(described(people, blinded=True)["adverse_events.csv"])
    for item in ("category", "causality", "action"):
        assert WITHHELD in dict(kept[item].values)
    assert WITHHELD not in dict(
        columns(described(people, blinded=False)["adverse_events.csv"])["category"].values
    )


@pytest.mark.requirement("R-061")
def test_the_codebook_has_a_row_for_every_column_and_code(people: People) -> None:
    found = tuple(described(people, blinded=False).values())
    book, labels = codebook.tables(found)
    rows = list(book.rows())
    assert len(rows) == book.count() == sum(len(table.columns) for table in found)
    assert len(list(labels.rows())) == labels.count() > 100
    for table in (book, labels):
        for row in table.rows():
            for column in table.columns:
                assert isinstance(cell(row[column.name], column.kind), str)


def test_the_codebook_gives_unit_limits_and_type(people: People) -> None:
    found = tuple(described(people, blinded=True).values())
    book = {(row["table"], row["column"]): row for row in codebook.tables(found)[0].rows()}
    temperature = book["vitals.csv", "temperature"]
    assert (temperature["unit"], temperature["type"]) == ("°C", "number")
    assert (str(temperature["minimum"]), str(temperature["maximum"])) == ("25.0", "44.0")
    assert book["participants.csv", "died_on"]["type"].startswith("date as far as known")  # type: ignore[attr-defined]  # it is text
    assert book["nihss.csv", "total"]["maximum"] == 42


def test_the_manifest_tells_the_days_of_visits_from_the_index_event_only() -> None:
    days = {
        visit["code"]: visit["day"]
        for visit in manifest.describe(protocol.current(), blinded=False)["visits"]
    }
    assert (days["M6"], days["INF7"], days["UNS"]) == (180, None, None)
    assert manifest.describe(THREE_ARMS, blinded=True)["ratio"] == {
        "low": 1, "high": 1, "placebo": 1,
    }  # fmt: skip


@pytest.mark.requirement("R-051")
@pytest.mark.requirement("R-017")
def test_reports_are_counted_in_every_cut_and_judged_in_unblinded_ones(people: People) -> None:
    event = reported_sae(people, severity="mild")
    assessed(people, event)
    event.refresh_from_db()
    regrade(ae=event, version=2, grade="severe", since="2026-03-11", actor=people.nils, at=AT)
    seen, told = described(people, blinded=True), described(people, blinded=False)
    rows = {name: [*told[name].rows()] for name in told if name.startswith(("ae_", "s"))}
    assert [row["grade"] for row in rows["ae_grades.csv"]] == ["mild", "severe"]
    assert [row["kind"] for row in rows["safety_reports.csv"]] == ["initial", "follow_up"]
    (judged,) = rows["sponsor_assessments.csv"]
    assert (judged["sponsor_causality"], judged["susar"]) == ("possible", True)
    for table in told.values():
        if table.file in rows:
            assert table.count() == len(rows[table.file])
            names = {column.name for column in table.columns}
            assert all(names <= set(row) for row in table.rows())
    # Its hash covers the doses: it could be tried out.
    assert "sha256" not in columns(seen["safety_reports.csv"])
    assert not {"causality", "news"} & set(columns(seen["safety_reports.csv"]))
