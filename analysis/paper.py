"""The report on paper: PDF/A-2a and PDF/UA-1, made from the same tree as the page.

The same tree gives the same bytes: the creation date is the cut's instant, fonts are those inside
the wheels of Typst and Matplotlib, nothing is fetched, and no path or clock of the machine goes in.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst
from matplotlib.ft2font import FT2Font

from analysis.document import (
    SIMULATED,
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Section,
    place_of,
)
from analysis.figures import Drawing
from analysis.tables import Table, is_numeric

TEMPLATE = Path(__file__).with_name("report.typ")
# Archivable with its text and reading order (ISO 19005-2, level A), and accessible (ISO 14289-1).
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
UPRIGHT_MM, ACROSS_MM = (178.0, 225.0), (265.0, 150.0)
"""Room for a figure on an upright page and on one lying across: width and height."""
SIZES = ((7, 8.4), (9, 7.6), (11, 6.9))
"""Columns of a table at most, and its letters' height in points; more columns are set smallest."""
SMALLEST = 6.3
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
LETTERS = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def to_paper(document: Document) -> bytes:
    """The report as PDF."""
    said = json.dumps(_readable(_said(document)), ensure_ascii=False)
    made_at = datetime.fromisoformat(document.manifest.as_of)
    return _compiled(said, int(made_at.timestamp()))


def _compiled(said: str, at: int) -> bytes:
    compiler = typst.Compiler(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"said": said},
    )
    made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=at)
    return made if isinstance(made, bytes) else b""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(LETTERS.parent)]
    )


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Every letter the font of the figures has; the text falls back on it."""
    return frozenset(map(chr, FT2Font(str(LETTERS)).get_charmap()))


def _readable(value: Any) -> Any:
    """The data with what no font can show, or what turns the reading order, spelled out."""
    if isinstance(value, str):
        return value.translate({ord(one): _spelled(one) for one in set(value) if _hidden(one)})
    if isinstance(value, Mapping):
        return {key: _readable(one) for key, one in value.items()}
    return [_readable(one) for one in value] if isinstance(value, list | tuple) else value


def _hidden(letter: str) -> bool:
    if letter == "\n":
        return False
    return letter not in _known() or unicodedata.bidirectional(letter) in TURNING


def _spelled(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"


def _said(document: Document) -> Mapping[str, Any]:
    manifest, numbers = document.manifest, document.numbered()
    return {
        "title": document.title,
        "head": f"{manifest.protocol.code}: statistical report",
        "mark": SIMULATED if manifest.simulated else "",
        "cut": f"Data cut {manifest.cut}, as of {manifest.as_of}",
        "manifest": f"SHA-256 of the manifest {manifest.sha256}",
        "seal": f"Newest seal of the trail: {manifest.seal or 'none named by this cut'}",
        "warnings": document.warnings,
        "origin": document.origin,
        "main": document.main_results,
        "sections": [_section(section, numbers) for section in document.sections],
    }


def _section(section: Section, numbers: Mapping[str, str]) -> Mapping[str, Any]:
    room = ACROSS_MM if section.wide else UPRIGHT_MM
    blocks = [block for block in section.blocks if block != Bullets(())]
    return {
        "title": section.title,
        "wide": section.wide,
        "parts": [_part(block, numbers, room) for block in blocks],
    }


def _part(block: Block, numbers: Mapping[str, str], room: tuple[float, float]) -> Mapping[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text}
    if isinstance(block, Paragraph):
        return {"kind": "remark" if block.remark else "paragraph", "text": block.text}
    if isinstance(block, Bullets):
        return {"kind": "list", "items": block.items}
    if isinstance(block, Table):
        return _table(block, numbers[place_of(block)])
    return _figure(block, numbers[place_of(block)], room)


def _figure(drawing: Drawing, number: str, room: tuple[float, float]) -> Mapping[str, Any]:
    width, height = drawing.width * 25.4, drawing.height * 25.4
    scale = min(1.0, room[0] / width, room[1] / height)
    return {
        "kind": "figure",
        "svg": drawing.svg.decode(),
        "words": drawing.description,
        "caption": f"{number}. {drawing.title}",
        "width": round(width * scale, 2),
    }


def _table(table: Table, number: str) -> Mapping[str, Any]:
    columns = len(table.columns)
    empty = ("none",) + ("",) * (columns - 1)
    rows = table.rows or (empty,)
    return {
        "kind": "table",
        "caption": f"{number}. {table.caption}",
        "heads": table.columns,
        "rows": [
            _row(table, row, before) for row, before in zip(rows, ((), *rows[:-1]), strict=True)
        ],
        "notes": table.notes,
        "stub": table.stub,
        "broad": columns > SIZES[-1][0] and table.stub == 1,
        "size": next((size for most, size in SIZES if columns <= most), SMALLEST),
        "numeric": [is_numeric(table, place) for place in range(columns)],
    }


def _row(table: Table, row: tuple[str, ...], before: tuple[str, ...]) -> Mapping[str, Any]:
    """A row as the template shows it: what is said again is quiet, a new block has a line."""
    again = [
        place + 1 < table.stub and row[: place + 1] == before[: place + 1]
        for place in range(len(row))
    ]
    return {
        "head": bool(table.rows) and len(row) > 1 and not any(row[1:]),
        "rule": table.stub > 1 and bool(before) and row[0] != before[0],
        "cells": [
            {"text": _indented(cell), "again": said} for cell, said in zip(row, again, strict=True)
        ],
    }


def _indented(cell: str) -> str:
    """The cell; spaces before it would be taken away, these are not."""
    return f"\u00a0\u00a0\u00a0{cell.strip()}" if cell.startswith("  ") else cell
