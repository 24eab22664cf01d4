"""Cells of a CSV file that no spreadsheet computes and no reader misreads. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A spreadsheet computes what begins so. Apostrophes in front are guarded along with it: taking
# one away gives the text back, whatever it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r'[,"\r\n]')


def guarded(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text as entered, from a cell that ``guarded`` wrote."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def line(cells: Iterable[str]) -> str:
    """One row of the file, quoted where a reader would otherwise misread it."""
    # csv.writer leaves a bare CR unquoted when rows end in LF; a reader takes it for a new row.
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
