"""A data cut is read only when it is, byte for byte, the one that was frozen."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import read_cut
from analysis.errors import CutRefused
from tests.analysis.cut_builder import (
    PROTOCOL,
    Tables,
    blinded,
    known_tables,
    manifest_of,
    write_cut,
    zip_cut,
)

pytestmark = pytest.mark.requirement("R-064")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cut(tmp_path / "cut")


def rewrite_manifest(folder: Path, **facts: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def test_it_reads_a_folder(folder: Path) -> None:
    cut = read_cut(folder)

    assert cut.manifest.cut == "CUT-0001"
    assert len(cut.table("participants.csv")) == 31
    assert cut.manifest.name.endswith(cut.manifest.sha256)


@pytest.mark.parametrize("inside", ["", "CUT-0001/"])
def test_it_reads_a_zip_as_the_same_cut(folder: Path, tmp_path: Path, inside: str) -> None:
    zipped = read_cut(zip_cut(folder, tmp_path / "cut.zip", inside))

    assert zipped.manifest == read_cut(folder).manifest
    assert zipped.table("nihss.csv").equals(read_cut(folder).table("nihss.csv"))


@pytest.mark.parametrize("name", ["nihss.csv", "allocation.csv", "codebook.csv"])
def test_it_refuses_a_flipped_byte(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))

    with pytest.raises(CutRefused, match=rf"{name} was altered: its SHA-256"):
        read_cut(folder)


def test_it_refuses_a_flipped_byte_in_a_zip(folder: Path, tmp_path: Path) -> None:
    content = (folder / "nihss.csv").read_bytes()
    (folder / "nihss.csv").write_bytes(content.replace(b"complete", b"Complete", 1))

    with pytest.raises(CutRefused, match=r"nihss\.csv was altered"):
        read_cut(zip_cut(folder, tmp_path / "cut.zip"))


def test_it_refuses_another_size(folder: Path) -> None:
    with (folder / "mrs.csv").open("ab") as file:
        file.write(b"\n")

    with pytest.raises(CutRefused, match=r"mrs\.csv was altered: \d+ bytes"):
        read_cut(folder)


def test_it_refuses_a_missing_file(folder: Path) -> None:
    (folder / "mrs.csv").unlink()

    with pytest.raises(CutRefused, match=r"not complete: mrs\.csv is missing"):
        read_cut(folder)


def test_it_refuses_an_extra_file(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")

    with pytest.raises(CutRefused, match=r"does not list: notes\.txt"):
        read_cut(folder)


def test_it_refuses_folders_that_hold_no_file_of_the_cut(folder: Path, tmp_path: Path) -> None:
    (folder / "more").mkdir()
    with pytest.raises(CutRefused, match="more is an empty folder"):
        read_cut(folder)

    (folder / "more" / "deep").mkdir()
    with pytest.raises(CutRefused, match="more/deep is a folder in a folder"):
        read_cut(folder)


@pytest.mark.requirement("R-064")
def test_it_proves_the_files_of_other_formats_too(folder: Path, tmp_path: Path) -> None:
    content = b"of another format"
    (folder / "parquet").mkdir()
    (folder / "parquet" / "mrs.parquet").write_bytes(content)
    with pytest.raises(CutRefused, match=r"does not list: parquet/mrs\.parquet"):
        read_cut(folder)

    listed = {
        "file": "parquet/mrs.parquet", "rows": None, "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    rewrite_manifest(folder, files=[listed])
    assert read_cut(folder).manifest.files[-1].name == "parquet/mrs.parquet"
    assert "parquet/mrs.parquet" not in read_cut(folder).tables

    (folder / "parquet" / "mrs.parquet").write_bytes(b"Of another format")
    with pytest.raises(CutRefused, match=r"parquet/mrs\.parquet was altered"):
        read_cut(folder)


def test_it_refuses_a_missing_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()

    with pytest.raises(CutRefused, match=r"holds no manifest\.json"):
        read_cut(folder)


def test_it_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CutRefused, match="does not exist"):
        read_cut(tmp_path / "nothing")


def test_it_refuses_a_file_that_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(b"PK nothing of the kind")

    with pytest.raises(CutRefused, match="not a readable zip"):
        read_cut(tmp_path / "cut.zip")


def test_it_refuses_a_zip_that_holds_a_file_twice(folder: Path, tmp_path: Path) -> None:
    path = zip_cut(folder, tmp_path / "cut.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("mrs.csv", b"another")

    with pytest.raises(CutRefused, match=r"holds mrs\.csv twice"):
        read_cut(path)


def test_it_refuses_another_schema(folder: Path) -> None:
    rewrite_manifest(folder, schema="hermes-cut/2")

    with pytest.raises(CutRefused, match="has the schema 'hermes-cut/2'"):
        read_cut(folder)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("cut", None),
        ("blinded", "no"),
        ("protocol", []),
        ("tables", ["nihss.csv"]),
        ("seal", "7"),
        ("seal", {"number": 7, "hash": "short"}),
        ("seal", {"number": "7", "hash": "ab" * 32}),
        ("protocol", dict(PROTOCOL) | {"arms": [PROTOCOL["arms"][0]] * 2}),
        ("protocol", dict(PROTOCOL) | {"outcomes": [PROTOCOL["outcomes"][0] | {"code": "../x"}]}),
        ("protocol", dict(PROTOCOL) | {"ratio": {"cells": "two"}}),
        ("protocol", dict(PROTOCOL) | {"visits": [{"code": "V0", "label": "", "day": "7"}]}),
    ],
)
def test_it_refuses_a_manifest_it_cannot_use(folder: Path, fact: str, value: object) -> None:
    rewrite_manifest(folder, **{fact: value})

    with pytest.raises(CutRefused, match=r"manifest\.json"):
        read_cut(folder)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe"])
def test_it_refuses_a_manifest_it_cannot_read(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)

    with pytest.raises(CutRefused, match=r"manifest\.json"):
        read_cut(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1\n", "row 2: 1 cells, not 2"),
        (b"a,a\n1,2\n", "names a column twice"),
        (b'a\n"1\n', "not readable as CSV"),
        (b"", "not readable as CSV"),
        (b"\xff\n", "not readable as CSV"),
    ],
)
def test_it_refuses_a_table_that_is_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "odd.csv").write_bytes(content)
    manifest = manifest_of({"participants.csv": b"a\n"})
    (tmp_path / "participants.csv").write_bytes(b"a\n")
    digest = hashlib.sha256(content).hexdigest()
    odd = {"file": "odd.csv", "rows": None, "sha256": digest, "bytes": len(content)}
    manifest["tables"].append(odd)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CutRefused, match=words):
        read_cut(tmp_path)


def test_it_refuses_a_wrong_number_of_rows(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_text())["tables"]
    for entry in listed:
        entry["rows"] += entry["file"] == "mrs.csv"
    rewrite_manifest(folder, tables=listed)

    with pytest.raises(CutRefused, match=r"mrs\.csv holds \d+ rows, the manifest says"):
        read_cut(folder)


def test_it_takes_the_guard_off_text(tmp_path: Path, tables: Tables) -> None:
    tables["screening.csv"][-1]["reason"] = "'=cmd"
    tables["screening.csv"][-2]["reason"] = "''-not a guard alone"
    tables["screening.csv"][-3]["reason"] = "'tis"

    cut = read_cut(write_cut(tmp_path, tables))

    assert list(cut.table("screening.csv")["reason"])[-3:] == [
        "'tis",
        "'-not a guard alone",
        "=cmd",
    ]


@pytest.mark.parametrize("name", ["allocation.csv", "treatment.csv"])
def test_it_refuses_a_blinded_cut_that_tells_arms(tmp_path: Path, name: str) -> None:
    tables = blinded(known_tables()) | {name: known_tables()[name]}

    with pytest.raises(CutRefused, match=f"says it is blinded yet holds {name}"):
        read_cut(write_cut(tmp_path, tables, blinded=True))


def test_it_refuses_a_blinded_cut_with_phases(tmp_path: Path) -> None:
    tables = blinded(known_tables())
    tables["adverse_events.csv"] = known_tables()["adverse_events.csv"]

    with pytest.raises(CutRefused, match="says it is blinded yet holds adverse_events"):
        read_cut(write_cut(tmp_path, tables, blinded=True))


def test_it_refuses_an_open_cut_without_arms(tmp_path: Path) -> None:
    with pytest.raises(CutRefused, match="says it is not blinded yet lacks"):
        read_cut(write_cut(tmp_path, blinded(known_tables())))


def test_it_names_the_table_and_column_it_misses(folder: Path) -> None:
    cut = read_cut(folder)

    with pytest.raises(CutRefused, match=r"nihss\.csv has no column gaze"):
        cut.table("nihss.csv", "total", "gaze")
    with pytest.raises(CutRefused, match=r"holds no labs\.csv"):
        cut.table("labs.csv")
