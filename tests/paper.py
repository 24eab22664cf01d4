"""Read a PDF back: its words, and what it says of itself."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.generic import StreamObject


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, one space between them."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def words_of(pdf: bytes) -> str:
    """All words of all pages, one space between them."""
    return " ".join(pages_of(pdf))


def standards_of(pdf: bytes) -> str:
    """The document's own description (XMP), where it names the standards it keeps."""
    described = PdfReader(io.BytesIO(pdf)).root_object["/Metadata"]
    assert isinstance(described, StreamObject)
    return described.get_data().decode()
