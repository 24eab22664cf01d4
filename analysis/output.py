"""Write a report into a folder: all of it or nothing, and nothing stale left beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import CutRefused
from analysis.page import PAPER, to_page
from analysis.paper import to_paper
from analysis.report import build_document, results
from analysis.study import Study
from analysis.tables import table_files

RESULTS = "results.json"
SCHEMAS = ("hermes-report/1", "hermes-report/2")
"""Reports this module wrote and may replace."""


def report_files(study: Study, *, paper: bool = True) -> dict[str, bytes]:
    """Every file of the report by its path inside it; `results.json` lists the others' hashes.

    Without `paper` there is no PDF, which takes longest.
    """
    document = build_document(study)
    files = dict(table_files(document.files, study.manifest))
    files |= {f"figures/{figure.name}.svg": figure.svg for figure in document.figures}
    files["report.html"] = to_page(document)
    if paper:
        files[PAPER] = to_paper(document)
    found = results(study, document)
    found["files"] = [
        {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
    return files | {RESULTS: f"{text}\n".encode()}


def prepare(out: Path, cut: Path | None) -> None:
    """Check that a report may be written to `out`, before anything is computed.

    Raises:
        CutRefused: `out` is inside the cut, is a file, or holds something else than a report.
    """
    if cut is not None and cut.is_dir() and out.resolve().is_relative_to(cut.resolve()):
        raise CutRefused(f"{out} is inside the data cut; a report there would alter the cut.")
    if out.exists() and not out.is_dir():
        raise CutRefused(f"{out} is a file; name a folder for the report.")
    if out.is_dir() and any(out.iterdir()):
        _listed(out)


def write_report(files: Mapping[str, bytes], out: Path) -> None:
    """Write the files to `out`; the files of an earlier report there go first."""
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        for name in _listed(out):
            (out / name).unlink(missing_ok=True)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _listed(out: Path) -> list[str]:
    """The files an earlier report in `out` says it wrote.

    Raises:
        CutRefused: there is no earlier report in `out`, or it names a file outside it.
    """
    refusal = CutRefused(f"{out} holds files that are no earlier report; name an empty folder.")
    try:
        earlier: Any = json.loads((out / RESULTS).read_text("utf-8"))
        ours = earlier["schema"] in SCHEMAS
        names = [str(entry["file"]) for entry in earlier["files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refusal from error
    root = out.resolve()
    if not ours or not all((root / name).resolve().is_relative_to(root) for name in names):
        raise refusal
    return [*names, RESULTS]
