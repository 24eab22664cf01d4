"""Tables as data: one definition gives the CSV file and the HTML table, cell for cell the same."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from analysis.manifest import Manifest

NUMBER = re.compile(r"[-<>]?\d+(\.\d+)?")
CODE = re.compile(r"[a-z0-9_]+")
FORMULA = re.compile(r"'*[=+\-@\t\r]")
NOT_AVAILABLE = "–"
NUMBER_CLASS = ' class="number"'


@dataclass(frozen=True)
class Table:
    """A finished table. Every cell is text in its final form; `notes` say what a reader must know.

    `name` is the stem of the CSV file. `stub` is the number of leading columns that name the row.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    stub: int = 1


def fixed(value: float | None, decimals: int) -> str:
    """`value` with fixed decimals, halves away from zero; a dash where there is none.

    10/16 = 0.625 shows as 0.63, as in most statistical packages; there is no negative zero.
    """
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(exact) if exact.is_zero() else exact:f}"


def percent(part: int, whole: int) -> str:
    """`part` of `whole` in per cent with one decimal; a dash when the denominator is zero."""
    return NOT_AVAILABLE if whole == 0 else fixed(100 * part / whole, 1)


def count_percent(part: int, whole: int) -> str:
    """ "4 (20.0 %)": a count with its share of the denominator named in the column head."""
    return f"{part} ({percent(part, whole)} %)" if whole else str(part)


def in_words(code: str) -> str:
    """A code such as "poor_growth" as words; anything that is not a bare code stays as it is."""
    return code.replace("_", " ") if CODE.fullmatch(code) else code


def p_value(p: float | None) -> str:
    """A p value with three decimals, "<0.001" below that, as most journals ask."""
    if p is None or not math.isfinite(p):
        return NOT_AVAILABLE
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def to_csv(table: Table, manifest: Manifest) -> bytes:
    """The table as CSV (UTF-8, comma, LF); each row ends with the cut it comes from.

    Text a spreadsheet would compute is guarded by an apostrophe, as in the cut itself.
    """
    origin = (manifest.cut, manifest.as_of, manifest.sha256, str(int(manifest.simulated)))
    names = (*table.columns, "cut", "as_of", "manifest_sha256", "simulated")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    blank = ("none",) + ("",) * (len(table.columns) - 1)
    for row in table.rows or (blank,):
        writer.writerow([guarded(cell) for cell in (*row, *origin)])
    return out.getvalue().encode("utf-8")


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def to_html(table: Table, file: str = "") -> str:
    """The table as an HTML `<table>` with caption, row heads and notes; all text escaped.

    `file` is where the same table lies as CSV.
    """
    numeric = [is_numeric(table, position) for position in range(len(table.columns))]
    head = "".join(
        f'<th scope="col"{NUMBER_CLASS if number else ""}>{escape(name)}</th>'
        for name, number in zip(table.columns, numeric, strict=True)
    )
    empty = f'<tr><td colspan="{len(table.columns)}">none</td></tr>'
    above = ((), *table.rows[:-1])
    body = "".join(
        _html_row(table, row, before, numeric)
        for row, before in zip(table.rows, above, strict=False)
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    notes += f'<li><a href="{escape(file)}">CSV</a></li>' if file else ""
    name = escape(table.name)
    return (
        f'<div class="table" role="region" tabindex="0" aria-labelledby="caption-{name}">'
        f'<table id="table-{name}"><caption id="caption-{name}">{escape(table.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body or empty}</tbody></table>"
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + "</div>\n"
    )


def is_numeric(table: Table, position: int) -> bool:
    """Whether a column behind the stub holds numbers and nothing else."""
    cells = [row[position] for row in table.rows if row[position] not in {"", NOT_AVAILABLE}]
    return position >= table.stub and bool(cells) and all(NUMBER.match(cell) for cell in cells)


def _html_row(
    table: Table, row: Sequence[str], before: Sequence[str], numeric: Sequence[bool]
) -> str:
    if not any(row[1:]):
        head = f'<th colspan="{len(row)}" scope="rowgroup">{escape(row[0])}</th>'
        return f'<tr class="section">{head}</tr>'
    block = ' class="block"' if table.stub > 1 and before and row[0] != before[0] else ""
    cells = []
    for position, cell in enumerate(row):
        if position < table.stub:
            same = position + 1 < table.stub and row[: position + 1] == before[: position + 1]
            level = position == 0 and cell.startswith("  ")
            kind = ' class="again"' if same else ' class="level"' if level else ""
            cells.append(f'<th scope="row"{kind}>{escape(cell.strip())}</th>')
        else:
            kind = NUMBER_CLASS if numeric[position] else ""
            cells.append(f"<td{kind}>{escape(cell)}</td>")
    return f"<tr{block}>{''.join(cells)}</tr>"


def rounded(value: float | None) -> float | None:
    """A float for `results.json`: six significant digits, so that the last bits never show."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")


def table_files(tables: Sequence[Table], manifest: Manifest) -> Mapping[str, bytes]:
    """The CSV files of a report by their path inside it."""
    return {f"tables/{table.name}.csv": to_csv(table, manifest) for table in tables}
