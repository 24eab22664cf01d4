"""What a PDF must keep to be archivable, as far as it can be read off the file.

No validator of PDF/A is to be had from the registries the tests install from, so these are the
rules of ISO 19005-2 (levels A and B) that the file's own objects show; what only the content
streams or the fonts' tables show (glyph widths, for one) is left to the typesetter.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    PdfObject,
    StreamObject,
)

# ISO 19005-2: 6.5.1 actions, 6.3.1 annotations, 6.2.8 and 6.2.9 images and form XObjects.
ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState",
    "/Rendition", "/Trans", "/GoTo3DView", "/JavaScript",
}  # fmt: skip
ANNOTATIONS = {"/3D", "/Sound", "/Screen", "/Movie"}


def objections(pdf: bytes) -> list[str]:
    """Every rule the file breaks; none of an archivable one."""
    return [*_file(pdf), *_document(PdfReader(io.BytesIO(pdf)))]


def _file(pdf: bytes) -> Iterator[str]:
    """6.1.2 and 6.1.3: the header, the mark of a binary file, the end, no encryption, an id."""
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", pdf):
        yield "The header is not that of a binary PDF 1."
    if not pdf.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "Something stands after the end of the file."
    reader = PdfReader(io.BytesIO(pdf))
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        yield "The file is encrypted."
    if len(reader.trailer.get("/ID", ())) != 2:
        yield "The file has no id."


def _document(reader: PdfReader) -> Iterator[str]:
    root = reader.root_object
    yield from _described(reader, root)
    yield from _colours(root)
    if not _true(_dictionary(root.get("/MarkInfo")), "/Marked") or "/StructTreeRoot" not in root:
        yield "The document is not tagged."
    if not root.get("/Lang"):
        yield "The document says no language."
    if "/AA" in root or "/XFA" in _dictionary(root.get("/AcroForm")):
        yield "The document acts by itself."
    if {"/JavaScript", "/AlternatePresentations"} & set(_dictionary(root.get("/Names"))):
        yield "The document has scripts."
    for found in _objects(reader):
        yield from _object(found)


def _described(reader: PdfReader, root: DictionaryObject) -> Iterator[str]:
    """6.6.2 and 6.6.4: XMP in the clear that names the standard and agrees with the information."""
    stream = _resolved(root.get("/Metadata"))
    if not isinstance(stream, StreamObject) or "/Filter" in stream:
        yield "There is no XMP in the clear."
        return
    xmp = stream.get_data().decode()
    if "<pdfaid:part>2</pdfaid:part>" not in xmp:
        yield "The XMP does not say PDF/A-2."
    if not re.search(r"<pdfaid:conformance>[ABU]</pdfaid:conformance>", xmp):
        yield "The XMP names no level."
    said: Mapping[str, object] = reader.metadata or {}
    title = re.search(r"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", xmp, re.DOTALL)
    if said.get("/Title") != (title[1] if title else None):
        yield "The titles differ."
    for key, name in (("/CreationDate", "xmp:CreateDate"), ("/ModDate", "xmp:ModifyDate")):
        stamp = re.search(rf"<{name}>(.*?)</{name}>", xmp)
        digits = re.sub(r"\D", "", str(said.get(key, "")))[:14]
        if (key in said) != bool(stamp):
            yield f"{key} stands in one place only."
        elif stamp and re.sub(r"\D", "", stamp[1])[:14] != digits:
            yield f"{key} differs from {name}."
    tool = re.search(r"<xmp:CreatorTool>(.*?)</xmp:CreatorTool>", xmp)
    if said.get("/Creator") != (tool[1] if tool else None):
        yield "The creators differ."


def _colours(root: DictionaryObject) -> Iterator[str]:
    """6.2.3: the output intent of PDF/A, with the profile inside."""
    intents = [_dictionary(one) for one in root.get("/OutputIntents", ArrayObject())]
    mine = [one for one in intents if one.get("/S") == "/GTS_PDFA1"]
    if len(mine) != 1:
        yield "There is not one output intent of PDF/A."
        return
    profile = _resolved(mine[0].get("/DestOutputProfile"))
    if not isinstance(profile, StreamObject) or profile.get_data()[36:40] != b"acsp":
        yield "The output intent has no ICC profile."
    elif profile.get("/N") not in {1, 3, 4} or profile.get_data()[8] > 4:
        yield "The ICC profile is of no allowed kind."


def _object(found: DictionaryObject) -> Iterator[str]:
    if found.get("/Type") == "/Font":
        yield from _font(found)
    if found.get("/S") in ACTIONS:
        yield f"An action {found['/S']}."
    if found.get("/Type") == "/Annot":
        yield from _annotation(found)
    if isinstance(found, StreamObject):
        yield from _stream(found)
    if "/TR" in found or found.get("/TR2", "/Default") != "/Default":
        yield "A transfer function."
    if "/EF" in found:
        yield "A file inside the file."


def _annotation(found: DictionaryObject) -> Iterator[str]:
    sort = found.get("/Subtype")
    if sort in ANNOTATIONS:
        yield f"An annotation {sort}."
    if sort != "/Popup" and not int(found.get("/F", 0)) & 4:
        yield "An annotation that is not printed."


def _stream(found: StreamObject) -> Iterator[str]:
    if {"/F", "/FFilter"} & set(found):
        yield "A stream outside the file."
    if "/LZWDecode" in str(found.get("/Filter", "")):
        yield "A stream in LZW."
    if found.get("/Subtype") == "/PS" or {"/PS", "/OPI", "/Ref"} & set(found):
        yield "A PostScript or reference XObject."
    if found.get("/Subtype") == "/Image" and _true(found, "/Interpolate"):
        yield "An image to interpolate."


def _font(font: DictionaryObject) -> Iterator[str]:
    """6.2.11.4: the program of every font lies in the file; text maps to letters."""
    if font.get("/Subtype") == "/Type3":
        return
    if font.get("/Subtype") == "/Type0":
        if "/ToUnicode" not in font:
            yield f"The font {font.get('/BaseFont')} does not say its letters."
        return
    described = _dictionary(font.get("/FontDescriptor"))
    if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(described):
        yield f"The font {font.get('/BaseFont')} is not in the file."


def _objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary reachable from the trailer, once."""
    seen: set[tuple[int, int]] = set()
    left: list[PdfObject | None] = [reader.trailer]
    while left:
        one = left.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            yield one
            left += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            left += list(one)


def _true(found: DictionaryObject, key: str) -> bool:
    value = _resolved(found.get(key))
    return isinstance(value, BooleanObject) and bool(value.value)


def _resolved(one: object) -> object:
    return one.get_object() if isinstance(one, IndirectObject) else one


def _dictionary(one: object) -> DictionaryObject:
    found = _resolved(one)
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
