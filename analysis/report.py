"""The report of a study: its head and its sections as one tree, and the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.document import Document, Section
from analysis.figures import house_style
from analysis.plan_status import plan_in_brief, warnings
from analysis.sections import SECTIONS, Builder, asked
from analysis.study import Study
from analysis.summary import software, summary_lines

REPORT_SCHEMA = "hermes-report/2"


def build_document(study: Study, builders: Sequence[Builder] = SECTIONS) -> Document:
    """Make every section of the report."""
    manifest = study.manifest
    with house_style():
        made = [builder(study) for builder in builders if asked(builder, study)]
    return Document(
        title=f"{manifest.protocol.code}: statistical report of {manifest.cut}",
        manifest=manifest,
        origin=_origin(study),
        main_results=summary_lines(study),
        sections=tuple(section for section in made if section is not None),
        warnings=warnings(study),
    )


def _origin(study: Study) -> tuple[tuple[str, str], ...]:
    manifest = study.manifest
    return (
        ("Data cut", manifest.cut),
        ("As of", manifest.as_of),
        ("Manifest SHA-256", manifest.sha256),
        ("Newest seal of the trail", manifest.seal or "none named by this cut"),
        ("Blinding", "blinded: no arm in this cut" if manifest.blinded else "not blinded"),
        ("Protocol", f"{manifest.protocol.title}, version {manifest.protocol.version}"),
        ("Analysis plan", plan_in_brief(study)),
        ("Made by, for", f"{manifest.made_by}; {manifest.purpose}"),
        ("Data from", manifest.application),
        ("Computed with", ", ".join(f"{name} {v}" for name, v in software().items())),
    )


def results(study: Study, document: Document) -> dict[str, Any]:
    """Everything computed, ready for JSON: floats have six significant digits, None is missing.

    `tables` holds each table of the report cell for cell as it is shown.
    """
    found: dict[str, Any] = {
        "schema": REPORT_SCHEMA,
        "cut": _identity(study),
        "software": software(),
        "absent": list(study.absent),
        "tables": {
            table.name: {
                "caption": table.caption,
                "columns": list(table.columns),
                "rows": [list(row) for row in table.rows],
            }
            for table in document.files
        },
    }
    for section in document.sections:
        _add(found, section)
    return found


def _add(found: dict[str, Any], section: Section) -> None:
    """The section's numbers under keys of its own.

    Raises:
        ValueError: another section has such a key: one of them would be lost.
    """
    taken = sorted(found.keys() & section.numbers.keys())
    if taken:
        raise ValueError(f"Section {section.key}: {', '.join(taken)} is told already.")
    found |= section.numbers


def _identity(study: Study) -> dict[str, Any]:
    manifest = study.manifest
    return {
        "id": manifest.cut,
        "as_of": manifest.as_of,
        "manifest_sha256": manifest.sha256,
        "seal": manifest.seal or None,
        "blinded": manifest.blinded,
        "simulated": manifest.simulated,
        "made_by": manifest.made_by,
        "purpose": manifest.purpose,
        "application": manifest.application,
        "protocol": f"{manifest.protocol.code} {manifest.protocol.version}",
    }
