"""The files of a pack: archivable, the same bytes each time, nothing in them that computes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject

from analysis.cut import Cut, read_cut
from analysis.tables import Table
from exports.packs import rendering
from exports.packs.figures import pack
from exports.packs.figures.pack import Pack
from exports.packs.rendering import Head
from exports.packs.workbook import ABOUT, NAME, sheet_names, workbook
from tests.analysis.cut_builder import write_cut
from tests.archivable import objections
from tests.exports.packs.made_cut import SETTING, pack_tables
from tests.exports.packs.reading import Files
from tests.paper import standards_of, words_of

pytestmark = pytest.mark.requirement("R-056")
FORMULA = '=HYPERLINK("https://example.org","x")'
# What tells an arm, in whichever file of an open pack it stood.
ARMS = ("Mesenchymal", "No cells", "Group A", "Group B", "usual care", "allocat", "by arm")


@pytest.fixture(scope="module")
def cut(files: Files) -> Cut:
    return read_cut(files.folder)


def made(of: Pack, cut: Cut) -> dict[str, bytes]:
    """Every file of a pack."""
    as_of = datetime.fromisoformat(cut.manifest.as_of)
    head = Head("DSMB-01", "2030-01-10", "2029-12-31", "c" * 64)
    return {
        "pdf": rendering.pdf(of, cut.manifest, head, as_of=as_of),
        "zip": rendering.tables(of, cut.manifest, "DSMB-01"),
        "xlsx": workbook(of, cut.manifest, meeting="DSMB-01", as_of=as_of),
    }


@pytest.fixture(scope="module")
def written(opened: Pack, closed: Pack, cut: Cut) -> dict[str, dict[str, bytes]]:
    return {of.kind: made(of, cut) for of in (opened, closed)}


@pytest.fixture(scope="module")
def words(written: dict[str, dict[str, bytes]]) -> dict[str, str]:
    """What stands in the PDF of each pack."""
    return {kind: words_of(files["pdf"]) for kind, files in written.items()}


def unzipped(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in archive.infolist())
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_two_runs_give_the_same_bytes(
    files: Files, cut: Cut, written: dict[str, dict[str, bytes]]
) -> None:
    again = read_cut(files.folder)
    assert made(pack.open_pack(again, SETTING, []), again) == written["OPEN"]
    assert made(pack.closed_pack(again, SETTING, masked=True), again) == written["CLOSED"]


@pytest.mark.parametrize("kind", ["OPEN", "CLOSED"])
def test_the_pdf_is_archivable(written: dict[str, dict[str, bytes]], kind: str) -> None:
    assert objections(written[kind]["pdf"]) == []


def _broken(writer: PdfWriter) -> None:
    """No font in the file, no output intent, no language, not tagged, a script, another title."""
    root = writer.root_object
    for one in writer._objects:
        if isinstance(one, DictionaryObject) and one.get("/Type") == "/FontDescriptor":
            for key in {"/FontFile2", "/FontFile3"} & set(one):
                del one[key]
    del root["/OutputIntents"], root["/Lang"]
    unmarked = DictionaryObject({NameObject("/Marked"): BooleanObject(False)})
    root[NameObject("/MarkInfo")] = unmarked
    root[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript")}
    )
    writer.add_metadata({"/Title": "another"})


def test_what_breaks_a_rule_is_found(written: dict[str, dict[str, bytes]]) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(written["OPEN"]["pdf"])))
    _broken(writer)
    out = io.BytesIO()
    writer.write(out)
    found = objections(out.getvalue())
    assert {
        "There is not one output intent of PDF/A.", "The document says no language.",
        "The document is not tagged.", "An action /JavaScript.", "The titles differ.",
    } <= set(found)  # fmt: skip
    assert any("is not in the file" in one for one in found)
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(written["OPEN"]["pdf"])))
    locked.encrypt("", algorithm="RC4-128")
    out = io.BytesIO()
    locked.write(out)
    assert "The file is encrypted." in objections(out.getvalue())


def test_the_open_pack_has_no_arm_in_any_of_its_files(
    written: dict[str, dict[str, bytes]], words: dict[str, str]
) -> None:
    opened = written["OPEN"]
    reader = PdfReader(io.BytesIO(opened["pdf"]))
    texts = [words["OPEN"], standards_of(opened["pdf"]), str(reader.metadata)]
    texts += [*unzipped(opened["zip"]).values(), *unzipped(opened["xlsx"]).values()]
    texts += [str(entry) for entry in unzipped(opened["zip"])]
    for word in ARMS:
        assert not any(word.lower() in text.lower() for text in texts), word


def test_the_open_pack_is_the_same_whoever_was_allocated_to_what(
    opened: Pack, tmp_path: Path
) -> None:
    """Both arms exchanged for everybody: the pooled numbers stay, and nothing else may differ."""
    tables, other = pack_tables(), {"cells": "control", "control": "cells"}
    for name, column in (("allocation.csv", "arm"), ("treatment.csv", "received")):
        for row in tables[name]:
            row[column] = other[row[column]]
    for row in tables["adverse_events.csv"]:
        row["phase"] = "not_infused"
    turned = read_cut(write_cut(tmp_path / "turned", tables))
    assert pack.open_pack(turned, SETTING, []).sections == opened.sections
    masked = pack.closed_pack(turned, replace(SETTING, masks={"cells": "A", "control": "B"}),
                              masked=True)  # fmt: skip
    assert masked.sections != opened.sections


@pytest.mark.parametrize("kind", ["OPEN", "CLOSED"])
def test_the_workbook_has_a_sheet_a_table_that_says_where_it_comes_from(
    written: dict[str, dict[str, bytes]], opened: Pack, closed: Pack, cut: Cut, kind: str
) -> None:
    of = opened if kind == "OPEN" else closed
    book = load_workbook(io.BytesIO(written[kind]["xlsx"]))
    names = sheet_names(of.tables)
    assert book.sheetnames == [ABOUT, *names]
    for sheet in book:
        first = [str(row[0].value) for row in sheet.iter_rows(min_row=1, max_row=4)]
        assert first[0].startswith(f"{kind} · ")
        assert first[1:] == [f"Cut {cut.manifest.cut}", f"Cut-off {cut.manifest.as_of}",
                             f"SHA-256 of the cut {cut.manifest.sha256}"]  # fmt: skip
        assert not any(cell.data_type == "f" or cell.hyperlink for row in sheet for cell in row)
    for name, table in zip(names, of.tables, strict=True):
        rows = [[cell.value for cell in row] for row in book[name].iter_rows()]
        texts = [str(row[0]) for row in rows]
        assert texts[4] == table.caption
        assert texts[5 : 5 + len(table.notes)] == list(table.notes)
        start = 6 + len(table.notes)
        assert tuple(rows[start]) == table.columns
        _same(rows[start + 1 :], table)
    assert str(book.properties.created) == "2029-12-31 00:00:00"


def _same(rows: list[list[Any]], table: Table) -> None:
    wanted = table.rows or (("None.", *("" for _ in table.columns[1:])),)
    assert len(rows) == len(wanted)
    for row, cells in zip(rows, wanted, strict=True):
        for value, cell in zip(row, cells, strict=True):
            number = isinstance(value, int | float)
            assert (float(cell) == value) if number else (str(value or "") == cell)


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    tables = pack_tables()
    for row in tables["adverse_events.csv"]:
        row["term"], row["narrative"] = FORMULA, "+1-1"
    evil = read_cut(write_cut(tmp_path / "evil", tables))
    as_of = datetime.fromisoformat(evil.manifest.as_of)
    whole = pack.closed_pack(evil, SETTING, masked=True)
    content = workbook(whole, evil.manifest, meeting="DSMB-01", as_of=as_of)
    sheet = load_workbook(io.BytesIO(content))["sae_listing"]
    found = [cell for row in sheet for cell in row if cell.value in {FORMULA, "+1-1"}]
    assert len(found) > 5
    for cell in found:
        assert cell.data_type == "s"
        assert cell.quotePrefix
    assert not any("<f>" in part or "hyperlink" in part for part in unzipped(content).values())


def test_two_long_names_give_two_sheets() -> None:
    long = "baseline_mrs_grade_before_this_stroke"
    tables = [Table(f"{long}{end}", "", (), ()) for end in ("", "_again", "_and_again")]
    names = sheet_names([*tables, Table("about", "", (), ())])
    assert len({name.lower() for name in (ABOUT, *names)}) == 5
    assert all(len(name) <= NAME for name in names)


def test_the_narratives_stand_below_their_listing(words: dict[str, str]) -> None:
    assert "Account 4" in words["CLOSED"]
    assert "Account" not in words["OPEN"]
