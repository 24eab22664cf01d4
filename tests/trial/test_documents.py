"""Documents on paper: what they say, twice alike, and that nothing typed is read as code."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from tests.paper import standards_of, words_of
from trial import documents
from trial.documents import DocumentError, code_svg, make_document

AT = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
MARKUP = '#panic("no") *bold* _it_ $x^2$ <label> @preview/a:1.0 \\ // c /* d */ #{ [x] ` " = + -'


def plain(text: str = "A word", **given: Any) -> bytes:
    data = {"parts": [{"kind": "text", "text": text}]}
    return make_document("plain", **{"title": "A title", "data": data, "at": AT, **given})


def test_it_says_title_trial_time_page_and_the_sealed_list() -> None:
    words = words_of(plain(commitment="ab" * 32))
    for expected in ("A title", "ISIS-HERMES", "2026-03-12 10:00 UTC", "Page 1 of 1", "ab" * 32):
        assert expected in words


def test_an_installation_that_is_not_production_marks_every_page(settings: Any) -> None:
    long = {"parts": [{"kind": "rows", "heads": ["n"], "rows": [["1"]] * 120}]}
    pages = PdfReader(io.BytesIO(plain(data=long))).pages
    assert len(pages) > 1
    assert all("SIMULATED DATA" in page.extract_text() for page in pages)
    settings.HERMES_ENVIRONMENT = "production"
    assert "DATA" not in words_of(plain())


def test_it_is_pdf_a_2a_and_accessible() -> None:
    described = standards_of(plain())
    assert "<pdfaid:part>2</pdfaid:part>" in described
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in described
    assert "<pdfuaid:part>1</pdfuaid:part>" in described
    reader = PdfReader(io.BytesIO(plain()))
    assert str(reader.root_object["/MarkInfo"]) == "{'/Marked': True, '/Suspects': False}"
    assert str(reader.root_object["/Lang"]) == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "A title"
    assert reader.metadata.creation_date == AT


def test_the_same_input_gives_the_same_bytes_and_another_instant_others() -> None:
    assert plain() == plain()
    assert plain() == plain(at=AT.astimezone(UTC))
    assert plain() != plain(at=AT + timedelta(seconds=1))


def test_nothing_of_the_machine_is_in_it() -> None:
    written = plain()
    assert str(documents.TEMPLATES).encode() not in written
    assert b"/home/" not in written
    assert b".typ" not in written


@pytest.mark.parametrize("place", ["title", "text", "commitment"])
def test_what_is_typed_is_set_as_text_and_never_read_as_markup(place: str) -> None:
    given = {"text": MARKUP} if place == "text" else {place: MARKUP}
    assert MARKUP in words_of(plain(**given))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("× 10⁶ ≥ 70 % – é ü ß Ł Ж Ω", "× 10⁶ ≥ 70 % – é ü ß Ł Ж Ω"),
        ("a\x07b", "a[U+0007]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("日本", "[U+65E5][U+672C]"),
        ("one\ntwo\tthree", "one two three"),
    ],
)
def test_a_letter_no_font_has_is_spelled_out_and_never_dropped(typed: str, shown: str) -> None:
    assert shown in words_of(plain(typed))


@pytest.mark.parametrize("name", ["nothing", "../plain", "/etc/passwd", ""])
def test_a_template_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(DocumentError, match="no document template"):
        make_document(name, title="x", data={}, at=AT)


def test_a_template_that_fails_says_which_and_why() -> None:
    with pytest.raises(DocumentError, match=r"template plain failed: .*parts"):
        make_document("plain", title="x", data={}, at=AT)


def test_no_template_fetches_or_evaluates_what_it_is_given_or_leaves_the_folder() -> None:
    for source in documents.TEMPLATES.glob("*.typ"):
        written = re.sub(r"//.*", "", source.read_text())
        assert not re.search(r"\beval\b|@preview|@local|\bplugin\b|\bread\(", written), source.name


def test_a_code_is_drawn_without_colour_or_script() -> None:
    drawn = code_svg("BATCH-1")
    assert drawn.startswith("<svg")
    assert "<script" not in drawn
    assert code_svg("BATCH-1") == drawn != code_svg("BATCH-2")
    assert len(code_svg("B1", micro=True)) < len(drawn)
