"""The ODM file: valid, whole, the values of the CSV, who did what, and no arm if blinded."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from exports.errors import UnfitForFormat
from exports.formats.frozen import Frozen
from exports.formats.odm import writing
from exports.formats.odm.trail import instant
from exports.formats.odm.writing import NAMESPACE
from tests.exports.cdisc import harness, odm_reader
from tests.exports.cdisc.harness import Cut
from tests.exports.cdisc.scene import SOON, WHY
from tests.exports.cdisc.schemas import ODM, faults
from tests.people import AT
from trial import protocol
from trial.csv_cells import unguarded

_O = f"{{{NAMESPACE}}}"
# Who the scene corrected: the third in Grenoble.
CORRECTED = "GRE-003-1"


def written(cut: Cut, folder: Path) -> bytes:
    """The file of these tables."""
    return harness.files(writing.write, cut, folder / "cut")["odm/odm.xml"].read_bytes()


def document(cut: Cut, folder: Path) -> Any:
    """The file, read."""
    return etree.fromstring(written(cut, folder))


def expected(frozen: Frozen) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Every table as its CSV has it, without what is empty and without a sheet's apostrophes."""
    for table in frozen.tables:
        kinds = {column.name: column.kind for column in table.table.columns}
        with table.path.open(encoding="utf-8", newline="") as file:
            yield (
                table.name,
                [
                    {
                        name: unguarded(cell) if kinds[name] in {"text", "choice"} else cell
                        for name, cell in row.items()
                        if cell
                    }
                    for row in csv.DictReader(file, strict=True)
                ],
            )


def order(row: dict[str, str]) -> list[tuple[str, str]]:
    """Any order that both sides share."""
    return sorted(row.items())


@pytest.mark.requirement("R-061")
def test_it_is_valid_and_reads_back_to_the_values_of_the_csv(each: Cut, tmp_path: Path) -> None:
    root = document(each, tmp_path)
    assert faults(ODM, root) == []
    assert odm_reader.dangling(root) == []
    assert odm_reader.defined_twice(root) == []
    read = odm_reader.tables(root)
    for name, rows in expected(each.frozen):
        columns = {column for row in rows for column in row}
        back = [
            {key: value for key, value in row.items() if value and key in columns}
            for row in read.pop(name, [])
        ]
        assert sorted(back, key=order) == sorted(rows, key=order), name
    assert read == {}


@pytest.mark.requirement("R-061")
def test_the_metadata_are_those_of_the_protocol_in_force(each: Cut, tmp_path: Path) -> None:
    plan = protocol.current()
    root = document(each, tmp_path)
    events = {one.get("OID"): one.get("Name") for one in root.iter(f"{_O}StudyEventDef")}
    assert events == {"SE.TRIAL": "The whole trial"} | {
        f"SE.{visit.code}": visit.label
        for visit in plan.visits
        if not (each.frozen.blinded and visit.only_arms)
    }
    assert root.findtext(f"{_O}Study/{_O}GlobalVariables/{_O}StudyName") == plan.code


@pytest.mark.requirement("R-061")
def test_an_item_says_who_changed_it_last_and_its_row_who_entered_it(
    blinded: Cut, tmp_path: Path
) -> None:
    root = document(blinded, tmp_path)
    [group] = [
        one
        for one in root.iter(f"{_O}ItemGroupData")
        if one.get("ItemGroupOID") == "IG.VITALS" and whose(one.getparent()) == CORRECTED
    ]
    assert told(root, group.find(f"{_O}AuditRecord")) == ("Nils Berg", "Grenoble", AT, None)
    items = {one.get("ItemOID"): one for one in group.iter(f"{_O}ItemData")}
    systolic = items["I.VITALS.SYSTOLIC"]
    assert systolic.get("Value") == "152"
    assert told(root, systolic.find(f"{_O}AuditRecord")) == ("Ines Roth", "Grenoble", SOON, WHY)
    assert items["I.VITALS.DIASTOLIC"].find(f"{_O}AuditRecord") is None


@pytest.mark.requirement("R-061")
def test_a_form_carries_the_signature_that_holds_and_none_that_a_change_voided(
    blinded: Cut, tmp_path: Path
) -> None:
    root = document(blinded, tmp_path)
    signed = {
        one.getparent().get("FormOID"): one
        for one in root.iter(f"{_O}Signature")
        if whose(one.getparent()) == CORRECTED
    }
    assert list(signed) == ["F.MRS"]
    assert told(root, signed["F.MRS"]) == ("Ines Roth", "Grenoble", AT, None)
    assert signed["F.MRS"].find(f"{_O}SignatureRef").get("SignatureOID") == "SD.record"


@pytest.mark.requirement("R-014")
def test_a_blinded_file_has_no_arm_no_hidden_visit_and_no_history_of_events(
    blinded: Cut, tmp_path: Path
) -> None:
    root = document(blinded, tmp_path)
    text = etree.tostring(root, encoding="unicode")
    plan = protocol.current()
    hidden = [f"SE.{one.code}" for one in plan.visits if one.only_arms]
    for word in (*(arm.label for arm in plan.arms), *hidden, "ALLOCATION", "TREATMENT", "Infused"):
        assert word not in text, word
    events = [
        one
        for one in root.iter(f"{_O}ItemGroupData")
        if one.get("ItemGroupOID") == "IG.ADVERSE_EVENTS"
    ]
    assert len(events) == 3
    assert [one for event in events for one in event.iter(f"{_O}AuditRecord")] == []


def test_the_same_tables_make_the_same_bytes(unblinded: Cut, tmp_path: Path) -> None:
    assert written(unblinded, tmp_path / "a") == written(unblinded, tmp_path / "b")


def test_a_character_that_xml_cannot_hold_is_told_with_table_and_column(
    unblinded: Cut, tmp_path: Path
) -> None:
    own = unblinded.copy(tmp_path / "cut")
    spoil(own, "adverse_events.csv", "Pneumonia", "Pneu\x0bmonia")
    with pytest.raises(UnfitForFormat, match=r"adverse_events\.csv, column term: .* U\+000B"):
        list(writing.write(own))


def test_a_visit_without_an_event_is_told(blinded: Cut, tmp_path: Path) -> None:
    own = blinded.copy(tmp_path / "cut")
    spoil(own, "visits.csv", ",M1,1", ",M0,1")
    with pytest.raises(UnfitForFormat, match=r"visits\.csv, column visit: "):
        list(writing.write(own))


def spoil(frozen: Frozen, file: str, old: str, new: str) -> None:
    """Put something else into a table."""
    path = frozen.folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def whose(form: Any) -> str:
    """The participant a form is of."""
    return str(form.getparent().getparent().get("SubjectKey"))


def told(root: Any, one: Any) -> tuple[str, str, object, str | None]:
    """Who, where, when and why, in the words of the file."""
    who = one.find(f"{_O}UserRef").get("UserOID")
    where = one.find(f"{_O}LocationRef").get("LocationOID")
    [name] = [
        user.findtext(f"{_O}FullName") for user in root.iter(f"{_O}User") if user.get("OID") == who
    ]
    [place] = [at.get("Name") for at in root.iter(f"{_O}Location") if at.get("OID") == where]
    stamp = one.findtext(f"{_O}DateTimeStamp")
    at = next((known for known in (AT, SOON) if instant(known) == stamp), stamp)
    return name, place, at, one.findtext(f"{_O}ReasonForChange")
