"""SDTM: whole files, every answer in them, days without a day 0, and no arm if blinded."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from exports.errors import UnfitForFormat
from exports.formats.cdisc.countries import alpha_3
from exports.formats.cdisc.dates import epoch, study_day
from exports.formats.sdtm import writing
from outcomes.scales import INSTRUMENTS
from tests.exports.cdisc import harness, package
from tests.exports.cdisc.harness import Cut
from tests.exports.cdisc.package import Package
from tests.exports.cdisc.test_odm import spoil
from trial import protocol

FINDINGS = ("vs", "rs", "qs", "ft", "nv", "zr")
PERSON = "ISIS-HERMES-GRE-001-5"
DEAD = "ISIS-HERMES-GRE-004-4"


_made: dict[Path, Package] = {}


def written(cut: Cut, folder: Path) -> Package:
    """The package of a cut, written once for all tests."""
    known = cut.frozen.folder
    if known not in _made:
        _made[known] = anew(cut, folder)
    return _made[known]


def anew(cut: Cut, folder: Path) -> Package:
    """The package of a cut, written now."""
    harness.files(writing.write, cut, folder / "cut")
    return Package(folder / "cut" / "sdtm")


@pytest.mark.requirement("R-061")
def test_define_xml_and_the_files_say_the_same(each: Cut, tmp_path: Path) -> None:
    package.check(written(each, tmp_path))


@pytest.mark.requirement("R-061")
def test_every_row_is_of_a_subject_and_has_a_number_of_its_own(each: Cut, tmp_path: Path) -> None:
    found = written(each, tmp_path)
    subjects = {row["USUBJID"] for row in found.rows("dm")}
    study = protocol.current().code
    assert subjects == {f"{study}-{row['SUBJID']}" for row in found.rows("dm")}
    for name in found.names:
        rows = found.rows(name)
        assert {row["STUDYID"] for row in rows} == {study}
        if name.startswith("supp"):
            parents = {
                (row["USUBJID"], str(row.get(f"{row['DOMAIN']}SEQ", "")))
                for row in found.rows(name.removeprefix("supp"))
            }
            assert {(row["USUBJID"], row["IDVARVAL"] or "") for row in rows} <= parents
        elif "USUBJID" in rows[0]:
            assert {row["USUBJID"] for row in rows} <= subjects
            keys = [(row["USUBJID"], row.get(f"{name.upper()}SEQ")) for row in rows]
            assert len(keys) == len(set(keys))


@pytest.mark.requirement("R-061")
def test_every_answer_and_score_of_every_form_is_a_finding(each: Cut, tmp_path: Path) -> None:
    found = written(each, tmp_path)
    results = sum(
        row[f"{name.upper()}ORRES"] is not None
        for name in FINDINGS
        if name in found.names
        for row in found.rows(name)
    )
    answers = 0
    for table in each.frozen.tables:
        instrument = INSTRUMENTS.get(table.name)
        if instrument is None or table.name == "demographics":
            continue
        asked = {
            one.name
            for one in (*instrument.columns(), *instrument.score_columns())
            if one.role in {"answer", "score"} and one.kind != "date"
        }
        with table.path.open(newline="") as file:
            answers += sum(
                bool(cell)
                for row in csv.DictReader(file)
                for name, cell in row.items()
                if name in asked
            )
    assert results == answers > 0


@pytest.mark.requirement("R-061")
def test_a_participant_is_told_as_cdisc_asks(unblinded: Cut, tmp_path: Path) -> None:
    found = written(unblinded, tmp_path)
    people = {row["USUBJID"]: row for row in found.rows("dm")}
    wanted = {
        "SITEID": "GRE", "RFICDTC": "2026-02-02", "RFSTDTC": "2026-02-03", "BRTHDTC": "1960",
        "AGE": 66, "AGEU": "YEARS", "SEX": "F", "ARMCD": "CELLS", "ACTARMCD": "CELLS",
        "ARMNRS": None, "COUNTRY": "FRA", "RFXSTDTC": "2026-03-04",
    }  # fmt: skip
    assert {name: people[PERSON][name] for name in wanted} == wanted
    assert (people[DEAD]["DTHDTC"], people[DEAD]["DTHFL"]) == ("2026-03", "Y")
    assert people[DEAD]["ARMNRS"] == "NOT ASSIGNED"
    [given] = found.rows("ex")
    assert (given["EXDOSE"], given["EXROUTE"], given["EXSTDY"]) == (100.0, "INTRAVENOUS", 30)
    terms = [row["DSDECOD"] for row in found.rows("ds") if row["USUBJID"] == DEAD]
    assert terms == ["INFORMED CONSENT OBTAINED", "DEATH"]


@pytest.mark.requirement("R-061")
def test_an_event_has_cdiscs_words_and_its_day(unblinded: Cut, tmp_path: Path) -> None:
    found = written(unblinded, tmp_path)
    vague, _, pneumonia = found.rows("ae")
    wanted = {
        "AETERM": "Pneumonia", "AESEV": "SEVERE", "AESER": "Y", "AESHOSP": "Y", "AESDTH": "N",
        "AEOUT": "RECOVERING/RESOLVING", "AESTDTC": "2026-03-10", "AESTDY": 36,
        "EPOCH": "TREATMENT", "AEREL": "UNLIKELY",
    }  # fmt: skip
    assert {name: pneumonia[name] for name in wanted} == wanted
    assert (vague["AESTDTC"], vague["AESTDY"], vague["EPOCH"]) == ("2026-03", None, None)
    assert vague["AETERM"] == "=1+1"
    emergent = [row for row in found.rows("suppae") if row["QNAM"] == "AETRTEM"]
    assert [(row["IDVARVAL"], row["QVAL"]) for row in emergent] == [("3", "Y")]


@pytest.mark.requirement("R-061")
def test_a_form_that_was_not_done_says_so_and_why(blinded: Cut, tmp_path: Path) -> None:
    rows = written(blinded, tmp_path).rows("rs")
    [missed] = [row for row in rows if row["RSSTAT"]]
    assert (missed["RSTESTCD"], missed["RSCAT"], missed["RSSTAT"], missed["RSREASND"]) == (
        "RSALL", "MRS", "NOT DONE", '-no time, "rushed"',
    )  # fmt: skip
    assert missed["RSORRES"] is None


@pytest.mark.requirement("R-014")
def test_a_blinded_package_tells_no_arm(blinded: Cut, tmp_path: Path) -> None:
    found = written(blinded, tmp_path)
    assert not {"ex", "suppex", "ta", "te"} & set(found.names)
    for row in found.rows("dm"):
        told = [row[name] for name in ("ARM", "ARMCD", "ACTARM", "ACTARMCD", "RFXSTDTC")]
        assert told == [None] * 5
        assert (row["ARMNRS"] is None) is (row["RFSTDTC"] is not None)
    plan = protocol.current()
    words = [arm.label for arm in plan.arms] + ["CELLS", "CONTROL", "AETRTEM", "Marrow"]
    for path in found.folder.iterdir():
        text = path.read_bytes().decode("latin-1")
        assert [word for word in words if word in text] == [], path.name
    visits = {row["VISITNUM"] for row in found.rows("sv")}
    hidden = {at for at, one in enumerate(plan.visits, start=1) if one.only_arms}
    assert not visits & hidden
    assert {row["VISITNUM"] for row in found.rows("tv")}.isdisjoint(hidden)


@pytest.mark.requirement("R-061")
def test_what_is_the_sponsors_own_is_marked_and_has_no_code(each: Cut, tmp_path: Path) -> None:
    lists = package.sponsors(written(each, tmp_path))
    assert lists["SEX"] == ("C66731", [])
    assert lists["VSTESTCD"] == ("C66741", ["VSALL"])
    assert lists["RSTESTCD"] == ("", [])
    assert lists["AESEV"] == ("C66769", [])


def test_the_same_tables_make_the_same_bytes(unblinded: Cut, tmp_path: Path) -> None:
    once, again = (
        {path.name: path.read_bytes() for path in anew(unblinded, tmp_path / name).folder.iterdir()}
        for name in ("a", "b")
    )
    assert once == again


@pytest.mark.parametrize(
    ("term", "why"),
    [("Pneumonie à Grenoble", "not plain ASCII"), ("x" * 201, "over 200 characters")],
)
def test_text_that_transport_cannot_hold_is_told_with_domain_and_variable(
    term: str, why: str, unblinded: Cut, tmp_path: Path
) -> None:
    own = unblinded.copy(tmp_path / "cut")
    spoil(own, "adverse_events.csv", "Pneumonia", term)
    with pytest.raises(UnfitForFormat, match=f"ae, column AETERM: .*{why}"):
        list(writing.write(own))


def test_a_code_without_a_term_is_told(unblinded: Cut, tmp_path: Path) -> None:
    own = unblinded.copy(tmp_path / "cut")
    spoil(own, "adverse_events.csv", ",severe,", ",dire,")
    with pytest.raises(UnfitForFormat, match=r"ae, column AESEV: has a code its list does not"):
        list(writing.write(own))


def test_a_country_nobody_knows_in_three_letters_is_told() -> None:
    assert alpha_3({"GRE": "FR"}) == {"GRE": "FRA"}
    with pytest.raises(UnfitForFormat, match=r"dm, column COUNTRY: .* XX"):
        alpha_3({"GRE": "XX"})


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-02-03", 1), ("2026-02-02", -1), ("2026-02-04", 2), ("2026-02", None), ("", None)],
)
def test_there_is_no_day_0(day: str, expected: int | None) -> None:
    assert study_day(day, "2026-02-03") == expected
    assert study_day(day, "") is None


def test_the_epoch_turns_on_the_day_of_randomization() -> None:
    days = ("2026-02-02", "2026-02-03", "2026-02")
    assert [epoch(day, "2026-02-03") for day in days] == ["SCREENING", "TREATMENT", ""]
    assert epoch("2026-05-01", "") == "SCREENING"
