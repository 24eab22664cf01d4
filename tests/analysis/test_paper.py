"""The report on paper: archivable, the same words as the page, its cut on each sheet."""

from __future__ import annotations

import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from analysis.cut import read_cut
from analysis.output import report_files
from analysis.study import analyse
from tests.analysis.conftest import Written
from tests.analysis.cut_builder import BARE, Tables, write_cut
from tests.archivable import objections

pytestmark = pytest.mark.requirement("R-064", "R-065")


def sheets(pdf: bytes) -> list[str]:
    """The text of each page, its spaces taken away: a line may break anywhere."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_it_is_archivable_and_tagged(light_report: Written) -> None:
    assert objections(light_report.files()["report.pdf"]) == []


@pytest.fixture(scope="module")
def paper(light_report: Written) -> list[str]:
    """The sheets of the light cut's report."""
    return sheets(light_report.files()["report.pdf"])


def test_each_sheet_names_the_cut_and_says_that_it_is_simulated(
    paper: list[str], light_folder: Path
) -> None:
    digest = hashlib.sha256((light_folder / "manifest.json").read_bytes()).hexdigest()
    assert len(paper) > 10
    for sheet in paper:
        assert "DatacutCUT-0001,asof2029-12-31T00:00:00Z" in sheet
        assert digest in sheet
        assert f"7:{'ab' * 32}" in sheet
        assert "SIMULATEDDATA" in sheet


class Words(HTMLParser):
    """The text of a page without what only the page has: links, contents, head."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.kind = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"td", "th", "caption", "h2", "h3"}:
            self.kind = tag

    def handle_endtag(self, tag: str) -> None:
        self.kind = ""

    def handle_data(self, data: str) -> None:
        if self.kind and data.strip():
            self.cells.append("".join(data.split()))


def test_it_says_what_the_page_says(light_report: Written, paper: list[str]) -> None:
    files = light_report.files()
    said = "".join(paper).replace("-", "")
    words = Words(files["report.html"].decode()).cells

    assert len(words) > 1500
    missing = [word for word in dict.fromkeys(words) if word.replace("-", "") not in said]
    # A cell of several lines is read line by line with its neighbours between.
    assert [word for word in missing if len(word) < 12] == []


def test_its_figures_keep_their_text(light_report: Written, paper: list[str]) -> None:
    files = light_report.files()
    said = "".join(paper)

    for name, content in files.items():
        if name.endswith(".svg"):
            words = re.findall(r"<text[^>]*>([^<]{12,})</text>", content.decode())
            assert words, name
            assert any("".join(word.split()) in said for word in words), name


def test_letters_no_font_has_and_marks_that_turn_are_spelled(
    tmp_path: Path, tables: Tables
) -> None:
    tables["screening.csv"][-1]["reason"] = "\u202eturned \U00012000 away\x07 for $5"
    folder = write_cut(tmp_path, tables, protocol=BARE)

    files = report_files(analyse(read_cut(folder)))
    found = "".join(sheets(files["report.pdf"]))

    assert ElementTree.fromstring(files["figures/consort.svg"]) is not None  # noqa: S314 - our own
    assert "for$5" in found
    assert "[U+202E]" in found
    assert "[U+12000]" in found
    assert "[U+0007]" in found
