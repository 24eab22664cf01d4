"""Words of HL7 version 3 that an ICSR is written in: elements, identifiers, codes, values, times.

The code lists and identifiers of ICH E2B(R3) stand under one root; each is called by its number
there (ICH E2B(R3) Implementation Guide, Appendix I; ISO/HL7 27953-2). Text is only ever text.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from zoneinfo import ZoneInfo

ICH = "2.16.840.1.113883.3.989.2.1"
MEDDRA = "2.16.840.1.113883.6.163"
COUNTRIES = "1.0.3166.1.2.2"  # ISO 3166-1 alpha-2
SEXES = "1.0.5218"  # ISO 5218
INTERACTIONS = "2.16.840.1.113883.1.6"
TRIGGERS = "2.16.840.1.113883.1.18"
ACT_CODES = "2.16.840.1.113883.5.4"
# The list of what an observation is of.
OBSERVATIONS = 19
NAMESPACES = {
    "xmlns": "urn:hl7-org:v3",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
Child = ET.Element | str | None
# What XML 1.0 cannot hold at all.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def node(tag: str, *children: Child, **attributes: str) -> ET.Element:
    """An element; what is None is left out."""
    made = ET.Element(tag, {name: _plain(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            made.text = _plain(child)
        elif child is not None:
            made.append(child)
    return made


def document(root: ET.Element) -> bytes:
    """The file: UTF-8, indented, the same bytes for the same content."""
    for name, value in NAMESPACES.items():
        root.set(name, value)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def identified(number: int, extension: str, tag: str = "id") -> ET.Element:
    """An identifier in one of ICH's name spaces."""
    return node(tag, root=f"{ICH}.3.{number}", extension=extension)


def coded(listed: int, code: str, tag: str = "code") -> ET.Element:
    """A code of one of ICH's lists."""
    return node(tag, code=code, codeSystem=f"{ICH}.1.{listed}")


def country(code: str) -> ET.Element:
    """A country."""
    return node("code", code=code, codeSystem=COUNTRIES)


def value(kind: str, *children: Child, **attributes: str) -> ET.Element:
    """A value of an HL7 data type."""
    made = node("value", *children, **attributes)
    made.set("xsi:type", kind)
    return made


def chosen(listed: int, code: str) -> ET.Element:
    """A value that is a code of one of ICH's lists."""
    return value("CE", code=code, codeSystem=f"{ICH}.1.{listed}")


def flag(answer: bool | None, *, unknown: str = "NI") -> ET.Element:
    """Yes, no, or the null flavour that says why neither."""
    if answer is None:
        return value("BL", nullFlavor=unknown)
    return value("BL", value="true" if answer else "false")


def observed(code: str, *children: Child, tag: str = "observation") -> ET.Element:
    """An observation, by its number in ICH's list of them."""
    return act(tag, "OBS", coded(OBSERVATIONS, code), *children)


def act(tag: str, kind: str, *children: Child) -> ET.Element:
    """Something that happened, of an HL7 class."""
    return node(tag, *children, classCode=kind, moodCode="EVN")


def entity(tag: str, kind: str, *children: Child) -> ET.Element:
    """Somebody or something, of an HL7 class."""
    return node(tag, *children, classCode=kind, determinerCode="INSTANCE")


def linked(tag: str, kind: str, *children: Child) -> ET.Element:
    """What joins two acts, or an act and somebody."""
    return node(tag, *children, typeCode=kind)


def authored(*children: Child) -> ET.Element:
    """Who is behind an act."""
    return linked("author", "AUT", node("assignedEntity", *children, classCode="ASSIGNED"))


def span(start: str, end: str) -> ET.Element | None:
    """A time from and to, each as far as known; nothing where neither is."""
    if not start and not end:
        return None
    low = node("low", value=digits(start)) if start else None
    high = node("high", value=digits(end)) if end else None
    made = node("effectiveTime", low, high)
    made.set("xsi:type", "IVL_TS")
    return made


def digits(partial: str) -> str:
    """A partial date, ``2027-03``, as its digits: no digit stands for what is not known."""
    return partial.replace("-", "")


def instant(at: datetime, zone: str) -> str:
    """An instant to the second with its offset."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y%m%d%H%M%S%z")


def calendar_day(at: datetime, zone: str) -> str:
    """The day of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y%m%d")


def _plain(text: str) -> str:
    return _FORBIDDEN.sub(lambda hit: f"[U+{ord(hit[0]):04X}]", text)
