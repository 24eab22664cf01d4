"""A pack as files: the PDF for reading, and every table as CSV in one zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from analysis.manifest import Manifest
from analysis.tables import NOT_AVAILABLE, NUMBER, Table, to_csv
from exports.packs.figures.closed import NARRATIVE
from exports.packs.figures.drawing import Picture
from exports.packs.figures.opened import INDENT
from exports.packs.figures.pack import CLOSED, Pack, Part
from exports.packs.figures.suppressing import FEW, MARK
from safety.dsmb.models import DECISIONS
from trial.documents import make_document

# A table with so many columns is set small; one with so few rows stands on one page.
WIDE, TOGETHER = 7, 16
_FROM_BELOW = re.compile(r"at least \d+|[+-]\d+|–")
# The oldest day a zip can name: when the cut was made stands in every row.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Head:
    """What every page of a pack says: the meeting, and the sealed list's commitment."""

    meeting: str
    held_on: str
    cut_off: str
    commitment: str


def pdf(pack: Pack, manifest: Manifest, head: Head, *, as_of: datetime) -> bytes:
    """The pack as PDF/A, its creation date that of the cut: same cut, same bytes."""
    sections: list[Mapping[str, Any]] = [
        {"title": title, "parts": _together(parts), "apart": False}
        for title, parts in pack.sections
    ]
    if pack.kind == CLOSED:
        sections.append({"title": "Recommendation form", "parts": _form(), "apart": True})
    data = {
        "kind": pack.kind,
        "meeting": head.meeting,
        "cut": manifest.cut,
        "as_of": manifest.as_of,
        "sha256": manifest.sha256,
        "seal": manifest.seal,
        "facts": [
            ["Meeting", f"{head.meeting}, {head.held_on}, on data up to {head.cut_off}"],
            ["Data cut", manifest.name],
            ["Made by", f"{manifest.made_by}, {manifest.application}"],
        ],
        "sections": sections,
    }
    title = f"{head.meeting}: {pack.kind.lower()} pack"
    return make_document("pack", title=title, data=data, at=as_of, commitment=head.commitment)


def tables(pack: Pack, manifest: Manifest, meeting: str) -> bytes:
    """Every table as CSV; each row names the cut it comes from."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in pack.tables:
            entry = zipfile.ZipInfo(f"{meeting}-{pack.kind}/{table.name}.csv", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o440 << 16
            archive.writestr(entry, to_csv(table, manifest))
    return out.getvalue()


def _together(parts: Sequence[Part]) -> list[Mapping[str, Any]]:
    """The parts of a section; a figure and the table that belongs to it stay on one page."""
    found: list[Mapping[str, Any]] = []
    left = list(parts)
    while left:
        part = left.pop(0)
        if isinstance(part, Picture) and left and _belongs(left[0], part):
            found.append({"kind": "group", "parts": [*_parts(part), *_parts(left.pop(0))]})
        else:
            found += _parts(part)
    return found


def _belongs(part: Part, picture: Picture) -> bool:
    return isinstance(part, Table) and part.name == f"{picture.name}_at_risk"


def _parts(part: Part) -> list[Mapping[str, Any]]:
    """A part as the template shows it; narratives stand below their table, not in a column."""
    if isinstance(part, Picture):
        return [{"kind": "picture", "title": part.title, "svg": part.svg, "words": part.words}]
    if isinstance(part, str):
        return [{"kind": "text", "text": part}]
    if part.columns[-1] != NARRATIVE:
        return [_table(part)]
    told = [f"{' · '.join(row[: part.stub + 1])}: {row[-1]}" for row in part.rows
            if row[-1] != NOT_AVAILABLE]  # fmt: skip
    short = replace(part, columns=part.columns[:-1], rows=tuple(row[:-1] for row in part.rows))
    none = ["No narrative is written yet."] if part.rows else []
    return [_table(short), *({"kind": "text", "text": line} for line in told or none)]


def _table(table: Table) -> Mapping[str, Any]:
    wide = len(table.columns) >= WIDE
    return {
        "kind": "table",
        "title": table.caption,
        "heads": [_broken(head) if "(N=" in head else head for head in table.columns],
        "rows": [[_shown(cell) for cell in row] for row in table.rows],
        "notes": table.notes,
        "wide": wide,
        "whole": len(table.rows) <= TOGETHER,
        "numeric": [_numeric(table, place) for place in range(len(table.columns))],
    }


def _shown(cell: str) -> str:
    """The cell; spaces before it would be taken away, these are not."""
    return cell.replace(INDENT, 3 * "\u00a0", 1) if cell.startswith(INDENT) else cell


def _broken(head: str) -> str:
    """The head of a narrow column on lines of its own: the group, its size, what is told."""
    return head.replace(": ", "\n").replace(" (N=", "\n(N=")


def _numeric(table: Table, place: int) -> bool:
    cells = [row[place] for row in table.rows]
    plain = all(NUMBER.fullmatch(cell) or cell in {MARK, FEW} or _FROM_BELOW.fullmatch(cell)
                for cell in cells)  # fmt: skip
    return place >= table.stub and plain and bool(cells)


def _form() -> list[Mapping[str, Any]]:
    return [
        {"kind": "text", "text": "The board recommends to:"},
        *({"kind": "choice", "text": words} for _, words in DECISIONS),
        {"kind": "space", "text": "What shall change, or why:", "lines": 5},
        {"kind": "space", "text": "Chair, name and signature:", "lines": 1},
        {"kind": "space", "text": "Day:", "lines": 1},
    ]
