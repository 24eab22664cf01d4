"""ADaM: whole files, baselines and changes, times to events, and no arm if blinded."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.formats.adam import writing
from exports.formats.adam.times import first_serious
from exports.formats.cdisc.persons import Person, Setting
from tests.exports.cdisc import harness, package
from tests.exports.cdisc.harness import Cut
from tests.exports.cdisc.package import Package
from tests.exports.cdisc.test_odm import spoil
from tests.exports.cdisc.test_sdtm import DEAD, PERSON
from tests.exports.cdisc.test_sdtm import written as tabulated
from trial import protocol

SCALES = {"adnihss", "admrs", "adbi", "adfma", "adfmri", "adsmrsq", "adbi20"}
_made: dict[Path, Package] = {}


def written(cut: Cut, folder: Path) -> Package:
    """The package of a cut, written once for all tests."""
    known = cut.frozen.folder
    if known not in _made:
        harness.files(writing.write, cut, folder / "cut")
        _made[known] = Package(folder / "cut" / "adam")
    return _made[known]


@pytest.mark.requirement("R-061")
def test_define_xml_and_the_files_say_the_same(each: Cut, tmp_path: Path) -> None:
    package.check(written(each, tmp_path))


@pytest.mark.requirement("R-061")
def test_every_value_is_that_of_the_test_in_sdtm(each: Cut, tmp_path: Path) -> None:
    tests = tabulated(each, tmp_path / "sdtm")
    found = written(each, tmp_path / "adam")
    numbers = {
        (row["USUBJID"], row[f"{name}TESTCD"], row["VISITNUM"]): (
            row[f"{name}STRESN"],
            row[f"{name}DTC"],
            row[f"{name}DY"],
        )
        for name in ("RS", "QS", "FT", "NV")
        if name.lower() in tests.names
        for row in tests.rows(name.lower())
    }
    rows = [row for name in SCALES & set(found.names) for row in found.rows(name)]
    assert rows
    for row in rows:
        told = numbers[row["USUBJID"], row["PARAMCD"], row["VISITNUM"]]
        assert (row["AVAL"], row["ADT"], row["ADY"]) == told
    subjects = {row["USUBJID"] for row in tests.rows("dm")}
    assert {row["USUBJID"] for row in found.rows("adsl")} == subjects


@pytest.mark.requirement("R-061")
def test_a_change_is_from_the_baseline_the_protocol_declares(
    unblinded: Cut, tmp_path: Path
) -> None:
    rows = written(unblinded, tmp_path).rows("adnihss")
    mine = [row for row in rows if row["USUBJID"] == PERSON and row["PARAMCD"] == "NIHSSTOT"]
    told = [
        (row["AVISIT"], row["AVAL"], row["BASE"], row["CHG"], row["ABLFL"], row["ANL01FL"])
        for row in mine
    ]
    assert told == [
        ("Inclusion", 12.0, 12.0, None, "Y", "Y"),
        ("1 month, baseline", 1.0, 12.0, -11.0, None, "Y"),
    ]
    assert [row["ADY"] for row in mine] == [-1, 22]
    # Somebody who was not randomized is there and in no analysis.
    assert {row["ANL01FL"] for row in rows if row["USUBJID"] == DEAD} == {None}


@pytest.mark.requirement("R-061")
def test_a_participant_has_populations_treatments_and_an_end(
    unblinded: Cut, tmp_path: Path
) -> None:
    people = {row["USUBJID"]: row for row in written(unblinded, tmp_path).rows("adsl")}
    wanted = {
        "TRT01P": "Mesenchymal stem cells", "TRT01A": "Mesenchymal stem cells", "ITTFL": "Y",
        "SAFFL": "Y", "RANDDT": "2026-02-03", "TRTSDT": "2026-03-04", "EOSSTT": "ONGOING",
    }  # fmt: skip
    assert {name: people[PERSON][name] for name in wanted} == wanted
    dead = people[DEAD]
    assert (dead["EOSSTT"], dead["DCSREAS"], dead["DTHFL"], dead["DTHDT"], dead["ITTFL"]) == (
        "DISCONTINUED", "DEATH", "Y", None, "N",
    )  # fmt: skip


@pytest.mark.requirement("R-061")
def test_times_count_from_randomization_and_end_in_an_event_or_not(
    unblinded: Cut, tmp_path: Path
) -> None:
    found = written(unblinded, tmp_path).rows("adtte")
    told = [(row["PARAMCD"], row["AVAL"], row["CNSR"], row["EVNTDESC"]) for row in found]
    assert told == [
        ("DEATH", 30, 1, "Last known to take part"),
        ("SAE1", 36, 0, "Serious adverse event"),
    ]


def test_a_death_whose_day_is_not_known_counts_without_a_time(
    unblinded: Cut, tmp_path: Path
) -> None:
    own = unblinded.copy(tmp_path / "cut")
    spoil(own, "participants.csv", "2026-02-03,all,,,", "2026-02-03,all,2026-03,,")
    list(writing.write(own))
    death, _ = Package(own.folder / "adam").rows("adtte")
    assert (death["AVAL"], death["ADT"], death["CNSR"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("onsets", "expected"),
    [
        ([("2026-02-02", "1"), ("2026-02-05", "0")], ""),
        ([("2026-03-01", "1"), ("2026-02-10", "1")], "2026-02-10"),
        ([("2026-02", "1")], "2026-02"),
        ([("2026-02", "1"), ("2026-03-01", "1")], "2026-03-01"),
    ],
)
def test_the_first_serious_event_is_from_randomization_on(
    onsets: list[tuple[str, str]], expected: str
) -> None:
    setting = Setting(protocol.current(), False, "", {}, {})
    events = [{"onset": onset, "serious": serious} for onset, serious in onsets]
    facts = [{"randomized_on": "2026-02-03"}]
    person = Person(setting, "X", {"participants": facts, "adverse_events": events})
    assert first_serious(person) == expected


@pytest.mark.requirement("R-014")
def test_a_blinded_package_tells_no_arm(blinded: Cut, tmp_path: Path) -> None:
    found = written(blinded, tmp_path)
    for row in found.rows("adsl"):
        assert [row[name] for name in ("TRT01P", "TRT01A", "TRTSDT", "TRTEDT")] == [None] * 4
    words = [arm.label for arm in protocol.current().arms] + ["TRTEMFL", "Marrow"]
    for path in found.folder.iterdir():
        text = path.read_bytes().decode("latin-1")
        assert [word for word in words if word in text] == [], path.name
