"""Freezing a cut: done? wrong role? blinded? audit broken?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from analysis.cut import read_cut
from audit.models import Event, Seal, SealedRow
from exports import presenters, services
from exports.errors import BlindedCutOnly
from exports.models import DataCut
from tests.exports.trial_data import (
    FORMULAS,
    Trial,
    contents,
    folder_of,
    frozen,
    names,
    table,
)
from tests.people import AT, People
from trial.access import NotDelegated


@pytest.mark.requirement("R-060")
def test_it_says_who_when_why_and_what(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people, purpose="first look")
    assert (cut.code, cut.status, cut.blinded, cut.purpose) == (
        "CUT-0001", "done", True, "first look",
    )  # fmt: skip
    manifest = json.loads((folder_of(cut) / "manifest.json").read_bytes())
    assert manifest == cut.manifest
    assert manifest["made_by"] == "Stan Ozols"
    assert (manifest["cut"], manifest["purpose"], manifest["simulated"]) == (
        "CUT-0001", "first look", True,
    )  # fmt: skip
    assert manifest["application"].startswith("hermes-ecrf ")
    assert manifest["counts"]["participants"] == 3


@pytest.mark.requirement("R-060")
def test_it_lists_every_file_with_its_hash_size_and_rows(
    trial: Trial, committed_people: People
) -> None:
    cut = frozen(committed_people, blinded=False)
    files = contents(cut)
    assert cut.manifest is not None
    listed = {row["file"]: row for row in cut.manifest["tables"] + cut.manifest["files"]}
    assert set(listed) | {"manifest.json"} == set(files) == set(names(cut))
    for name, row in listed.items():
        assert row["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert row["bytes"] == len(files[name])
        assert row["rows"] == (None if "/" in name else len(table(cut, name)))
    assert cut.manifest_sha256 == hashlib.sha256(files["manifest.json"]).hexdigest()


@pytest.mark.requirement("R-064")
@pytest.mark.parametrize("blinded", [True, False])
def test_it_is_read_by_the_statistics_module(
    blinded: bool, trial: Trial, committed_people: People
) -> None:
    read = read_cut(folder_of(frozen(committed_people, blinded=blinded)))
    assert read.manifest.blinded is blinded
    assert len(read.table("participants.csv")) == 3
    terms = list(read.table("adverse_events.csv")["term"])
    assert terms == [*FORMULAS]


def test_it_holds_what_was_entered(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people, blinded=False)
    nihss = [row for row in table(cut, "nihss.csv") if row["participant"] == trial.infused.code]
    assert [(row["visit"], row["total"], row["motor"], row["day"]) for row in nihss] == [
        ("V0", "12", "8", "8")
    ]
    person = {row["participant"]: row for row in table(cut, "participants.csv")}
    assert person[trial.infused.code]["eligible"] == "1"
    assert person[trial.infused.code]["eligibility_signed_on"] == "2026-02-03"
    assert person[trial.infused.code]["age_at_consent"] == "66"
    assert person[trial.lost.code]["eligible"] == ""
    assert person[trial.lost.code]["lost_on"] == "2026-03-01"
    screening = {row["screening_id"]: row for row in table(cut, "screening.csv")}
    assert screening["GRE-S003"]["reason"] == "age"
    assert screening["GRE-S003"]["participant"] == ""


def test_it_keeps_a_form_that_was_not_done(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    row = next(r for r in table(cut, "mrs.csv") if r["participant"] == trial.lost.code)
    assert (row["status"], row["not_done_reason"]) == ("not_done", '\'-no time, "rushed"')
    assert row["total"] == row["grade"] == row["assessed_on"] == row["day"] == ""


@pytest.mark.requirement("R-062")
def test_it_guards_what_a_spreadsheet_would_compute(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    assert [row["term"] for row in table(cut, "adverse_events.csv")] == ["'=1+1", "''=1+1"]


@pytest.mark.requirement("R-015")
def test_it_holds_the_three_facts_apart_when_unblinded(
    trial: Trial, committed_people: People
) -> None:
    cut = frozen(committed_people, blinded=False)
    assert [row["arm"] for row in table(cut, "allocation.csv")] == ["cells"]
    treatment = table(cut, "treatment.csv")
    assert [(row["received"], row["cells_millions"]) for row in treatment] == [("cells", "100.0")]
    assert [row["phase"] for row in table(cut, "adverse_events.csv")] == ["unknown"] * 2


@pytest.mark.requirement("R-017")
def test_it_tells_no_arm_when_blinded(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    assert not {"allocation.csv", "treatment.csv"} & set(names(cut))
    assert "phase" not in table(cut, "adverse_events.csv")[0]
    assert {row["visit"] for row in table(cut, "visits.csv")}.isdisjoint({"BMA", "INF", "INF7"})
    assert table(cut, "vitals.csv") == []
    for name, content in contents(cut).items():
        for word in (b"BMA", b"INF7", b"aspiration,", b"infused", b"cells_millions"):
            assert word not in content, (name, word)


@pytest.mark.requirement("R-017")
def test_it_is_the_same_to_the_blinded_whatever_the_arm_did(
    trial: Trial, committed_people: People
) -> None:
    """Only the hidden visit and its record differ between the two cuts; both are left out."""
    cut = frozen(committed_people)
    assert cut.manifest is not None
    assert cut.manifest["counts"]["vitals"] == 0
    assert cut.rows_done == sum(
        row["rows"]
        for row in cut.manifest["tables"]
        if row["file"] not in {"codebook.csv", "value_labels.csv"}
    )


@pytest.mark.requirement("R-061")
def test_it_explains_every_column_and_code(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people, blinded=False)
    explained = {(row["table"], row["column"]) for row in table(cut, "codebook.csv")}
    tables = {name for name in names(cut) if "/" not in name}
    for name in tables - {"manifest.json", "codebook.csv", "value_labels.csv"}:
        header = (folder_of(cut) / name).read_text(encoding="utf-8").split("\n", 1)[0]
        assert {(name, column) for column in header.split(",")} <= explained
    labels = {
        (r["table"], r["column"], r["value"]): r["label"] for r in table(cut, "value_labels.csv")
    }
    assert labels["mrs.csv", "grade", "6"] == "Dead"
    assert labels["treatment.csv", "received", "cells"] == "Mesenchymal stem cells"
    assert labels["visits.csv", "visit", "BMA"] == "Marrow aspiration"


@pytest.mark.requirement("R-060")
def test_it_gives_the_same_bytes_for_the_same_data(trial: Trial, committed_people: People) -> None:
    first, second = (contents(frozen(committed_people, blinded=False)) for _ in range(2))
    assert {k: v for k, v in first.items() if k != "manifest.json"} == {
        k: v for k, v in second.items() if k != "manifest.json"
    }


@pytest.mark.requirement("R-060")
def test_it_leaves_its_acts_in_the_trail(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people, blinded=False)
    events = Event.objects.filter(subject_type="exports.DataCut", subject_id=str(cut.pk))
    asked, done = events.order_by("pk")
    assert (asked.name, asked.actor, asked.data["purpose"]) == (
        "cut.requested", committed_people.uma, "a test",
    )  # fmt: skip
    assert (done.name, done.role, done.data["sha256"]) == (
        "cut.done", "data cut worker", cut.manifest_sha256,
    )  # fmt: skip
    assert asked.reveals_arm
    assert done.reveals_arm


def test_its_files_cannot_be_read_by_other_accounts_nor_written(
    trial: Trial, committed_people: People, cuts_dir: Path
) -> None:
    cut = frozen(committed_people)
    assert cuts_dir.stat().st_mode & 0o777 == 0o700
    files = [path for path in folder_of(cut).rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o222 for path in files} == {0}


@pytest.mark.parametrize("name", ["nils", "ines", "mona", "dag", "ivan", "ada", "tess", "otto"])
def test_it_refuses_people_who_make_no_cuts(name: str, people: People) -> None:
    with pytest.raises(NotDelegated):
        services.request_cut(purpose="x", blinded=True, actor=getattr(people, name), at=AT)
    assert not DataCut.objects.exists()


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", ["stan", "dora"])
def test_it_refuses_an_unblinded_cut_to_the_blinded(name: str, people: People) -> None:
    with pytest.raises(BlindedCutOnly):
        services.request_cut(purpose="x", blinded=False, actor=getattr(people, name), at=AT)
    assert not DataCut.objects.exists()


@pytest.mark.requirement("R-032", "R-060")
def test_it_names_the_newest_seal_of_the_trail_made_before_it_was_read(
    trial: Trial, committed_people: People
) -> None:
    cut = frozen(committed_people)
    seal = Seal.objects.latest("number")
    assert cut.manifest is not None
    assert cut.manifest["seal"] == {"number": seal.number, "hash": seal.hash}
    asked = Event.objects.get(name="cut.requested")
    assert SealedRow.objects.filter(table="audit_event", key=asked.pk).exists()
    assert read_cut(folder_of(cut)).manifest.seal == f"{seal.number}:{seal.hash}"
    assert ("Newest seal of the trail", f"{seal.number}:{seal.hash}") in presenters.facts(cut)
