"""A pack as files: the PDF for reading, and every table as CSV in one zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analysis.manifest import Manifest
from analysis.tables import Table, to_csv
from exports.packs.figures.drawing import Picture
from exports.packs.figures.pack import CLOSED, Pack, Part
from safety.dsmb.models import DECISIONS
from trial.documents import make_document

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
    sections = [{"title": title, "parts": [_part(part) for part in parts]}
                for title, parts in pack.sections]  # fmt: skip
    if pack.kind == CLOSED:
        sections.append({"title": "Recommendation form", "parts": _form()})
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


def _part(part: Part) -> Mapping[str, Any]:
    if isinstance(part, Table):
        return {"kind": "table", "title": part.caption, "heads": part.columns,
                "rows": part.rows, "notes": part.notes}  # fmt: skip
    if isinstance(part, Picture):
        return {"kind": "picture", "title": part.title, "svg": part.svg, "words": part.words}
    return {"kind": "text", "text": part}


def _form() -> list[Mapping[str, Any]]:
    lines = [f"☐ {words}" for _, words in DECISIONS]
    found = ["The board recommends to:", *lines, "What shall change, or why:", "Signed, and when:"]
    return [{"kind": "text", "text": line} for line in found]
